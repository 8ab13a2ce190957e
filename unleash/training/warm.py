"""Starting a training from a network that was trained before."""

from pathlib import Path
from typing import Any, TypeVar

from diffusers import ModelMixin

Network = TypeVar("Network", bound=ModelMixin)


def warm_started(kind: type[Network], folder: Path, changes: dict[str, Any]) -> tuple[Network, set[str]]:
    """The network in ``folder``, some of its arguments changed.

    Args:
        kind: the class of the network.
        folder: where ``save_pretrained`` wrote it.
        changes: arguments that shall be others than those it was made with.

    Returns:
        The network; the names of the weights that it has anew, since the one in ``folder`` had none of the
        same name and shape. Everything else is as it was.
    """
    before = kind.from_pretrained(folder)
    # Not by from_pretrained with the changes: diffusers leaves new weights without any values.
    network = kind.from_config({**before.config, **changes})
    shapes = {name: weights.shape for name, weights in network.state_dict().items()}
    fits = {
        name: weights for name, weights in before.state_dict().items() if shapes.get(name) == weights.shape
    }
    network.load_state_dict(fits, strict=False)
    return network, set(shapes) - set(fits)
