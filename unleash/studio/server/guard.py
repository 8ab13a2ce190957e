"""Who may speak to a studio: what is refused before Gradio sees it, and what browsers are told with the page.

A studio of its owner alone listens at 127.0.0.1, but every page in the owner's browser can send requests
there. So it answers only under its own names, which undoes DNS rebinding, and only what its own page asks.
A studio that others can reach is public: its API is for whoever can reach it, under any name. In a network,
those are programs and its own page: pages of others may be from outside of it, so no answer is for them.
"""

from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from secrets import compare_digest, token_hex, token_urlsafe
from typing import Any
from urllib.parse import urlsplit

import gradio as gr
from gradio.routes import App, ORJSONResponse
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from unleash.studio.server.owner import LOOPBACK, Reach

_KEPT_APART = "object-src 'none'; base-uri 'self'"
_OWN_FILES = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "  # Gradio needs both
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self' data: blob:; worker-src 'self' blob:; form-action 'self'"
)
_POLICIES = {
    Reach.OWNER: f"{_OWN_FILES}; {_KEPT_APART}; frame-ancestors 'self'",
    Reach.NETWORK: f"{_OWN_FILES}; {_KEPT_APART}; frame-ancestors 'self'",
    # There Gradio takes files of the page from a host of its own.
    Reach.LINK: f"{_KEPT_APART}; frame-ancestors 'self'",
    # A Space is shown in a frame on the Hub.
    Reach.SPACE: f"{_KEPT_APART}; frame-ancestors 'self' https://huggingface.co https://*.hf.space",
}

_COOKIE = f"unleash-{token_hex(4)}"
_TOKEN = token_urlsafe(32)


@dataclass(frozen=True)
class Guard:
    """ASGI middleware around the studio, outside of Gradio's own, which lets other pages in.

    Args:
        app: what it guards.
        reach: who can reach the studio.
    """

    app: ASGIApp
    reach: Reach

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or let it pass and add to the headers of the answer."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        fault = refusal(headers, scope.get("method", "GET")) if self.reach is Reach.OWNER else None
        if fault is None:
            await self.app(scope, receive, self._with_headers(headers, send))
        elif scope["type"] == "http":
            await PlainTextResponse(f"{fault}\n", 403)(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008, "reason": "refused"})

    def _with_headers(self, asked: Headers, send: Send) -> Send:
        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if self.reach in (Reach.OWNER, Reach.NETWORK):
                    for name in [name for name in headers if name.startswith("access-control-")]:
                        del headers[name]
                headers["Content-Security-Policy"] = _POLICIES[self.reach]
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "same-origin"
                page = headers.get("content-type", "").startswith("text/html")
                if page and self.reach is Reach.OWNER and not _has_token(asked.get("cookie", "")):
                    cookie = f"{_COOKIE}={_TOKEN}; Path=/; HttpOnly; SameSite=Strict"
                    headers.append("Set-Cookie", cookie)
            await send(message)

        return sent


def refusal(headers: Headers, method: str) -> str | None:
    """Why an owner's studio does not answer a request with these headers, in a line; None if it does."""
    host = headers.get("host", "")
    if _hostname(host) not in LOOPBACK:
        return "This studio is for its owner alone: open it as http://127.0.0.1, or serve it with --host."
    origin = headers.get("origin")
    foreign = origin is not None and urlsplit(origin).netloc.lower() != host.lower()
    # Browsers tell where a request comes from, also where they send no Origin; programs tell nothing.
    site = headers.get("sec-fetch-site", "none")
    link = headers.get("sec-fetch-mode") == "navigate" and method == "GET"
    if foreign or (site in ("cross-site", "same-site") and not link):
        return "This studio is for its owner alone: pages of others may not use it."
    return None


def from_the_page(request: gr.Request | None) -> bool:
    """Whether a request carries the token that an owner's studio gives to its page."""
    return request is not None and _has_token(dict(request.headers).get("cookie", ""))


class _Guarded(App):
    """Gradio's app with the guard around it."""

    def __init__(self, reach: Reach) -> None:
        super().__init__(default_response_class=ORJSONResponse)
        self._reach = reach

    def build_middleware_stack(self) -> ASGIApp:
        return Guard(super().build_middleware_stack(), self._reach)


def guarded(reach: Reach) -> dict[str, Any]:
    """Arguments of ``gr.Blocks.launch`` that put the guard around its app."""
    return {"_app": _Guarded(reach)}


def _has_token(cookies: str) -> bool:
    try:
        found = SimpleCookie(cookies).get(_COOKIE)
    except CookieError:
        return False
    return found is not None and compare_digest(found.value.encode(), _TOKEN.encode())


def _hostname(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None
