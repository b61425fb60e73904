"""Suppression of doubles in plain torch keeps what OpenCV's keeps."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from plugins.torchvision_on_cpu import suppressed

torch = pytest.importorskip("torch")


def test_the_same_boxes_are_kept_as_by_opencv() -> None:
    rng = np.random.default_rng(4)
    low = rng.uniform(0, 200, (300, 2))
    size = rng.uniform(20, 90, (300, 2))
    scores = rng.permutation(np.linspace(0.1, 0.9, 300))
    boxes = np.concatenate([low, low + size], axis=1)
    kept = suppressed(torch, torch.from_numpy(boxes), torch.from_numpy(scores), 0.5)
    corners = np.concatenate([low, size], axis=1)
    true = cv2.dnn.NMSBoxes(corners.tolist(), scores.tolist(), 0.0, 0.5)
    assert kept.tolist() == np.ravel(true).tolist()


def test_no_boxes_are_no_boxes() -> None:
    assert suppressed(torch, torch.zeros(0, 4), torch.zeros(0), 0.5).shape == (0,)
