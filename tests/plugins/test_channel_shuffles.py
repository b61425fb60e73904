"""Channel shuffles of the network that is shipped, in four dimensions: the same to the bit."""

from __future__ import annotations

from collections import Counter

import cv2
import numpy as np
import pytest

from engine import resources
from plugins.onnx_detectors.shuffles import flattened

_SHIPPED = resources.path("weights/picodet-s.onnx")


def _kinds(model: bytes) -> Counter[bytes]:
    """How often some orders of axes stand in a file (field 8, a number at a time)."""
    orders = {b"five": (0, 2, 1, 3, 4), b"four": (1, 0, 2, 3)}
    return Counter(
        {
            name: model.count(bytes(b for axis in order for b in (0x40, axis)))
            for name, order in orders.items()
        }
    )


def test_what_the_network_finds_is_the_same() -> None:
    model = _SHIPPED.read_bytes()
    quicker = flattened(model)
    assert quicker is not None
    assert _kinds(model)[b"five"] >= 10
    assert _kinds(quicker)[b"five"] == 0
    assert _kinds(quicker)[b"four"] == _kinds(model)[b"five"]
    picture = np.random.default_rng(0).standard_normal((1, 3, 416, 416), dtype=np.float32)
    answers = []
    for opened in (model, quicker):
        net = cv2.dnn.readNetFromONNX(np.frombuffer(opened, np.uint8))
        net.setInput(picture)
        answers.append(net.forward(net.getUnconnectedOutLayersNames()))
    for before, after in zip(*answers, strict=True):
        np.testing.assert_array_equal(before, after)


def test_once_is_enough() -> None:
    quicker = flattened(_SHIPPED.read_bytes())
    assert quicker is not None
    assert flattened(quicker) is None


@pytest.mark.parametrize("damage", [b"", b"no network", b"\xff" * 40, None])
def test_what_is_no_network_is_left_as_it_is(damage: bytes | None) -> None:
    given = _SHIPPED.read_bytes()[:200_000] if damage is None else damage
    assert flattened(given) is None
