"""The same samples from a machine that has just compiled the kernel and from one that had it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

RENDER = """
import sys
import numpy as np
from realtime_scenes import circle, noise, clip, source, render
paths = [circle(0.7 + i, 1.0, 3.0) for i in range(3)]
moving = [source(p, clip(noise(24_000, i)), doppler=i > 0) for i, p in enumerate(paths)]
from room_scenes import in_room
for out in render(in_room(moving, "small_room", ("binaural", "5.1")), 80):
    sys.stdout.buffer.write(np.ascontiguousarray(out).tobytes())
"""


@pytest.mark.timeout(600)  # all that it needs is compiled anew
def test_fresh_and_cached_code_give_the_same_samples(tmp_path):
    here = str(Path(__file__).parent)
    environment = os.environ | {
        "NUMBA_CACHE_DIR": str(tmp_path),
        "PYTHONPATH": os.pathsep.join([here, *sys.path]),
    }
    fresh, cached = (
        subprocess.run(
            [sys.executable, "-c", RENDER], env=environment, capture_output=True, check=True
        ).stdout
        for _ in range(2)
    )
    assert len(fresh) == 80 * 256 * 8 * 4
    assert fresh == cached
