"""However busy the window is, the ring never runs dry: the short version of `make steadiness`."""

from __future__ import annotations

import pytest
from audio_server import AudioServer

from benchmarks.steadiness import run
from benchmarks.window_loads import LOADS

SECONDS_PER_LOAD = 2.0

pytestmark = pytest.mark.audio_device


@pytest.mark.flaky(reruns=1)  # an audio server that gets no processor is no fault of the ring
@pytest.mark.timeout(300)
def test_no_load_of_the_window_makes_the_ring_run_dry(
    audio_server: AudioServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no real-time priority is granted the device's thread is a plain one, and takes in one
    go what it missed: an underrun counts unless the machine kept a plain program from running as
    long, as often."""
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    report = run(SECONDS_PER_LOAD)
    assert [phase.load for phase in report.phases] == list(LOADS)
    for phase in report.phases:
        assert phase.engines == 1
        assert phase.underruns <= len(phase.standstills_s), phase
        assert phase.work > 0
        assert phase.disk_dropouts == 0
        assert phase.faulty_blocks == 0
        # A sink whose own thread is starved plays slower than the clock.
        assert phase.played_s == pytest.approx(phase.seconds, rel=0.2, abs=1.5)
