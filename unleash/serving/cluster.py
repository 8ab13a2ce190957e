"""Connecting to a Ray cluster."""

from pathlib import Path
from typing import Any

import ray


def join(address: str | None) -> None:
    """Connect this process to a cluster.

    Args:
        address: address of a running cluster, ``auto`` to find it; None: a new one on this machine only,
            which ends with the process.

    Raises:
        ValueError: if there is no cluster at the address.
    """
    alone: dict[str, Any] = {} if address else {"include_dashboard": False}
    try:
        ray.init(address=address or "local", log_to_driver=False, **alone)
    except ConnectionError as error:
        raise ValueError(f"there is no Ray cluster at {address}: {error}") from error


def placed(model: str) -> str:
    """The absolute path of a model folder, for other processes; any other name of a model unchanged."""
    return str(Path(model).resolve()) if Path(model).is_dir() else model
