"""Conversion of published model files to a folder that the pipeline opens."""

import json
from collections.abc import Callable
from pathlib import Path
from shutil import copyfile
from typing import Any

from diffusers import __version__ as diffusers_version

from unleash.images.codebook import save_thumbnails
from unleash.models.checkpoints import Checkpoint, CheckpointError, read
from unleash.models.families import families
from unleash.models.protocol import Family, FileFormat, Options
from unleash.models.thumbnails import thumbnails
from unleash.writing import whole_folder

_MOST_THUMBNAILS = 4096
"""Largest codebook whose thumbnails are drawn during conversion; more take minutes."""


def convert(
    vqgan_file: str | Path,
    transformer_file: str | Path,
    out_dir: str | Path,
    heads: int | None = None,
    image_size: int | None = None,
    accept: Callable[[Any], None] = lambda _: None,
    card: str | None = None,
) -> None:
    """Writes a folder for ``UnleashPipeline.from_pretrained`` from two files of any family.

    Args:
        vqgan_file: the image tokenizer, ``vqgan_ema_<step>.th`` for instance.
        transformer_file: the token predictor, ``absorbing_ema_<step>.th`` for instance.
        out_dir: the folder to write; must be new or empty.
        heads: attention heads of the predictor, which shapes do not show; None: the family's usual number,
            or what a ``config.json`` beside the file says.
        image_size: side of the training pictures in pixels, where shapes do not show it; None likewise.
        accept: called with the token predictor; raises an error to refuse it.
        card: the text of its ``README.md``; None: without one.

    Raises:
        CheckpointError: if a file is not valid, the two do not fit each other or the folder
            is not empty. Nothing is written then.
        NotWrittenError: if the folder cannot be written.
    """
    target = Path(out_dir)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise CheckpointError(f"{target} already exists; give a new or empty folder")
    files = read(vqgan_file), read(transformer_file)
    _convert(*files, *_format_of(*files), target, Options(heads, image_size), accept, card)


def foreign_format(pipeline_class: str) -> FileFormat | None:
    """The format of a folder whose ``model_index.json`` names this class; None if it is unknown."""
    return next((form for _, form in _formats() if form.folder == pipeline_class), None)


def _convert(
    tokenizer_file: Checkpoint,
    predictor_file: Checkpoint,
    family: Family,
    form: FileFormat,
    target: Path,
    options: Options,
    accept: Callable[[Any], None],
    card: str | None,
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
    home = predictor_file.file.absolute().parents[1]
    missing = [name for name in family.others if not (home / name).is_dir()]
    if missing:
        raise CheckpointError(f"{home} has no {missing[0]}: {form.name} is converted with its whole folder")
    accept(predictor)
    _write(target, family, tokenizer, predictor, home, card)


def _formats() -> list[tuple[Family, FileFormat]]:
    return [(family, form) for family in families() for form in family.formats]


def _format_of(tokenizer: Checkpoint, predictor: Checkpoint) -> tuple[Family, FileFormat]:
    """The common format of both files, and its family."""
    known = _formats()
    first = [(family, form) for family, form in known if tokenizer.has(form.tokenizer_key)]
    second = [(family, form) for family, form in known if predictor.has(form.predictor_key)]
    both = [found for found in first if found in second]
    if both:
        return both[0]
    tokenizer_keys = list(dict.fromkeys(form.tokenizer_key for _, form in known))
    predictor_keys = list(dict.fromkeys(form.predictor_key for _, form in known))
    if not first:
        raise CheckpointError(_not_a("image tokenizer", tokenizer, tokenizer_keys, predictor_keys))
    if not second:
        raise CheckpointError(_not_a("token predictor", predictor, predictor_keys, tokenizer_keys))
    raise CheckpointError(
        f"the two do not fit: {tokenizer.file} is of {first[0][1].name}, "
        f"{predictor.file} of {second[0][1].name}"
    )


def _not_a(part: str, file: Checkpoint, keys: list[str], others: list[str]) -> str:
    swapped = any(file.has(key) for key in others)
    hint = "; it looks like the other of the two: are they swapped?" if swapped else ""
    return f"{file.file} contains no {part} (no key begins with {', '.join(keys)}){hint}"


def _write(
    target: Path, family: Family, tokenizer: Any, predictor: Any, home: Path, card: str | None
) -> None:
    """Writes the model's folder, whole or not at all; copies further parts of the family from ``home``."""
    looks = thumbnails(tokenizer) if tokenizer.codebook_size <= _MOST_THUMBNAILS else None
    with whole_folder(target) as finished:
        parts = {"vqgan": tokenizer, "transformer": predictor}
        for name, part in parts.items():
            part.save_pretrained(finished / name)
        for name in family.others:
            (finished / name).mkdir()
            for file in sorted((home / name).iterdir()):
                if file.suffix in _COPIED and ".fp16." not in file.name:
                    copyfile(file, finished / name / file.name)
        scheduler = {"codebook_size": tokenizer.codebook_size}
        _save(finished / "scheduler" / "scheduler_config.json", _SCHEDULER[1], scheduler)
        index: dict[str, Any] = {
            name: [type(part).__module__, type(part).__name__] for name, part in parts.items()
        }
        index |= {name: ["transformers", class_name] for name, class_name in family.others.items()}
        index |= {"scheduler": list(_SCHEDULER), "sampling_defaults": dict(family.defaults)}
        _save(finished / "model_index.json", "UnleashPipeline", index)
        if looks is not None:
            save_thumbnails(looks, finished)
        if card is not None:
            (finished / "README.md").write_text(card, encoding="utf-8")


_COPIED = (".json", ".txt", ".safetensors")
"""Suffixes of files that contain no code."""

_SCHEDULER = ("unleash.scheduler", "AbsorbingDiffusionScheduler")
"""Module and class, as the pipeline's index names them; not imported, since they depend on this package."""


def _save(file: Path, class_name: str, values: dict[str, Any]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    described = {"_class_name": class_name, "_diffusers_version": diffusers_version, **values}
    file.write_text(json.dumps(described, indent=2, sort_keys=True) + "\n", encoding="utf-8")
