"""The shared block of a script that ends without closing it, and its loudness before any sound."""

from __future__ import annotations

import subprocess
import sys
from multiprocessing.shared_memory import SharedMemory

import numpy as np
import pytest

from engine.playback.shared import SharedBlock

_SCRIPT = """
from engine.playback.shared import SharedBlock
block = SharedBlock()
print(block.name)
"""


def test_a_script_that_forgets_to_close_leaves_nothing_and_says_nothing() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", _SCRIPT], capture_output=True, text=True, check=True, timeout=60
    )
    assert ended.stderr == ""
    with pytest.raises(FileNotFoundError):
        SharedMemory(name=ended.stdout.strip())


def test_loudness_is_that_of_silence_before_anything_was_measured() -> None:
    block = SharedBlock()
    try:
        for field in ("momentary_lufs", "short_term_lufs", "integrated_lufs"):
            assert block.get(field) == -np.inf
    finally:
        block.close()
