"""What the studio's native components share: a folder of real html, css and js files."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import gradio as gr
import pydantic_core
from gradio.utils import get_upload_folder

from unleash.studio.server.toasts import toasted

WEB = Path(__file__).parents[1] / "web"
"""What the browser gets: a folder for each component, and what they share."""


def command(name: str) -> dict[str, Any]:
    """Arguments of a Gradio event that gives the page the command ``name`` (``web/page/commands.js``)."""
    module = (WEB / "page" / "commands.js").as_posix()
    script = (
        "async () => { const root = window.gradio_config?.root ?? '';"
        f" (await import(`${{root}}/gradio_api/file={module}`)).command('{name}'); }}"
    )
    return {"fn": None, "js": script, "trigger_mode": "multiple", "queue": False, "api_visibility": "private"}


def event_data(event: gr.EventData) -> Any:
    """What the page's script triggered an event with; any JSON, and from anyone."""
    return event._data


def uploaded(path: Any) -> str:
    """The path of a file that a page has uploaded; what a page calls one may come from anyone.

    Raises:
        ValueError: if it is no file, or was not uploaded.
    """
    folder = Path(get_upload_folder()).resolve()
    if not isinstance(path, str) or not (file := Path(path).resolve()).is_relative_to(folder):
        raise ValueError("this file was not uploaded: choose it again")
    if not file.is_file():
        raise ValueError("the uploaded file is gone: choose it again")
    return str(file)


class NativeComponent(gr.HTML):
    """A component whose template, style and script are the files named like its folder.

    The script is an ES module that exports ``mount({element, props, server, trigger, upload, watch})``. Its
    value is any JSON; between page and server it goes as one string, since Gradio's page copies all else
    number by number.
    """

    folder: ClassVar[str]

    def __init__(self, value: Any = None, **options: Any) -> None:
        home = WEB / self.folder
        super().__init__(
            value,
            html_template=(home / f"{self.folder}.html").read_text("utf-8"),
            css_template=(home / f"{self.folder}.css").read_text("utf-8"),
            js_on_load=(WEB / "component.js").read_text("utf-8"),
            apply_default_css=False,
            module=(home / f"{self.folder}.js").as_posix(),
            **options,
        )

    def read(self, value: Any) -> Any:
        """What a listener gets of the page's JSON, which may come from anyone.

        Raises:
            ValueError: if it is not what the component's page sends.
        """
        return value

    def preprocess(self, payload: Any) -> Any:
        """What :meth:`read` makes of the page's value; a bad one becomes a toast."""
        with toasted():
            return self.read(pydantic_core.from_json(payload) if isinstance(payload, str) else payload)

    def postprocess(self, value: Any) -> Any:
        """The value for the page; files in it only Gradio can serve, so it must see them."""
        holds_file = isinstance(value, dict) and any(
            "meta" in part for part in value.values() if isinstance(part, dict)
        )
        return value if value is None or holds_file else json.dumps(value)

    def api_info(self) -> dict[str, Any]:
        """Any JSON: these components are for the page, programs use the named endpoints."""
        return {"type": "object"}


def serve_modules(others: Sequence[str | Path] = ()) -> None:
    """Let the browser fetch the studio's files and ``others``, and nothing else of the package.

    The folder, not its files: Gradio compares every request with every path.
    """
    gr.set_static_paths([WEB, *others])
