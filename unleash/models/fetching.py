"""Models from the Hugging Face Hub: fetched into its cache, and converted once into a folder beside it.

Progress bars, tokens and ``HF_HUB_OFFLINE`` are handled by huggingface_hub.
"""

import errno
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from huggingface_hub import constants, hf_hub_download, snapshot_download
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RemoteEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from tqdm import tqdm

from unleash.canvas.bounds import MAX_CONFIG
from unleash.canvas.messages import quoted
from unleash.models import resuming
from unleash.models.cards import parsed
from unleash.models.checkpoints import CheckpointError
from unleash.models.conversion import convert
from unleash.models.known import PER_PARAMETER, KnownModel, Published, PublishedFile
from unleash.models.protocol import TokenPredictor
from unleash.models.soundness import digest_of

_OURS = ("*.json", "*.safetensors", "*.webp", "README.md")
"""Files of a model folder in Unleash's own layout."""


Told = Callable[[int | None], None]
"""Called with the number of bytes that just arrived, and with None when the conversion begins."""


class FetchStoppedError(Exception):
    """Raised by a :data:`Told` to end a download; what arrived by then is kept."""


def converted_models() -> Path:
    """The folder of the fetched and converted models."""
    return Path(constants.HF_HUB_CACHE).parent / "unleash"


def converted_folder(model: KnownModel, revision: str | None = None) -> Path:
    """The folder of a known model once it has been fetched and converted."""
    revision = revision or model.predictor.revision
    mark = "" if revision is None else "@" + re.sub(r"[^\w.-]", "-", revision)
    return converted_models() / f"{model.name}{mark}"


def is_here(model: KnownModel) -> bool:
    """Whether a known model can be opened without fetching anything."""
    return (converted_folder(model) / "model_index.json").is_file()


def fetch_known(model: KnownModel, revision: str | None = None, told: Told | None = None) -> Path:
    """The folder of a known model, which is fetched and converted first if it is missing.

    Args:
        model: a known model.
        revision: of its predictor's repository, instead of the pinned one; None: that, or else the latest.
        told: follows the download and can end it; None: progress bars on the terminal.

    Raises:
        CheckpointError: if it cannot be fetched, does not fit on the disk, or is not what was published.
        FetchStoppedError: if ``told`` raised it.
        NotWrittenError: if its folder cannot be written.
    """
    target = converted_folder(model, revision)
    if (target / "model_index.json").is_file():
        return target
    _check_room(model)
    files = [model.tokenizer, model.predictor]
    if revision is not None:
        own = model.predictor.repository
        files = [
            replace(file, revision=revision, sha256=None) if file.repository == own else file
            for file in files
        ]
    revision = files[1].revision
    if model.beside:
        _beside(model, revision, told)
    tokenizer, predictor = (_file(model.name, file, told) for file in files)
    card = _card(model, revision)
    if told is not None:
        told(None)

    def accept(network: TokenPredictor) -> None:
        if model.published is not None:
            _check_published(network, model.published)

    convert(tokenizer, predictor, target, accept=accept, card=card)
    return target


def _beside(model: KnownModel, revision: str | None, told: Told | None) -> None:
    """Fetches the further files of a known model."""
    repository = model.predictor.repository
    with _explained(model.name, repository, revision):
        for path in model.beside:
            if path.endswith(".safetensors"):
                resuming.download(PublishedFile(repository, path, revision), _bar(told))
    _snapshot(model.name, repository, revision, model.beside, told)


def fetch_folder(repository: str, revision: str | None) -> Path:
    """The folder of a repository with a model in Unleash's own layout.

    Raises:
        CheckpointError: if it cannot be fetched.
    """
    return _snapshot(repository, repository, revision, _OURS)


def _snapshot(
    name: str, repository: str, revision: str | None, patterns: Sequence[str], told: Told | None = None
) -> Path:
    """The files of a repository that exist, as a folder of the Hub's cache."""
    with _explained(name, repository, revision):
        wanted: dict[str, Any] = {"revision": revision, "allow_patterns": list(patterns)}
        return Path(snapshot_download(repository, **wanted, tqdm_class=_bar(told)))


def _file(name: str, file: PublishedFile, told: Told | None = None) -> Path:
    """A file of a repository, in the Hub's cache."""
    wanted: dict[str, Any] = {"revision": file.revision, "tqdm_class": _bar(told)}
    with _explained(name, file.repository, file.revision):
        try:
            resuming.download(file, _bar(told))
            path = Path(hf_hub_download(file.repository, file.path, **wanted))
        except RemoteEntryNotFoundError as error:
            raise CheckpointError(f"{file.repository} on the Hub has no {file.path} any more") from error
    _check_digest(path, file.sha256)
    return path


def _bar(told: Told | None) -> type[tqdm] | None:
    """A progress bar class for the Hub's client that shows nothing and reports the bytes to ``told``."""
    if told is None:
        return None
    tell: Told = told
    # Its bars count bytes twice and it cannot be cancelled; plain HTTP serves every file as well.
    constants.HF_HUB_DISABLE_XET = True

    class Bar(tqdm):
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options | {"disable": True})
            self.counts = options.get("unit") == "B"
            self.update(options.get("initial") or 0)

        def update(self, n: float | None = 1) -> bool | None:
            if self.counts:
                tell(int(n or 0))
            return None

    return Bar


