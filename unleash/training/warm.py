"""Networks that were trained before: to use as they are, or to start from."""

from pathlib import Path
from typing import Any, TypeVar

from diffusers import ModelMixin

Network = TypeVar("Network", bound=ModelMixin)


def trained(kind: type[Network], folder: Path) -> Network:
    """The network that a training wrote into ``folder``.

    Raises:
        ValueError: if there is none.
    """
    if not (folder / "config.json").is_file():  # diffusers would look for it on the Hub
        raise ValueError(f"there is no network in {folder}; a folder with config.json and weights is needed")
    return kind.from_pretrained(folder)


def warm_started(kind: type[Network], folder: Path, changes: dict[str, Any]) -> tuple[Network, set[str]]:
    """The network in ``folder``, some of its arguments changed.

    Args:
        kind: the class of the network.
        folder: where ``save_pretrained`` wrote it.
        changes: arguments that shall be others than those it was made with.

    Returns:
        The network; the names of the weights that it has anew, since the one in ``folder`` had none of the
        same name and shape. Everything else is as it was.

    Raises:
        ValueError: if there is no network in ``folder``.
    """
    before = trained(kind, folder)
    # Not by from_pretrained with the changes: diffusers leaves new weights without any values.
    network = kind.from_config({**before.config, **changes})
    shapes = {name: weights.shape for name, weights in network.state_dict().items()}
    fits = {
        name: weights for name, weights in before.state_dict().items() if shapes.get(name) == weights.shape
    }
    network.load_state_dict(fits, strict=False)
    return network, set(shapes) - set(fits)
