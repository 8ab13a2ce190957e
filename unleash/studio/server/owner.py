"""Who can reach the app: only its owner, or others as well."""

import errno
import os
import socket
from enum import Enum

LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""Host names that only this machine can reach."""


class Reach(Enum):
    """Who can reach an app."""

    OWNER = "only users of this machine"
    NETWORK = "anybody who can reach this machine"
    LINK = "anybody with its public link"
    SPACE = "everybody, on a Hugging Face Space"


def reach(host: str | None = None, share: bool = False) -> Reach:
    """Who can reach an app that is served with these arguments.

    Args:
        host: the address it listens at; None: as Gradio's environment variables say, by default this machine.
        share: whether it gets a public link.
    """
    if "SPACE_ID" in os.environ:
        return Reach.SPACE
    # Gradio creates a public link in Colab by default.
    if share or "COLAB_RELEASE_TAG" in os.environ or os.environ.get("GRADIO_SHARE", "").lower() == "true":
        return Reach.LINK
    address = host or os.environ.get("GRADIO_SERVER_NAME") or LOOPBACK[0]
    return Reach.OWNER if address.strip("[]") in LOOPBACK else Reach.NETWORK


def alone(host: str | None = None, share: bool = False) -> bool:
    """Whether only its owner can reach an app; arguments as for :func:`reach`."""
    return reach(host, share) is Reach.OWNER


def check_address(host: str | None, port: int | None) -> None:
    """Checks that an app can listen there; Gradio would try a hundred ports first.

    Raises:
        ValueError: if the host is not an address of this machine, or the port is taken.
    """
    address = (host or os.environ.get("GRADIO_SERVER_NAME") or LOOPBACK[0]).strip("[]")
    try:
        family, kind, _, _, (name, *_) = socket.getaddrinfo(address, port or 0, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError):
        raise ValueError(f"the host {address} is unknown: give an address of this machine") from None
    with socket.socket(family, kind) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((name, port or 0))
        except PermissionError:
            raise ValueError(f"port {port} needs administrator rights: choose one from 1024 up") from None
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise ValueError(f"port {port} is in use: choose another one with --port") from None
            raise ValueError(
                f"the host {address} is not an address of this machine: give one of its addresses, "
                "127.0.0.1 for this machine only, or 0.0.0.0 for all of them"
            ) from None
