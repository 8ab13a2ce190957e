"""Models on a Ray cluster: served to studios, and for generating many pictures."""

from importlib.util import find_spec


def check() -> None:
    """Checks that Ray is installed.

    Raises:
        ValueError: if it is not.
    """
    if find_spec("ray") is None:
        raise ValueError('this needs another package: pip install "unleash[ray]"')
