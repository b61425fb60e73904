"""Every true box of the optional clips is read, whichever way it is written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.vision_eval import _mask_truth


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("davis_blackswan", (127, 73, 510, 385)),
        ("otb_Crossing", (205, 151, 222, 201)),
        ("vot_bag", (292.23, 128.36, 438.19, 260.83)),
    ],
)
def test_first_box(shared_data: Path, name: str, first: tuple[float, ...]) -> None:
    truth = _mask_truth(shared_data / "video_mask_gt" / f"{name}.mp4")
    time_s, box = truth[0]
    assert time_s == 0.0
    np.testing.assert_allclose(box, first)
    times = [time_s for time_s, _ in truth]
    assert np.all(np.diff(times) > 0)
