"""Weights are fetched from a server that behaves, misbehaves, stops, lies and hangs."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec
import pytest

from engine.cli.main import main
from engine.errors import CancelledError, WeightsError
from engine.weights import choice, folder, registry
from engine.weights.fetching import fetch

BODY = bytes(range(256)) * 4096  # 1 MiB


class Server(ThreadingHTTPServer):
    """What it shall do, and what it was asked for."""

    daemon_threads = True
    body = BODY
    stop_after = 0
    status = 0
    resumes = True
    hangs = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.ranges: list[str | None] = []
        self.release = threading.Event()


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        server = self.server
        span = self.headers.get("Range")
        server.ranges.append(span)
        if server.hangs:
            server.release.wait(20.0)
            return
        if server.status:
            self.send_error(server.status)
            return
        start = int(span.removeprefix("bytes=").rstrip("-")) if span and server.resumes else 0
        body = server.body[start:]
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(server.body) - 1}/*")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: server.stop_after] if server.stop_after else body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    one = Server()
    thread = threading.Thread(target=one.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield one
    one.release.set()
    one.shutdown()
    one.server_close()
    thread.join()


@pytest.fixture
def weights(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> registry.Weights:
    monkeypatch.setenv(folder.VARIABLE, str(tmp_path / "kept"))
    one = registry.Weights(
        name="tiny",
        kind="detector",
        part="yolox",
        title="a test's",
        licence="CC0",
        source="here",
        format="onnx",
        url=f"http://127.0.0.1:{server.server_port}/tiny.onnx",
        size_bytes=len(BODY),
        sha256=hashlib.sha256(BODY).hexdigest(),
    )
    for module in (registry, choice):
        monkeypatch.setattr(module, "registry", lambda: (one,))
    monkeypatch.setattr("engine.cli.models.registry", lambda: (one,))
    return one


def test_whole_checked_and_only_once(server: Server, weights: registry.Weights) -> None:
    told: list[float] = []
    place = fetch(weights, lambda stage, fraction: told.append(fraction))
    assert place.read_bytes() == BODY
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert fetch(weights) == place
    assert server.ranges == [None]
    assert [p.name for p in place.parent.iterdir()] == ["tiny.onnx"]


def test_what_was_cut_short_is_gone_on_from(server: Server, weights: registry.Weights) -> None:
    server.stop_after = 400_000
    with pytest.raises(WeightsError, match=r"goes on from there|could not be fetched"):
        fetch(weights)
    assert not folder.is_here(weights)
    server.stop_after = 0
    assert fetch(weights).read_bytes() == BODY
    assert server.ranges == [None, "bytes=400000-"]


def test_a_server_that_cannot_resume_sends_all_again(
    server: Server, weights: registry.Weights
) -> None:
    server.stop_after, server.resumes = 400_000, False
    with pytest.raises(WeightsError):
        fetch(weights)
    server.stop_after = 0
    assert fetch(weights).read_bytes() == BODY


@pytest.mark.parametrize("body", [BODY[:-1] + b"!", BODY + b"more", BODY[:1000]])
def test_another_file_is_never_taken(
    server: Server, weights: registry.Weights, body: bytes
) -> None:
    server.body = body
    with pytest.raises(WeightsError, match=r"SHA-256|bytes"):
        fetch(weights)
    assert not folder.place_of(weights).exists()
    server.body = BODY
    assert fetch(weights).read_bytes() == BODY  # nothing wrong is gone on from


def test_cancelled_is_kept_and_gone_on_from(server: Server, weights: registry.Weights) -> None:
    def cancel(stage: str, fraction: float) -> None:
        if fraction > 0.4:
            raise CancelledError("cancelled")

    with pytest.raises(CancelledError):
        fetch(weights, cancel)
    assert not folder.is_here(weights)
    assert fetch(weights).read_bytes() == BODY
    assert server.ranges[1] is not None


@pytest.mark.parametrize("status", [403, 404, 500])
def test_a_refusal_is_told(server: Server, weights: registry.Weights, status: int) -> None:
    server.status = status
    with pytest.raises(WeightsError, match=f"answers {status}.*point to the file"):
        fetch(weights)


def test_silence_and_nobody_there_are_told(server: Server, weights: registry.Weights) -> None:
    server.hangs = True
    with pytest.raises(WeightsError, match="does not answer"):
        fetch(weights, timeout_s=0.3)
    nobody = msgspec.structs.replace(weights, url="http://127.0.0.1:9/tiny.onnx")
    with pytest.raises(WeightsError, match="could not be fetched"):
        fetch(nobody, timeout_s=2.0)


@pytest.mark.parametrize("url", ["http://example.org/a.onnx", "file:///etc/passwd", "ftp://x/y"])
def test_unsafe_ways_are_not_gone(weights: registry.Weights, url: str) -> None:
    with pytest.raises(WeightsError, match="not a safe way"):
        fetch(msgspec.structs.replace(weights, url=url))


def test_a_damaged_file_on_disk_is_told(weights: registry.Weights) -> None:
    place = fetch(weights)
    place.write_bytes(BODY[:-1] + b"!")
    with pytest.raises(WeightsError, match="SHA-256"):
        fetch(weights)


def test_a_part_gets_what_was_named_pointed_to_or_fetched(
    weights: registry.Weights, tmp_path: Path
) -> None:
    assert choice.weights_for("yolox", None) is None
    with pytest.raises(WeightsError, match="models fetch tiny"):
        choice.weights_for("yolox", "tiny")
    place = fetch(weights)
    assert choice.weights_for("yolox", None) == place
    assert choice.weights_for("yolox", "tiny") == place
    own = tmp_path / "own.onnx"
    own.write_bytes(b"x")
    assert choice.weights_for("yolox", own) == own
    with pytest.raises(WeightsError, match="for the detector 'yolox'"):
        choice.weights_for("picodet", "tiny")
    with pytest.raises(WeightsError, match="not there"):
        choice.weights_for("yolox", tmp_path / "none.onnx")
    with pytest.raises(WeightsError, match="choose one of tiny"):
        choice.weights_for("yolox", "nonesuch")


def test_the_command_fetches_on_consent_only(
    server: Server, weights: registry.Weights, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["models", "fetch", "tiny"]) == 1
    assert "agree with --yes" in capsys.readouterr().err
    assert server.ranges == []
    assert main(["models", "fetch", "tiny", "--yes"]) == 0
    assert folder.is_here(weights)
    assert main(["models", "list"]) == 0
    assert "fetched" in capsys.readouterr().out


def test_the_shipped_registry_is_whole() -> None:
    registry.registry.cache_clear()
    names = [one.name for one in registry.registry()]
    assert len(names) == len(set(names)) >= 5
    for one in registry.registry():
        assert one.url.startswith("https://") or (one.shipped and not one.url)
        assert len(bytes.fromhex(one.sha256)) == 32
        assert one.licence
        assert one.size_bytes > 0


def test_files_at_hand_are_those_of_the_registry(shared_data: Path) -> None:
    for name, file in (
        ("picodet-s", "picodet-onnxruntime__picodet_s_416_coco.onnx"),
        ("yolox-nano", "CV_Studio__yolox_nano.onnx"),
    ):
        folder.check(shared_data / "weights" / file, registry.known(name))
