"""ultralytics' detectors: what is made of their answers, words, and files that run code."""

from __future__ import annotations

import importlib
import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from engine.cli.main import main
from engine.errors import PluginError, WeightsError
from engine.plugins import Detector, create
from engine.vocabularies import VOCABULARIES, labels_of, own_words, spelt_out
from engine.weights import folder, registry
from engine.weights.trust import SENTENCE, is_trusted, trust
from plugins.torchvision_on_cpu import mend_torchvision
from plugins.ultralytics_detectors import words as words_of_plugin
from plugins.ultralytics_detectors.detector import UltralyticsDetector

INSTALLED = all(importlib.util.find_spec(name) for name in ("torch", "ultralytics"))
needs_ultralytics = pytest.mark.skipif(not INSTALLED, reason="ultralytics is not installed")
needs_transformers = pytest.mark.skipif(
    not importlib.util.find_spec("transformers"), reason="transformers is not installed"
)
IMAGE = np.full((120, 200, 3), (10, 20, 30), np.uint8)


class Table:
    """Numbers as torch's tensors give them: through `cpu()`."""

    def __init__(self, values: Any) -> None:
        self.values = np.asarray(values, np.float32)

    def cpu(self) -> np.ndarray:
        return self.values


class StandIn:
    """Answers as ultralytics' Results do: `boxes` with xyxy, conf and cls, and `names`."""

    def __init__(self, boxes: Any, scores: Any, classes: Any, names: dict[int, str]) -> None:
        self.answer = SimpleNamespace(
            boxes=SimpleNamespace(xyxy=Table(boxes), conf=Table(scores), cls=Table(classes)),
            names=names,
        )
        self.asked: list[tuple[np.ndarray, dict[str, Any]]] = []
        self.predictor: object | None = object()
        self.model = SimpleNamespace(names=names, txt_feats=None, model=[SimpleNamespace(nc=2)])

    def predict(self, picture: np.ndarray, **how: Any) -> list[Any]:
        self.asked.append((picture, how))
        return [self.answer]


def test_answers_become_detections_surest_first_and_inside_the_picture() -> None:
    network = StandIn(
        [[10, 20, 60, 90], [-5, 0, 40, 300], [50, 50, 50.5, 80], [0, 0, np.nan, 9]],
        [0.3, 0.9, 0.8, 0.7],
        [1, 0, 0, 1],
        {0: "person", 1: "ball"},
    )
    detector = UltralyticsDetector("yolo", "YOLO", network)
    assert isinstance(detector, Detector)
    detector.begin(200, 120, 25.0, ())
    first, second = detector.detect(IMAGE, 0.0)
    assert (first.label, first.box) == ("person", (0.0, 0.0, 40.0, 120.0))
    assert (second.label, second.box) == ("ball", (10.0, 20.0, 60.0, 90.0))
    assert second.confidence == pytest.approx(0.3)
    picture, how = network.asked[0]
    assert picture[0, 0].tolist() == [30, 20, 10]  # blue first
    assert how["agnostic_nms"] is True  # one box a thing: its surest name


def test_a_prompt_sets_the_vocabulary_once() -> None:
    network = StandIn(np.zeros((0, 4)), [], [], {0: "a"})
    asked: list[tuple[str, ...]] = []

    def encode(words: Any) -> np.ndarray:
        asked.append(tuple(words))
        return np.ones((len(words), 512), np.float32)

    detector = UltralyticsDetector("yolo-world", "YOLO-World", network, encode)
    detector.begin(200, 120, 25.0, ())
    assert asked == []  # the file's own names stay
    detector.begin(200, 120, 25.0, ("red car", "@coco", "car"))
    detector.begin(200, 120, 25.0, ("red car", "@coco", "car"))
    assert len(asked) == 1
    assert asked[0][:2] == ("red car", "person")
    assert len(asked[0]) == 81  # 'car' is in COCO already
    assert network.model.txt_feats.shape == (1, 81, 512)
    assert network.model.model[-1].nc == 81
    assert network.predictor is None
    assert detector.detect(IMAGE, 0.0) == []


def test_a_network_that_gives_no_boxes_is_refused() -> None:
    network = StandIn(np.zeros((0, 4)), [], [], {0: "a"})
    network.answer.boxes = None
    with pytest.raises(PluginError, match="no boxes"):
        UltralyticsDetector("yolo", "YOLO", network).detect(IMAGE, 0.0)


def test_vocabularies_are_whole() -> None:
    sizes = {name: len(labels_of(name)) for name in VOCABULARIES}
    assert sizes == {"coco": 80, "imagenet": 1000, "vggsound": 309, "audioset": 527}
    assert labels_of("audioset")[0] == "Speech"
    assert own_words(("@vggsound", "dog")) == ("dog",)
    assert spelt_out(("dog", " dog ", "")) == ("dog",)
    with pytest.raises(PluginError, match="@imagenet"):
        labels_of("lvis")


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(folder.VARIABLE, str(tmp_path / "weights"))
    return tmp_path


