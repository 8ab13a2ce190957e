"""The Ray cluster that works."""

from pathlib import Path
from typing import Any

import ray


def join(address: str | None) -> None:
    """Use a cluster from now on.

    Args:
        address: of one that is there, ``auto`` to find it; None: one of this machine alone, which ends with
            the process.

    Raises:
        ValueError: if there is none at the address.
    """
    alone: dict[str, Any] = {} if address else {"include_dashboard": False}
    try:
        ray.init(address=address or "local", log_to_driver=False, **alone)
    except ConnectionError as error:
        raise ValueError(f"there is no Ray cluster at {address}: {error}") from error


def placed(model: str) -> str:
    """A folder by its whole path, for processes that work elsewhere; any other name of a model as it is."""
    return str(Path(model).resolve()) if Path(model).is_dir() else model
