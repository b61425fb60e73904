"""A short kill test; the long one is ``make kill-test``."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from benchmarks.kill_test import run


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs kill -9")
def test_sessions_survive_kill_9(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).resolve().parents[2])
    report = run(kills=8, seed=1, folder=tmp_path).report()
    assert report["always_opened_and_right"], report
    assert report["kills"] == 8
    assert int(str(report["actions"])) > 50
