"""One HTTP request with a body of JSON: bounded in time, in size, and in where it goes.

A server may be silent, drip, send too much, redirect or break off; each ends in a `MindError`.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from engine.errors import MindError

LARGEST_ANSWER_BYTES = 2_000_000
_AT_HOME = ("localhost", "127.0.0.1", "::1")
_CHUNK = 65_536


@dataclass(frozen=True)
class Reply:
    """What a server answered: status, when to ask again (seconds, where it says), and the body."""

    status: int
    retry_after_s: float | None
    body: bytes


def check_url(url: str, *, with_key: bool = False) -> SplitResult:
    """A base address taken apart.

    Raises
    ------
    MindError
        If it is not http(s), has no host or holds a password, or would send a key in the clear.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise MindError(f"'{url}' is no address: {error}", remedy=_EXAMPLE) from error
    if parts.scheme not in ("http", "https") or not host:
        raise MindError(f"'{url}' is no address", remedy=_EXAMPLE)
    if parts.username is not None or parts.password is not None:
        raise MindError("the address holds a user or password", remedy="leave it out")
    if with_key and parts.scheme == "http" and host not in _AT_HOME:
        raise MindError("a key is not sent unencrypted", place=host, remedy="use https")
    return parts


_EXAMPLE = "give one such as http://localhost:11434/v1"


def post_json(url: str, body: bytes, headers: Mapping[str, str], limit_s: float) -> Reply:
    """Send JSON and take the whole answer.

    Parameters
    ----------
    url : str
        Where to; no redirect is followed.
    body : bytes
        JSON.
    headers : mapping
        Beside those that say what the body is.
    limit_s : float
        For everything from connecting to the last byte.

    Raises
    ------
    MindError
        If there is no answer in time, it is too large, or the connection breaks.
    """
    parts = check_url(url)
    place = parts.netloc
    connection = _connection(parts, limit_s)
    own = {"Content-Type": "application/json", "Accept": "application/json", "Connection": "close"}
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    try:
        with _ended_after(connection, limit_s) as late:
            try:
                connection.request("POST", path, body, {**own, **headers})
                response = connection.getresponse()
                data = _read(response, place)
            except (OSError, http.client.HTTPException, ValueError) as error:
                if late.is_set() or isinstance(error, TimeoutError):
                    raise _too_slow(place, limit_s) from error
                raise MindError(f"the connection failed: {_reason(error)}", place=place) from error
            if late.is_set():
                raise _too_slow(place, limit_s)
            if response.length:
                raise MindError("the answer breaks off", place=place, remedy="try again")
    finally:
        connection.close()
    return Reply(response.status, _seconds(response.getheader("Retry-After")), data)


def _connection(parts: SplitResult, limit_s: float) -> http.client.HTTPConnection:
    host, port = parts.hostname or "", parts.port
    if parts.scheme == "https":
        safe = ssl.create_default_context()
        return http.client.HTTPSConnection(host, port, timeout=limit_s, context=safe)
    return http.client.HTTPConnection(host, port, timeout=limit_s)


@contextmanager
def _ended_after(
    connection: http.client.HTTPConnection, limit_s: float
) -> Iterator[threading.Event]:
    """Breaks the connection when time is up, however slowly it still drips; the event tells so."""
    late = threading.Event()
    over = threading.Event()

    def watch() -> None:
        if over.wait(limit_s):
            return
        late.set()
        link = connection.sock or held.get("link")
        if link is not None:
            try:
                link.shutdown(socket.SHUT_RDWR)
            except OSError:
                return

    held: dict[str, socket.socket] = {}
    plain_connect = connection.connect

    def connect() -> None:
        plain_connect()
        held["link"] = connection.sock

    connection.connect = connect  # type: ignore[method-assign]
    watcher = threading.Thread(target=watch, name="mind deadline", daemon=True)
    watcher.start()
    try:
        yield late
    finally:
        over.set()
        watcher.join()


def _read(response: http.client.HTTPResponse, place: str) -> bytes:
    parts: list[bytes] = []
    size = 0
    while chunk := response.read1(_CHUNK):
        parts.append(chunk)
        size += len(chunk)
        if size > LARGEST_ANSWER_BYTES:
            raise MindError(
                f"the answer is larger than {LARGEST_ANSWER_BYTES / 1e6:.0f} MB",
                place=place,
                remedy="another model may keep to what is asked",
            )
    return b"".join(parts)


def _too_slow(place: str, limit_s: float) -> MindError:
    return MindError(
        f"there was no whole answer within {limit_s:g} s",
        place=place,
        remedy="allow it more time, or ask a smaller model",
    )


def _reason(error: Exception) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "nobody listens there"
    if isinstance(error, OSError):
        return error.strerror or "the server hung up"
    return "what answers speaks no HTTP"


def _seconds(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if 0.0 <= value <= 86_400.0 else None