def _card(model: KnownModel, revision: str | None) -> str:
    """The card of a converted model: its licence, its sources, and the text of its repository's card."""
    repository = model.predictor.repository
    try:
        with _explained(model.name, repository, revision):
            file = Path(hf_hub_download(repository, "README.md", revision=revision))
        said = parsed(file.read_bytes()[:MAX_CONFIG].decode("utf-8", "replace")).text
    except (CheckpointError, OSError):  # it has none, or the Hub cannot be reached
        said = ""
    sources = dict.fromkeys(file.repository for file in (model.predictor, model.tokenizer))
    links = " and ".join(f"[{name}](https://huggingface.co/{name})" for name in sources)
    return f"---\nlicense: {model.licence}\n---\n\n`{model.name}`, converted from {links}.\n\n{said}\n"


@contextmanager
def _explained(name: str, repository: str, revision: str | None) -> Iterator[None]:
    """Context in which errors of a download become one line that says what to do.

    Raises:
        CheckpointError: for every error of the Hub's client.
    """
    cache = constants.HF_HUB_CACHE
    try:
        yield
    except (CheckpointError, FetchStoppedError):
        raise
    except GatedRepoError as error:
        line = f"{repository} is gated: accept its terms on the Hub, then run `hf auth login`"
        raise CheckpointError(line) from error
    except RevisionNotFoundError as error:
        raise CheckpointError(f"{repository} on the Hub has no revision {quoted(revision)}") from error
    except RepositoryNotFoundError as error:
        raise CheckpointError(
            f"there is neither a folder {quoted(name)} nor {repository} on the Hub: "
            "the name is mistyped, or the repository is private or was moved or deleted"
        ) from error
    except (LocalEntryNotFoundError, OfflineModeIsEnabled) as error:
        raise CheckpointError(_unreached(name)) from error
    except HfHubHTTPError as error:
        status = error.response.status_code
        line = f"{name} could not be fetched: the Hub answered {status}; try again later"
        raise CheckpointError(line) from error
    except OSError as error:
        if error.errno == errno.ENOSPC:
            line = f"the disk of {cache} is full: free some space, or set HF_HOME to a folder on another disk"
        else:
            line = f"{name} could not be fetched: {next(iter(str(error).splitlines()), 'an error')}"
        raise CheckpointError(line) from error
    except (
        Exception
    ) as error:  # the HTTP client, and so its errors, depends on the version of huggingface_hub
        raise CheckpointError(_unreached(name)) from error


def _unreached(name: str) -> str:
    if constants.HF_HUB_OFFLINE:
        return f"{name} has not been downloaded, and HF_HUB_OFFLINE is set: unset it once to download it"
    return f"{name} has not been downloaded, and the Hub cannot be reached: try again with a network"


def disk_needed(model: KnownModel) -> int:
    """Bytes on the disk that the download and the converted model take."""
    return model.download + PER_PARAMETER * model.parameters


def disk_free() -> tuple[int, Path]:
    """Free bytes on the disk of the Hub's cache, and the folder."""
    home = Path(constants.HF_HUB_CACHE)
    while not home.exists():
        home = home.parent
    return shutil.disk_usage(home).free, home


def _check_room(model: KnownModel) -> None:
    """Checks that the download and the converted model fit on the disk."""
    needed, (free, home) = disk_needed(model), disk_free()
    if needed > free:
        raise CheckpointError(
            f"{model.name} takes {needed / 1e9:.1f} GB and {free / 1e9:.1f} GB are free in {home}: "
            "free some space, or set HF_HOME to a folder on another disk"
        )


def _check_digest(file: Path, pinned: str | None) -> None:
    """Compares a file with its pinned SHA-256, and a large one with its name in the Hub's cache.

    That name is the SHA-256 that the Hub publishes.
    """
    blob = file.resolve()
    published = blob.name if re.fullmatch(r"[0-9a-f]{64}", blob.name) else None
    if published is None and pinned is None:
        return
    with blob.open("rb") as opened:
        found = digest_of(opened)
    if published not in (None, found):
        blob.unlink()
        file.unlink(missing_ok=True)
        raise CheckpointError(
            f"{file.name} was damaged during the download (SHA-256 {found[:12]}…, not {blob.name[:12]}…) "
            "and has been deleted: run it again"
        )
    if pinned not in (None, found):
        raise CheckpointError(
            f"{file.name} is not the pinned file: its SHA-256 is {found}, not {pinned}; it is not used"
        )


def _check_published(predictor: TokenPredictor, published: Published) -> None:
    """Compares a predictor's logits with those its authors published."""
    tokens, expected = torch.tensor([published.tokens])[:, None], torch.tensor(published.logits)
    off = float("inf")  # of a network whose codebook is too small
    if tokens.max() <= predictor.codebook_size:
        with torch.no_grad():
            logits = predictor.logits(tokens, predictor.condition(None))[0]
        off = float((logits[: len(expected), : expected.shape[1]] - expected).abs().max())
    if not off <= published.within:
        raise CheckpointError(
            f"the file is not the published one: its logits differ by {off:.3g}, "
            f"more than the allowed {published.within:g}; it is not used"
        )
