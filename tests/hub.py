"""A local server that speaks the part of the Hugging Face Hub's protocol which fetching a model uses."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha1, sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from time import sleep

COMMIT = "0123456789abcdef0123456789abcdef01234567"
LARGE = (".bin", ".pth", ".pt", ".safetensors")
"""Endings of files whose SHA-256 the Hub publishes."""


@dataclass
class Hub:
    """What the server has and did.

    Attributes:
        address: of the server.
        repositories: their names, and for each the files: path in it and place on this disk.
        cuts: how many of the next downloads of large files end half way.
        damaged: whether large files are sent with a byte changed.
        asked: the requests, as "METHOD /path" and from which byte.
        status: with which every request is answered instead, if any.
        pause: seconds between two pieces of 10 kB of a large file.
    """

    address: str = ""
    repositories: dict[str, dict[str, Path]] = field(default_factory=dict)
    cuts: int = 0
    damaged: bool = False
    asked: list[str] = field(default_factory=list)
    status: int | None = None
    pause: float = 0

    def add(self, repository: str, folder: Path, *files: str) -> None:
        """Publishes files of a folder, or all of it."""
        paths = files or [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
        self.repositories.setdefault(repository, {}).update({path: folder / path for path in paths})

    def fetched(self, path: str) -> int:
        """How often a file's content was sent, in whole or part."""
        return sum(request.startswith("GET") and path in request for request in self.asked)


@contextmanager
def serving() -> Iterator[Hub]:
    """A hub on a free port of this machine."""
    hub = Hub()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self):
            self.answer(body=False)

        def do_GET(self):
            self.answer(body=True)

        def answer(self, body: bool) -> None:
            hub.asked.append(f"{self.command} {self.path} {self.headers.get('Range', '')}".strip())
            path = self.path.split("?")[0]
            if hub.status is not None:
                return self.reply(hub.status, b"busy")
            if found := re.fullmatch(r"/api/models/([^/]+/[^/]+)/(revision|tree)/([^/]+)/?", path):
                return self.listing(found[1], found[2], found[3])
            if found := re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path):
                return self.file(found[1], found[2], found[3], body)
            return self.reply(404, b"")

        def known(self, repository: str, revision: str) -> bool:
            if repository not in hub.repositories:
                self.reply(404, b"{}", {"X-Error-Code": "RepoNotFound"})
            elif revision not in ("main", COMMIT):
                self.reply(404, b"{}", {"X-Error-Code": "RevisionNotFound"})
            else:
                return True
            return False

        def listing(self, repository: str, kind: str, revision: str) -> None:
            if not self.known(repository, revision):
                return
            files = hub.repositories[repository]
            if kind == "tree":
                found = [
                    {"type": "file", "path": path, "size": place.stat().st_size, "oid": digest(place)}
                    | (
                        {"lfs": {"oid": digest(place), "size": place.stat().st_size, "pointerSize": 1}}
                        if path.endswith(LARGE)
                        else {}
                    )
                    for path, place in files.items()
                ]
            else:
                found = {"id": repository, "sha": COMMIT, "siblings": [{"rfilename": path} for path in files]}
            self.reply(200, json.dumps(found).encode(), {"Content-Type": "application/json"})

        def file(self, repository: str, revision: str, path: str, body: bool) -> None:
            if not self.known(repository, revision):
                return
            if path not in hub.repositories[repository]:
                self.reply(404, b"", {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": COMMIT})
                return
            place = hub.repositories[repository][path]
            data, large = bytearray(place.read_bytes()), path.endswith(LARGE)
            headers = {"X-Repo-Commit": COMMIT, "ETag": f'"{digest(place)}"', "Accept-Ranges": "bytes"}
            if hub.damaged and large:
                data[len(data) // 2] ^= 1
            start = re.match(r"bytes=(\d+)-", self.headers.get("Range") or "")
            if start:
                first = int(start[1])
                headers["Content-Range"] = f"bytes {first}-{len(data) - 1}/{len(data)}"
                data = data[first:]
            self.send(206 if start else 200, bytes(data), headers, body, large)

        def send(self, status: int, data: bytes, headers: dict[str, str], body: bool, large: bool) -> None:
            self.send_response(status)
            for name, value in (headers | {"Content-Length": str(len(data))}).items():
                self.send_header(name, value)
            self.end_headers()
            if not body:
                return
            if large and hub.cuts:
                hub.cuts -= 1
                self.wfile.write(data[: len(data) // 2])
                self.close_connection = True
                return
            if not (large and hub.pause):
                self.wfile.write(data)
                return
            for start in range(0, len(data), 10_000):
                self.wfile.write(data[start : start + 10_000])
                sleep(hub.pause)

        def reply(self, status: int, data: bytes, headers: dict[str, str] | None = None) -> None:
            self.send(status, data, headers or {}, self.command == "GET", False)

        def log_message(self, *_):
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()


def digest(place: Path) -> str:
    """What the Hub names a file by: SHA-256 of a large one, SHA-1 of a small one."""
    data = place.read_bytes()
    return sha256(data).hexdigest() if place.suffix in LARGE else sha1(data).hexdigest()
