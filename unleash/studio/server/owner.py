"""Who can reach the app: its owner alone, or others too."""

import errno
import os
import socket
from enum import Enum

LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""Names of this machine that only this machine can reach."""


class Reach(Enum):
    """Who can reach an app, and how."""

    OWNER = "only who is at this machine"
    NETWORK = "whoever can reach this machine"
    LINK = "whoever knows its public link"
    SPACE = "everybody, in a Hugging Face Space"


def reach(host: str | None = None, share: bool = False) -> Reach:
    """Who can reach an app that is served like this.

    Args:
        host: the address it listens at; None: what Gradio's environment says, which is this machine alone.
        share: whether it gets a public link.
    """
    if "SPACE_ID" in os.environ:
        return Reach.SPACE
    # Gradio makes a public link in Colab unasked.
    if share or "COLAB_RELEASE_TAG" in os.environ or os.environ.get("GRADIO_SHARE", "").lower() == "true":
        return Reach.LINK
    address = host or os.environ.get("GRADIO_SERVER_NAME") or LOOPBACK[0]
    return Reach.OWNER if address.strip("[]") in LOOPBACK else Reach.NETWORK


def alone(host: str | None = None, share: bool = False) -> bool:
    """Whether an app that is served like this is for its owner alone; arguments as of :func:`reach`."""
    return reach(host, share) is Reach.OWNER


def check_address(host: str | None, port: int | None) -> None:
    """Whether an app can listen there; Gradio would try a hundred ports, and then speak of those.

    Raises:
        ValueError: if the host is no address of this machine, or the port is taken.
    """
    address = (host or os.environ.get("GRADIO_SERVER_NAME") or LOOPBACK[0]).strip("[]")
    try:
        family, kind, _, _, (name, *_) = socket.getaddrinfo(address, port or 0, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError):
        raise ValueError(f"the host {address} is not known: give an address of this machine") from None
    with socket.socket(family, kind) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((name, port or 0))
        except PermissionError:
            raise ValueError(f"port {port} is not open to you: choose one from 1024 on") from None
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise ValueError(f"port {port} is taken: choose another one with --port") from None
            raise ValueError(
                f"the host {address} is no address of this machine: give one that it has, "
                "127.0.0.1 for you alone, or 0.0.0.0 for all of them"
            ) from None
