"""How long the timeline takes to paint 64 tracks and 5,000 clips, at every zoom.

Run it alone for a table: ``python -m benchmarks.timeline_painting``. Times are processor time of
the window's thread, so that what else the machine does is left out.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable

import numpy as np

from benchmarks.results import Figure, as_table

TRACKS, CLIPS = 64, 5_000
LENGTH_S = 1_800.0
SIZE = (1600, 900)
ZOOMS_PX_PER_S = (0.8, 2.0, 5.0, 12.0, 30.0, 60.0, 120.0, 400.0, 1_500.0, 6_000.0)
REPEATS = 40
_RATE_HZ = 48_000


class _Media:
    """One take of noise for all clips, and no boxes."""

    def __init__(self, folder: str) -> None:
        from pathlib import Path

        import soundfile

        from app.views.timeline.columns import TakeWaveform
        from engine.media.peaks import build_peaks

        noise = np.random.default_rng(0).uniform(-0.5, 0.5, (1, 4 * _RATE_HZ)).astype(np.float32)
        path = Path(folder) / "noise.wav"
        soundfile.write(path, noise.T, _RATE_HZ, subtype="FLOAT")
        self._waveform = TakeWaveform(build_peaks(path, Path(folder) / "cache"), noise)

    def is_lost(self, take: object) -> bool:
        return False

    def peaks(self, take: object) -> object:
        return self._waveform

    def boxes(self, track: object) -> None:
        return None


def project() -> object:
    """The session that is painted."""
    from engine.project.model import (
        Clip,
        ClipId,
        ContentHash,
        Project,
        Take,
        TakeId,
        Track,
        TrackId,
        Trajectory,
    )
    from engine.project.palette import TRACK_COLOURS

    rng = np.random.default_rng(1)
    take = Take(
        id=TakeId("take"), name="noise", audio=ContentHash("0" * 64),
        sample_rate_hz=_RATE_HZ, channels=1, samples=4 * _RATE_HZ,
    )  # fmt: skip
    path = Trajectory.from_arrays([0.0], [(1.0, 0.0, 0.0)])
    tracks = tuple(
        Track(id=TrackId(f"t{n}"), name=f"Track {n}", trajectory=path, end_s=LENGTH_S,
              colour=TRACK_COLOURS[n % len(TRACK_COLOURS)])
        for n in range(TRACKS)
    )  # fmt: skip
    step_s = LENGTH_S * TRACKS / CLIPS
    clips = tuple(
        Clip(id=ClipId(f"c{n}"), track_id=tracks[n % TRACKS].id, take_id=take.id,
             name=f"step {n}", start_s=n // TRACKS * step_s + float(rng.uniform(0.0, 5.0)),
             duration_s=float(rng.uniform(0.3, 3.9)), fade_in_s=0.02, fade_out_s=0.1)
        for n in range(CLIPS)
    )  # fmt: skip
    return Project(tracks=tracks, takes=(take,), clips=clips)


def measure_timeline(folder: str) -> list[Figure]:
    """Medians and 95th percentiles of scrolling and zooming, at the zoom where they are worst."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from app import theme
    from app.loudness_history import LoudnessHistory
    from app.selection import Selection
    from app.thumbnails import Thumbnails
    from app.views.timeline.view import TimelineView

    application = QApplication.instance() or QApplication(["foleystage"])
    assert isinstance(application, QApplication)
    theme.apply(application)
    media = _Media(folder)
    view = TimelineView(Selection(), media, media, Thumbnails(), LoudnessHistory())  # type: ignore[arg-type]
    view.resize(*SIZE)
    view.show()
    view.set_project(project())  # type: ignore[arg-type]
    application.processEvents()
    worst: dict[str, list[float]] = {"scroll": [0.0, 0.0], "zoom": [0.0, 0.0], "down": [0.0, 0.0]}
    for zoom in ZOOMS_PX_PER_S:
        view.axis.px_per_s = zoom
        view.axis.scroll_to(300.0)
        steps: dict[str, Callable[[int], None]] = {
            "scroll": lambda k: view.axis.scroll_to(300.0 + 37.0 * k / view.axis.px_per_s),
            "zoom": lambda k: view.axis.zoom_at(700.0, 1.01 if k % 2 else 0.99),
            "down": lambda k: view.rows.scroll_to(7 * k),
        }
        for name, step in steps.items():
            times_s = [_timed(step, k, view.lanes.repaint) for k in range(REPEATS)]
            found = float(np.median(times_s)), float(np.percentile(times_s, 95))
            worst[name] = [max(pair) for pair in zip(worst[name], found, strict=True)]
    view.close()
    return [
        Figure(f"timeline_{name}_{word}", round(1e3 * value, 2), "ms")
        for name, pair in worst.items()
        for word, value in zip(("median", "p95"), pair, strict=True)
    ]


def _timed(step: Callable[[int], None], number: int, repaint: Callable[[], None]) -> float:
    begin_s = time.thread_time()
    step(number)
    repaint()
    return time.thread_time() - begin_s


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as home:
        print(as_table(measure_timeline(home)))
    sys.exit(0)
