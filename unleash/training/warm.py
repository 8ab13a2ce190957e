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
    network, loading = kind.from_pretrained(
        folder,
        **changes,
        ignore_mismatched_sizes=True,
        low_cpu_mem_usage=False,  # with True, diffusers leaves new weights without values
        output_loading_info=True,
    )
    return network, {*loading["missing_keys"], *(name for name, *_ in loading["mismatched_keys"])}