def test_a_file_that_runs_code_is_opened_only_if_known_or_trusted(
    own_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = own_folder / "found.pt"
    file.write_bytes(b"whatever")
    with pytest.raises(WeightsError, match=r"can run any program.*models trust"):
        create("detector", "yolo", file)
    with pytest.raises(WeightsError, match=SENTENCE):
        trust(file, "yes")
    trust(file, "I trust this file.")
    assert is_trusted(file)
    file.write_bytes(b"changed")
    assert not is_trusted(file)
    known = registry.registry()[0]
    same = registry.Weights(
        **{f: getattr(known, f) for f in known.__struct_fields__ if f != "sha256"},
        sha256=folder.sha256_of(file),
    )
    monkeypatch.setattr("engine.weights.trust.registry", lambda: (same,))
    assert is_trusted(file)


def test_the_command_asks_for_the_sentence(
    own_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = own_folder / "mine.pt"
    file.write_bytes(b"mine")
    assert main(["models", "trust", str(file), "--json"]) == 1
    assert SENTENCE in capsys.readouterr().err
    assert main(["models", "trust", str(file), "--say", SENTENCE, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["sha256"] == folder.sha256_of(file)
    assert is_trusted(file)


def test_words_need_the_text_encoder(own_folder: Path) -> None:
    encode = words_of_plugin.encoder_beside(own_folder / "w.pt")
    with pytest.raises(PluginError, match="CLIP's text encoder, which is not here"):
        encode(("dog",))


@pytest.mark.parametrize("name", ["yolo", "yolo-world"])
def test_weights_are_needed(name: str) -> None:
    with pytest.raises(PluginError, match="needs weights"):
        create("detector", name)


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Files of small networks of random numbers, drawn from ultralytics' own plans."""
    mend_torchvision()
    torch = importlib.import_module("torch")
    ultralytics = importlib.import_module("ultralytics")
    place = tmp_path_factory.mktemp("yolo")

    def write(plan: str) -> Path:
        torch.manual_seed(1)
        kind = ultralytics.YOLOWorld if "world" in plan else ultralytics.YOLO
        network = kind(f"{plan}.yaml")
        file = place / f"{plan}.pt"
        network.save(file)
        return file

    return write


@needs_ultralytics
@pytest.mark.parametrize("plan", ["yolov8n", "yolo11n"])
def test_a_real_network_runs(plan: str, make: Callable[[str], Path], own_folder: Path) -> None:
    file = make(plan)
    trust(file, SENTENCE)
    detector = create("detector", "yolo", file)
    detector.begin(200, 120, 25.0, ())
    image = np.random.default_rng(0).integers(0, 255, (120, 200, 3), np.uint8)
    found = detector.detect(image, 0.0)
    assert detector.detect(image, 0.04) == found
    assert all(0.1 <= d.confidence <= 1.0 for d in found)


@needs_ultralytics
@needs_transformers
def test_yolo_world_takes_words(make: Callable[[str], Path], own_folder: Path) -> None:
    file = make("yolov8s-worldv2")
    trust(file, SENTENCE)
    detector = create("detector", "yolo-world", file)
    _tiny_clip(file.parent / words_of_plugin.FOLDER)
    detector.begin(200, 120, 25.0, ("dog", "red car", "drum"))
    image = np.random.default_rng(0).integers(0, 255, (120, 200, 3), np.uint8)
    assert {d.label for d in detector.detect(image, 0.0)} <= {"dog", "red car", "drum"}
    head = detector._network.model.model[-1]
    assert head.nc == 3


def _tiny_clip(place: Path) -> None:
    """A text encoder of random numbers with a tokenizer of single letters."""
    torch = importlib.import_module("torch")
    transformers = importlib.import_module("transformers")
    torch.manual_seed(2)
    place.mkdir()
    letters = "abcdefghijklmnopqrstuvwxyz"
    tokens = [*letters, *(f"{one}</w>" for one in letters), "<|startoftext|>", "<|endoftext|>"]
    vocabulary = {token: index for index, token in enumerate(tokens)}
    (place / "vocab.json").write_text(json.dumps(vocabulary))
    (place / "merges.txt").write_text("#version: 0.2\n")
    config = transformers.CLIPTextConfig(
        vocab_size=len(tokens), hidden_size=16, intermediate_size=16, projection_dim=512,
        num_hidden_layers=1, num_attention_heads=2, max_position_embeddings=77,
        bos_token_id=52, eos_token_id=53, pad_token_id=53,
    )  # fmt: skip
    transformers.CLIPTextModelWithProjection(config).save_pretrained(place)
    transformers.CLIPTokenizer(
        str(place / "vocab.json"), str(place / "merges.txt"), unk_token="<|endoftext|>"
    ).save_pretrained(place)
