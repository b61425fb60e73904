"""Light ONNX detectors: what outputs mean, the way back to pixels, foreign files refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.errors import PluginError
from engine.media.decode import read_video_frames
from engine.plugins import Detector, create
from plugins.onnx_detectors.decoding import centre_and_size, count_points, distances
from plugins.onnx_detectors.detector import coco_labels
from plugins.onnx_detectors.families import FAMILIES
from plugins.onnx_detectors.pictures import Preparation, prepare

FILES = {
    "yolox": "CV_Studio__yolox_nano.onnx",
    "picodet": "picodet-onnxruntime__picodet_s_416_coco.onnx",
}


def test_coco_has_80_names_in_order() -> None:
    labels = coco_labels()
    assert len(labels) == len(set(labels)) == 80
    assert (labels[0], labels[2], labels[32], labels[79]) == (
        *("person", "car", "sports ball", "toothbrush"),
    )


def test_centre_and_size_of_one_cell() -> None:
    # a 64 x 32 input has 8 x 4 cells of 8 pixels, then 4 x 2 of 16, then 2 x 1 of 32
    raw = np.zeros((count_points((64, 32), (8, 16, 32)), 85), np.float32)
    assert len(raw) == 32 + 8 + 2
    raw[32 + 5, :5] = [0.5, 0.25, np.log(2.0), np.log(0.5), 0.8]  # second row, second column
    raw[32 + 5, 5 + 7] = 0.5
    boxes, scores = centre_and_size(raw, (64, 32), (8, 16, 32))
    np.testing.assert_allclose(boxes[37], [24 - 16, 20 - 4, 24 + 16, 20 + 4], atol=1e-5)
    assert scores[37].argmax() == 7
    assert scores[37, 7] == pytest.approx(0.4)


def test_a_side_is_the_mean_of_its_distribution() -> None:
    sides = np.full((count_points((32, 32), (16,)), 4, 8), -40.0, np.float32)
    sides[3, 0, 2] = 0.0  # left: surely two strides
    sides[3, 1, [1, 2]] = 0.0  # top: one and a half
    sides[3, 2, 0] = 0.0
    sides[3, 3, 7] = 0.0
    boxes = distances(sides.reshape(4, 32), (32, 32), (16,), 0.5)
    np.testing.assert_allclose(boxes[3], [24 - 32, 24 - 24, 24, 24 + 112], atol=1e-3)


@pytest.mark.parametrize("fit", ["pad", "stretch"])
def test_boxes_find_their_way_back_to_pixels(fit: str) -> None:
    image = np.zeros((90, 300, 3), np.uint8)
    image[30:60, 120:180] = 255
    picture, scale = prepare(image, (416, 416), Preparation(fit, "rgb"))  # type: ignore[arg-type]
    lit = np.argwhere(picture[0, 0] > 200)
    corners = [*lit.min(axis=0)[::-1], *(lit.max(axis=0)[::-1] + 1)]
    np.testing.assert_allclose(corners / np.tile(scale, 2), [120, 30, 180, 60], atol=1.5)


def test_channels_and_levels_are_as_the_family_wants_them() -> None:
    image = np.full((8, 8, 3), (10, 20, 30), np.uint8)
    plain, _ = prepare(image, (8, 8), FAMILIES["yolox"].preparation)
    assert plain[0, :, 0, 0].tolist() == [30.0, 20.0, 10.0]
    scaled, _ = prepare(image, (8, 8), FAMILIES["picodet"].preparation)
    assert scaled[0, 0, 0, 0] == pytest.approx((10 - 123.675) / 58.395, abs=1e-4)


def test_nanodet_is_read_from_one_table_and_from_interleaved_ones() -> None:
    rng = np.random.default_rng(2)
    rows = [52 * 52, 26 * 26, 13 * 13]
    scores = [rng.random((1, n, 80), np.float32) for n in rows]
    sides = [rng.random((1, n, 32), np.float32) for n in rows]
    table = np.concatenate([np.concatenate(scores, axis=1), np.concatenate(sides, axis=1)], axis=2)
    mixed = [part for pair in zip(scores, sides, strict=True) for part in pair]
    decode = FAMILIES["nanodet"].decode
    for one, other in zip(decode([table], (416, 416)), decode(mixed, (416, 416)), strict=True):
        np.testing.assert_array_equal(one, other)


def test_outputs_of_another_family_are_refused_in_words() -> None:
    table, odd = np.zeros((1, 3549, 85), np.float32), np.zeros((1, 10, 32), np.float32)
    with pytest.raises(PluginError, match=r"1x3549x85, 1x10x32.*not this family's"):
        FAMILIES["picodet"].decode([table, odd], (416, 416))
    with pytest.raises(PluginError, match="not this family's"):
        FAMILIES["yolox"].decode([table, odd], (416, 416))
    with pytest.raises(PluginError, match=r"3549 rows.*choose the detector of the family"):
        FAMILIES["yolox"].decode([table], (320, 320))


@pytest.mark.parametrize("name", ["yolox", "picodet", "nanodet"])
def test_weights_must_be_given_and_be_there(name: str, tmp_path: Path) -> None:
    with pytest.raises(PluginError, match="needs weights"):
        create("detector", name)
    with pytest.raises(PluginError, match="are not there"):
        create("detector", name, tmp_path / "none.onnx")
    (tmp_path / "bad.onnx").write_bytes(b"not a network" * 50)
    with pytest.raises(PluginError, match="not an ONNX network"):
        create("detector", name, tmp_path / "bad.onnx")


@pytest.mark.parametrize("name", list(FILES))
def test_a_bus_on_a_real_street_is_a_bus(name: str, shared_data: Path) -> None:
    detector = create("detector", name, shared_data / "weights" / FILES[name])
    assert isinstance(detector, Detector)
    assert FILES[name] in detector.label
    video = shared_data / "av_binaural_gt" / "urbansas_london167_5118.mp4"
    time_s, image = next(iter(read_video_frames(video, start_s=1.0)))
    detector.begin(image.shape[1], image.shape[0], 24.0, ())
    found = detector.detect(image, time_s)
    bus = next(one for one in found if one.label == "bus")
    assert bus.confidence > 0.5
    assert np.abs(np.array(bus.box) - [143, 85, 250, 134]).max() < 16
    assert [one.confidence for one in found] == sorted((o.confidence for o in found), reverse=True)
    boxes = np.array([one.box for one in found])
    assert boxes.min() >= 0
    assert boxes[:, [0, 2]].max() <= image.shape[1]


def test_weights_of_the_wrong_family_are_refused(shared_data: Path) -> None:
    detector = create("detector", "yolox", shared_data / "weights" / FILES["picodet"])
    with pytest.raises(PluginError, match="family"):
        detector.detect(np.zeros((90, 160, 3), np.uint8), 0.0)
