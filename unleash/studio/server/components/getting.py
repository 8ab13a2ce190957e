"""The table of public models."""

from typing import Any

from gradio.events import EventListener

from unleash.studio.server.component import NativeComponent


class Getting(NativeComponent):
    """The table of public models, to download and use them; only for the owner of a studio.

    Only the server writes its value, a message of ``studio.server.model_downloads``. ``look`` requests
    the table, ``get`` the download of the model ``{"name"}``, ``cancel`` its end; ``use`` chooses a model.
    """

    EVENTS = list(map(EventListener, ("look", "get", "cancel", "use")))  # type: ignore[assignment]  # noqa: RUF012

    folder = "getting"

    def __init__(self, **options: Any) -> None:
        super().__init__(elem_id="getting", **options)
