"""Where what was made of a model for this machine is kept."""

import hashlib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory

from huggingface_hub.constants import HF_HOME

HOME = Path(HF_HOME) / "unleash-engines"  # not among the models that were fetched
NETWORKS = Path(__file__).parents[1]


def cached_file(source: Path, *names: str) -> Path:
    """A file of the cache that belongs to a model and to the code of its networks, as both are now.

    Args:
        source: the folder of the model; if a file in it changes, the cache is another.
        names: folder and file; the folder is made. If the cache cannot be written, another one is used until
            the process ends.
    """
    parts = [str(source.resolve()), _version("torch"), _version("openvino")]
    for file in sorted((*source.rglob("*"), *NETWORKS.rglob("*.py"))):
        if file.is_file():
            stat = file.stat()
            parts.append(f"{file} {stat.st_size} {stat.st_mtime_ns}")
    name = Path(hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16], *names)
    try:
        (HOME / name).parent.mkdir(parents=True, exist_ok=True)
    except OSError:
        path = Path(_passing().name) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path
    return HOME / name


@cache
def _passing() -> "TemporaryDirectory[str]":
    return TemporaryDirectory(prefix="unleash-engines-")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"
