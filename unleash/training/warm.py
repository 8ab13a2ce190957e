"""Loading trained networks, unchanged or as a warm start."""

from pathlib import Path
from typing import Any, TypeVar

from diffusers import ModelMixin

Network = TypeVar("Network", bound=ModelMixin)


def trained(kind: type[Network], folder: Path) -> Network:
    """Loads the network in ``folder``.

    Raises:
        ValueError: if there is none.
    """
    if not (folder / "config.json").is_file():  # otherwise diffusers would look on the Hub
        raise ValueError(f"there is no network in {folder}; expected a folder with config.json and weights")
    return kind.from_pretrained(folder)


def warm_started(kind: type[Network], folder: Path, changes: dict[str, Any]) -> tuple[Network, set[str]]:
    """Loads the network in ``folder`` with some of its arguments changed.

    Args:
        kind: the class of the network.
        folder: as written by ``save_pretrained``.
        changes: the arguments to change.

    Returns:
        The network; the names of its newly initialised weights, those without a counterpart of the same name
        and shape in ``folder``. All other weights are loaded.

    Raises:
        ValueError: if there is no network in ``folder``.
    """
    before = trained(kind, folder)
    # Not from_pretrained with the changes: diffusers leaves new weights uninitialised. Without the private
    # entries: among them are the names of what the config lacks, which from_config sets to its defaults.
    config = {name: value for name, value in before.config.items() if not name.startswith("_")}
    network = kind.from_config(config | changes)
    shapes = {name: weights.shape for name, weights in network.state_dict().items()}
    fits = {
        name: weights for name, weights in before.state_dict().items() if shapes.get(name) == weights.shape
    }
    network.load_state_dict(fits, strict=False)
    return network, set(shapes) - set(fits)
