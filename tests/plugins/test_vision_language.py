"""A vision-language model as detector: asked over HTTP on this machine, read strictly."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from engine.errors import PluginError
from engine.plugins import Detector, create
from engine.vision.analyse import VisionSettings, analyse_video
from plugins.vision_language.asking import read_answer
from plugins.vision_language.settings import CONSENT
from tests.vision.scenes import clip, disc

IMAGE = np.zeros((90, 160, 3), np.uint8)


class Model:
    """Answers as a model would that finds what is red."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.answer: Callable[[np.ndarray], str] = red_things
        self.status = 200
        self.elsewhere = ""

    def reply(self, body: dict[str, Any]) -> bytes:
        self.asked.append(body)
        url = body["messages"][0]["content"][1]["image_url"]["url"]
        data = base64.b64decode(url.removeprefix("data:image/jpeg;base64,"))
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
        return json.dumps({"choices": [{"message": {"content": self.answer(picture)}}]}).encode()


def red_things(picture: np.ndarray) -> str:
    red = (picture[..., 0] > 200) & (picture[..., 1:] < 62).all(axis=-1)
    rows, columns = np.nonzero(red)
    if not len(rows):
        return '{"objects": []}'
    box = [int(v) for v in (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)]
    return json.dumps({"objects": [{"label": "ball", "box": box, "confidence": 0.9}]})


@pytest.fixture
def served() -> Iterator[tuple[Model, str]]:
    model = Model()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            data = model.reply(body)
            self.send_response(model.status)
            if model.elsewhere:
                self.send_header("Location", model.elsewhere)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args: Any) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield model, f"http://127.0.0.1:{server.server_port}/v1/chat/completions"
    server.shutdown()
    thread.join()
    server.server_close()


def settings(folder: Path, url: str, consent: str = CONSENT, more: str = "") -> Path:
    file = folder / "model.toml"
    file.write_text(f'url = "{url}"\nmodel = "seer"\nconsent = "{consent}"\n{more}')
    return file


def test_a_film_is_followed_by_what_the_model_tells(
    tmp_path: Path, served: tuple[Model, str]
) -> None:
    model, url = served

    def way(time_s: float) -> tuple[float, float]:
        return 60 + 60 * time_s, 150.0

    video = clip(tmp_path / "b.mp4", [disc(way, 20, (230, 30, 30))], 2.4)
    how = VisionSettings(
        detector="vision-language", weights=settings(tmp_path, url), prompt=("ball",)
    )
    result = analyse_video(video, how)
    (seen,) = result.objects
    assert seen.label == "ball"
    assert result.analysis.detector == "seer at 127.0.0.1"
    middle = 0.5 * (seen.boxes[:, 1] + seen.boxes[:, 3])
    true = np.array([way(t)[0] for t in seen.boxes[:, 0]])
    assert np.median(np.abs(middle - true)) < 4.0
    assert 4 <= len(model.asked) <= 8  # some pictures, not sixty
    assert "Find: ball." in model.asked[0]["messages"][0]["content"][0]["text"]


def test_nothing_is_sent_without_consent_or_to_unsafe_places(
    tmp_path: Path, served: tuple[Model, str]
) -> None:
    model, url = served
    with pytest.raises(PluginError, match="sends pictures"):
        create("detector", "vision-language")
    with pytest.raises(PluginError, match="nobody agreed"):
        create("detector", "vision-language", settings(tmp_path, url, consent="yes"))
    with pytest.raises(PluginError, match="no safe address"):
        create("detector", "vision-language", settings(tmp_path, "http://example.org/v1"))
    with pytest.raises(PluginError, match="not the settings"):
        create("detector", "vision-language", settings(tmp_path, url, more="temperature = 2\n"))
    assert model.asked == []


def test_a_redirection_is_not_followed(tmp_path: Path, served: tuple[Model, str]) -> None:
    model, url = served
    model.status, model.elsewhere = 307, "http://127.0.0.1:9/other"
    detector = create("detector", "vision-language", settings(tmp_path, url))
    assert isinstance(detector, Detector)
    with pytest.raises(PluginError, match="answers 307"):
        detector.detect(IMAGE, 0.0)


def test_a_key_comes_from_the_environment_alone(
    tmp_path: Path, served: tuple[Model, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, url = served
    file = settings(tmp_path, url, more='key_variable = "SEER_KEY"\n')
    detector = create("detector", "vision-language", file)
    monkeypatch.delenv("SEER_KEY", raising=False)
    with pytest.raises(PluginError, match="no key"):
        detector.detect(IMAGE, 0.0)
    monkeypatch.setenv("SEER_KEY", "k")
    assert detector.detect(IMAGE, 0.0) == []


def test_who_is_not_there_is_told_in_words(tmp_path: Path) -> None:
    detector = create("detector", "vision-language", settings(tmp_path, "http://127.0.0.1:9/v1"))
    with pytest.raises(PluginError, match="cannot be asked"):
        detector.detect(IMAGE, 0.0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("I see a dog at the left.", "not the JSON"),
        ('{"objects": [{"label": "dog"}]}', "not the JSON"),
        ('{"objects": [{"label": "dog", "box": [1, 2, 3, 4, 5]}]}', "not the JSON"),
        ('{"objects": [{"label": "dog", "box": [1, 2, "3", 4]}]}', "not the JSON"),
        ('{"objects": [], "note": "nothing"}', "not the JSON"),
        ('{"objects": [{"label": "dog", "box": [50, 2, 30, 40]}]}', "outside"),
        ('{"objects": [{"label": "dog", "box": [0, 0, 900, 40]}]}', "outside"),
        ('{"objects": [{"label": " ", "box": [0, 0, 9, 4]}]}', "without a name"),
        ('{"objects": [{"label": "dog", "box": [0, 0, 9, 4], "confidence": 7}]}', "confidence"),
    ],
)
def test_anything_else_is_refused(text: str, said: str) -> None:
    with pytest.raises(PluginError, match=said):
        read_answer(text, 160, 90)


def test_one_fenced_block_is_read() -> None:
    (found,) = read_answer(
        '```json\n{"objects": [{"label": "dog", "box": [1, 2, 30, 40]}]}\n```', 160, 90
    )
    assert found.box == (1.0, 2.0, 30.0, 40.0)
    assert 0.0 < found.confidence < 1.0
