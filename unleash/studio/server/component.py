"""Base class of the studio's own components, each a folder of HTML, CSS and JavaScript files."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import gradio as gr
import pydantic_core
from gradio.utils import get_upload_folder

from unleash.studio.server.toasts import toasted

WEB = Path(__file__).parents[1] / "web"
"""The page's files: a folder for each component, and shared modules."""


def command(name: str) -> dict[str, Any]:
    """Arguments of a Gradio event that runs the page's command ``name`` (``web/page/commands.js``)."""
    module = (WEB / "page" / "commands.js").as_posix()
    script = (
        "async () => { const root = window.gradio_config?.root ?? '';"
        f" (await import(`${{root}}/gradio_api/file={module}`)).command('{name}'); }}"
    )
    return {"fn": None, "js": script, "trigger_mode": "multiple", "queue": False, "api_visibility": "private"}


def event_data(event: gr.EventData) -> Any:
    """The data that the page's script triggered an event with: any JSON, untrusted."""
    return event._data


def uploaded(path: Any) -> str:
    """The resolved path of an uploaded file; ``path`` is untrusted.

    Raises:
        ValueError: if it is not an uploaded file.
    """
    folder = Path(get_upload_folder()).resolve()
    if not isinstance(path, str) or not (file := Path(path).resolve()).is_relative_to(folder):
        raise ValueError("this file was not uploaded: choose it again")
    if not file.is_file():
        raise ValueError("the uploaded file has expired: choose it again")
    return str(file)


class NativeComponent(gr.HTML):
    """A component whose template, style and script are files in a folder, all with the folder's name.

    The script is an ES module that exports ``mount({element, props, server, trigger, upload, watch})``. The
    value is any JSON, sent between page and server as one string, since Gradio's page copies anything else
    element by element.
    """

    folder: ClassVar[str]

    def __init__(self, value: Any = None, **options: Any) -> None:
        home = WEB / self.folder
        super().__init__(
            value,
            html_template=(home / f"{self.folder}.html").read_text("utf-8"),
            css_template=(WEB / "component.css").read_text("utf-8")
            + (home / f"{self.folder}.css").read_text("utf-8"),
            js_on_load=(WEB / "component.js").read_text("utf-8"),
            apply_default_css=False,
            module=(home / f"{self.folder}.js").as_posix(),
            **options,
        )

    def read(self, value: Any) -> Any:
        """Converts untrusted JSON from the page to the value that listeners receive.

        Raises:
            ValueError: if it is invalid.
        """
        return value

    def preprocess(self, payload: Any) -> Any:
        """Applies :meth:`read` to the page's value; an invalid one becomes a toast."""
        with toasted():
            return self.read(pydantic_core.from_json(payload) if isinstance(payload, str) else payload)

    def postprocess(self, value: Any) -> Any:
        """The value for the page; a string, unless it contains files that Gradio must see to serve."""
        holds_file = isinstance(value, dict) and any(
            "meta" in part for part in value.values() if isinstance(part, dict)
        )
        return value if value is None or holds_file else json.dumps(value)

    def api_info(self) -> dict[str, Any]:
        """Any JSON: these components are for the page; programs use the named endpoints."""
        return {"type": "object"}


def serve_modules(others: Sequence[str | Path] = ()) -> None:
    """Serve the studio's files and ``others``, and nothing else of the package.

    The folder, not its files: Gradio compares every request with every path.
    """
    gr.set_static_paths([WEB, *others])
