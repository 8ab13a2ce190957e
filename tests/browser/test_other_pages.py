"""What pages of others can do with a studio that is open on the same machine: nothing."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from playwright.sync_api import Browser

ATTEMPTS = """async (studio) => {
    const tried = (options) =>
        fetch(`${studio}/gradio_api/info`, options).then(
            (answer) => (answer.type === "opaque" ? "opaque" : answer.status), () => "refused");
    const script = await new Promise((done) => {
        const element = document.createElement("script");
        element.src = `${studio}/gradio_api/app_id`;
        element.onload = () => done("run");
        element.onerror = () => done("refused");
        document.head.append(element);
    });
    const frame = document.createElement("iframe");
    frame.src = studio;
    document.body.append(frame);
    await new Promise((done) => { frame.onload = done; });
    return { read: await tried(), sent: await tried({ method: "POST", body: "{}" }), script };
}"""


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Another page</title><body></body>")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def other_page() -> Iterator[str]:
    """A page at another port of this machine."""
    with HTTPServer(("127.0.0.1", 0), _Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_another_page_can_neither_read_nor_frame_the_studio(
    browser: Browser, url: str, other_page: str
) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(other_page)
    found = page.evaluate(ATTEMPTS, url)
    shown = page.frames[-1].content()
    context.close()
    assert found == {"read": "refused", "sent": "refused", "script": "refused"}
    assert "Unleash" not in shown
