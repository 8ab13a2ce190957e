"""Whether only whoever started the app can reach it."""

import os

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def alone(host: str | None = None, share: bool = False) -> bool:
    """Whether an app that is served like this is for its owner alone.

    Args:
        host: the address it listens at; None: what Gradio's environment says, which is this machine alone.
        share: whether it gets a public link.
    """
    address = host or os.environ.get("GRADIO_SERVER_NAME") or _LOOPBACK[0]
    public = share or os.environ.get("GRADIO_SHARE", "").lower() == "true" or "SPACE_ID" in os.environ
    return address in _LOOPBACK and not public
