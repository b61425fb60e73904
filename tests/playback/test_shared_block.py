"""The block that window and engine share belongs to the window alone."""

from __future__ import annotations

import subprocess
import sys

from engine.playback.shared import SharedBlock

_ATTACH = "import sys; from engine.playback.shared import SharedBlock; SharedBlock(sys.argv[1])"


def test_who_attaches_neither_removes_it_nor_answers_for_it() -> None:
    """Not even a process that is not a child of the window, and ends without letting go of it."""
    block = SharedBlock()
    try:
        done = subprocess.run(
            [sys.executable, "-c", _ATTACH, block.name], capture_output=True, text=True, check=True
        )
        assert "leaked" not in done.stderr
        SharedBlock(block.name).close()  # it is still there
    finally:
        block.close()
