"""Public models to fetch."""

from typing import Any

from gradio.events import EventListener

from unleash.studio.server.component import NativeComponent


class Getting(NativeComponent):
    """The table of the public models: each can be fetched and, once it is here, used. For the owner alone.

    Its value is only ever written by the server, a message of ``unleash.studio.server.getting``. It asks by
    ``look`` for the present one, by ``get`` for the model of a name to be fetched, by ``cancel`` for the
    download to end, and by ``use`` for the model of a name to be chosen.
    """

    EVENTS = list(map(EventListener, ("look", "get", "cancel", "use")))  # type: ignore[assignment]  # noqa: RUF012

    folder = "getting"

    def __init__(self, **options: Any) -> None:
        super().__init__(elem_id="getting", **options)
