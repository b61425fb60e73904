"""Nothing is compiled or loaded by the thread that must never be late."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from engine.playback.warming import mix_straight
from engine.realtime.straight import StraightSources

HERE = Path(__file__).resolve().parent


@pytest.mark.timeout(300)
def test_the_renderer_meets_no_loop_for_the_first_time(tmp_path: Path) -> None:
    search = os.pathsep.join(map(str, (HERE.parent.parent, HERE, HERE.parent)))
    done = subprocess.run(
        [sys.executable, str(HERE / "first_use.py"), str(tmp_path)],
        env={**os.environ, "PYTHONPATH": search, "FOLEYSTAGE_HRIRS": "off"},
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 1, done.stdout  # no trouble was told
    threads = json.loads(done.stdout)
    assert "scene maker" in threads  # features are warmed when a scene first has them
    assert threads.count("renderer") == 0


def test_what_files_are_mixed_with_is_compiled_beforehand(monkeypatch: pytest.MonkeyPatch) -> None:
    """What nothing but gains happens to goes another way into a file than into the device."""
    mixed: list[int] = []
    mix = StraightSources.mix

    def noted(self: StraightSources, first: int, *rest: Any) -> None:
        mixed.append(first)
        mix(self, first, *rest)

    monkeypatch.setattr(StraightSources, "mix", noted)
    mix_straight(48_000)
    assert mixed
