"""A real HTTP server on this machine that answers as a test says, however badly."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from mind_answers import completion, send

from engine.minds.endpoint import MindSettings

Answer = Callable[[BaseHTTPRequestHandler, dict[str, Any]], None]


class Server:
    """What it answers is the next of `answers` (the last again and again); it keeps requests."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.requests: list[tuple[dict[str, str], dict[str, Any]]] = []
        self.leave = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                server.requests.append((dict(self.headers), json.loads(body)))
                index = min(len(server.requests), len(server.answers)) - 1
                try:
                    server.answers[index](self, server.requests[-1][1])
                except OSError:  # the client has gone
                    return

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    def says(self, *texts: str) -> None:
        """Answer with these texts, one after the other."""
        self.answers = [
            lambda handler, _, text=text: send(handler, completion(text)) for text in texts
        ]

    def close(self) -> None:
        self.leave.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


@pytest.fixture
def server(monkeypatch) -> Iterator[Server]:
    for name in ("FOLEYSTAGE_MIND_KEY", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    found = Server()
    yield found
    found.close()


@pytest.fixture
def settings(server) -> Callable[..., MindSettings]:
    def make(**changes: Any) -> MindSettings:
        usual: dict[str, Any] = {"base_url": server.base_url, "model": "m", "limit_s": 20.0}
        return MindSettings(**{**usual, "retries": 0, **changes})

    return make
