"""Models on many machines: a Ray cluster that computes them for studios, and one that makes many pictures."""

from importlib.util import find_spec


def check() -> None:
    """Whether Ray is there.

    Raises:
        ValueError: if it is not.
    """
    if find_spec("ray") is None:
        raise ValueError('for this one more package is needed: pip install "unleash[ray]"')
