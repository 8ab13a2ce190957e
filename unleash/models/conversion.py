"""From the files that a model's authors publish to a folder that the pipeline opens."""

import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from diffusers import __version__ as diffusers_version

from unleash.images.codebook import save_thumbnails
from unleash.models.checkpoints import Checkpoint, CheckpointError, read
from unleash.models.families import families, family_of
from unleash.models.protocol import FileFormat, Options
from unleash.models.thumbnails import thumbnails

_MOST_THUMBNAILS = 4096
"""Of larger codebooks the thumbnails are not drawn at once: that takes minutes."""


def convert(
    vqgan_file: str | Path,
    transformer_file: str | Path,
    out_dir: str | Path,
    heads: int | None = None,
    image_size: int | None = None,
) -> None:
    """Writes a folder for ``UnleashPipeline.from_pretrained`` from two files of any family.

    Args:
        vqgan_file: the image tokenizer, ``vqgan_ema_<step>.th`` for instance.
        transformer_file: the token predictor, ``absorbing_ema_<step>.th`` for instance.
        out_dir: the folder to write; must not exist, or be empty.
        heads: attention heads of the predictor, which no shape tells; None: the family's usual number,
            or what a ``config.json`` beside the file says.
        image_size: pixels on a side of the pictures it was trained on, where no shape tells; None likewise.

    Raises:
        CheckpointError: if a file is not what it should be, the two do not fit each other or the folder
            is not empty. Nothing is written then.
    """
    target = Path(out_dir)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise CheckpointError(f"{target} is there already; give a new folder or an empty one")
    files = read(vqgan_file), read(transformer_file)
    _convert(*files, _format_of(*files), target, Options(heads, image_size))


def foreign_format(pipeline_class: str) -> FileFormat | None:
    """The format of a folder whose ``model_index.json`` names this class; None if it is not known."""
    known = (form for family in families() for form in family.formats if form.folder == pipeline_class)
    return next(known, None)


def convert_folder(folder: Path, form: FileFormat, target: Path) -> None:
    """As :func:`convert`, from a folder of a :func:`foreign_format`.

    Raises:
        CheckpointError: likewise.
    """
    files = read(folder / form.tokenizer_file), read(folder / form.predictor_file)
    _convert(*files, form, target, Options())


def _convert(
    tokenizer_file: Checkpoint, predictor_file: Checkpoint, form: FileFormat, target: Path, options: Options
) -> None:
    tokenizer = form.read_tokenizer(tokenizer_file, options)
    predictor = form.read_predictor(predictor_file, options)
    if tokenizer.codebook_size != predictor.codebook_size:
        raise CheckpointError(
            f"the two do not fit: {tokenizer_file.file} has {tokenizer.codebook_size} codes, "
            f"{predictor_file.file} {predictor.codebook_size}"
        )
    pixels, side = tokenizer.config.get("image_size"), predictor.grid_size * tokenizer.cell_size
    if pixels not in (None, side):
        cells = pixels // tokenizer.cell_size
        raise CheckpointError(
            f"the two do not fit: a picture of {pixels} pixels has {cells}×{cells} cells, "
            f"{predictor_file.file} {predictor.grid_size}×{predictor.grid_size}; image size {side} would fit"
        )
    others = form.read_others(predictor_file.file.parents[1]) if predictor_file.file.parent.name else {}
    _write(target, tokenizer, predictor, others)


def _format_of(tokenizer: Checkpoint, predictor: Checkpoint) -> FileFormat:
    """The format that both files are of."""
    formats = [form for family in families() for form in family.formats]
    first = [form for form in formats if tokenizer.has(form.tokenizer_key)]
    second = [form for form in formats if predictor.has(form.predictor_key)]
    for form in first:
        if form in second:
            return form
    for file, found, part, other in (
        (tokenizer, first, "image tokenizer", "predictor_key"),
        (predictor, second, "token predictor", "tokenizer_key"),
    ):
        if not found:
            key = "tokenizer_key" if file is tokenizer else "predictor_key"
            keys = ", ".join(dict.fromkeys(getattr(form, key) for form in formats))
            swapped = any(file.has(getattr(form, other)) for form in formats)
            hint = "; it seems to be the other of the two: are they swapped?" if swapped else ""
            raise CheckpointError(f"{file.file} holds no {part} (no key begins with {keys}){hint}")
    raise CheckpointError(
        f"the two do not fit: {tokenizer.file} is of {first[0].name}, {predictor.file} of {second[0].name}"
    )


def _write(target: Path, tokenizer: Any, predictor: Any, others: Mapping[str, Any]) -> None:
    """Saves beside the target and renames at the end, so that the target is whole or not there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as temporary:
        finished = Path(temporary) / "model"
        for name, part in {"vqgan": tokenizer, "transformer": predictor, **others}.items():
            part.save_pretrained(finished / name)
        scheduler = {"codebook_size": tokenizer.codebook_size}
        _save(finished / "scheduler" / "scheduler_config.json", _SCHEDULER[1], scheduler)
        parts = {"vqgan": tokenizer, "transformer": predictor}
        homes = {name: [type(part).__module__, type(part).__name__] for name, part in parts.items()}
        homes |= {name: ["transformers", type(part).__name__] for name, part in others.items()}
        defaults = dict(family_of(predictor).defaults)
        index = {**homes, "scheduler": list(_SCHEDULER), "sampling_defaults": defaults}
        _save(finished / "model_index.json", "UnleashPipeline", index)
        if tokenizer.codebook_size <= _MOST_THUMBNAILS:
            save_thumbnails(thumbnails(tokenizer), finished)
        if target.exists():
            target.rmdir()
        finished.rename(target)


_SCHEDULER = ("unleash.scheduler", "AbsorbingDiffusionScheduler")
"""Module and class, as the pipeline's index names them; a room above this one."""


def _save(file: Path, class_name: str, values: dict[str, Any]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    described = {"_class_name": class_name, "_diffusers_version": diffusers_version, **values}
    file.write_text(json.dumps(described, indent=2, sort_keys=True) + "\n", encoding="utf-8")
