"""What the studio's native components share: a folder of real html, css and js files."""

from pathlib import Path
from typing import Any, ClassVar

import gradio as gr

STUDIO = Path(__file__).parent


class NativeComponent(gr.HTML):
    """A component whose template, style and script are the files named like its folder.

    The script is an ES module that exports ``mount({element, props, trigger, watch})``.
    """

    folder: ClassVar[str]

    def __init__(self, value: Any = None, **options: Any) -> None:
        home = STUDIO / self.folder
        super().__init__(
            value,
            html_template=(home / f"{self.folder}.html").read_text("utf-8"),
            css_template=(home / f"{self.folder}.css").read_text("utf-8"),
            js_on_load=(STUDIO / "component.js").read_text("utf-8"),
            apply_default_css=False,
            module=(home / f"{self.folder}.js").as_posix(),
            **options,
        )

    def api_info(self) -> dict[str, Any]:
        """Any JSON: these components are for the page, programs use the named endpoints."""
        return {"type": "object"}


def serve_modules() -> None:
    """Let the browser fetch the studio's ES modules, and nothing else of the package."""
    gr.set_static_paths(sorted(STUDIO.rglob("*.js")))
