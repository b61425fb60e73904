"""Passages that stand for a long film: which they are, and that they set the faders as it would."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from msgspec import structs

from engine.pipeline import passages as module
from engine.pipeline.compose import compose
from engine.pipeline.master import level_mix
from engine.pipeline.passages import LONGEST_WHOLE_S, PASSAGE_S, Outline, passages_of
from engine.pipeline.settings import RunSettings
from engine.project.edits import ApplyFormatTrims, ApplyMasterGain
from engine.project.model import Contact, Project, Strip, Track, Trajectory
from engine.project.store import MediaFolder
from engine.realtime.snapshot import HOP_SAMPLES

RATE_HZ = 48_000


def outline(power: np.ndarray, peaks: np.ndarray | None = None) -> Outline:
    return Outline(np.stack([power, power]), np.zeros(len(power)) if peaks is None else peaks)


def test_a_short_film_and_silence_are_measured_whole() -> None:
    hops = round(10 * LONGEST_WHOLE_S)
    short = outline(np.ones(hops))
    assert passages_of(short, hops * RATE_HZ // 10, RATE_HZ) is None
    assert passages_of(outline(np.zeros(20_000)), 2000 * RATE_HZ, RATE_HZ) is None


def test_passages_lie_in_the_film_in_order_and_hold_the_highest_peak() -> None:
    random = np.random.default_rng(2)
    power, peaks = random.lognormal(0.0, 2.0, 18_003), random.uniform(0.0, 0.5, 18_003)
    peaks[7_777] = 1.0
    found = passages_of(outline(power, peaks), 1800 * RATE_HZ, RATE_HZ)
    assert found is not None
    starts = [start for start, _ in found.spans]
    assert starts == sorted(starts)
    assert all(start % HOP_SAMPLES == 0 for start in starts)
    assert all(a + n <= b for (a, n), (b, _) in zip(found.spans, found.spans[1:], strict=False))
    assert found.spans[-1][0] + found.spans[-1][1] <= 1800 * RATE_HZ
    assert any(start <= 777.7 * RATE_HZ < start + n for start, n in found.spans)
    assert len(found.spans) * PASSAGE_S < 150.0


def test_how_much_louder_the_whole_is() -> None:
    """Half of the film at one level, half 6 dB under it: known in closed form."""
    hops = round(10 * PASSAGE_S)
    power = np.repeat(np.tile([1.0, 0.25], 100), hops)
    found = passages_of(outline(power), len(power) * RATE_HZ // 10, RATE_HZ)
    assert found is not None
    loud = sum((start / RATE_HZ / PASSAGE_S + 0.5) // 1 % 2 == 0 for start, _ in found.spans)
    share = loud / len(found.spans)
    expected_lu = 10.0 * np.log10(0.625 / (share + 0.25 * (1.0 - share)))
    assert found.whole_louder_lu == pytest.approx((expected_lu, expected_lu), abs=0.15)


def walks() -> Project:
    """Five people, each nearer and louder than the one before, one after the other."""
    tracks = []
    for number, distance_m in enumerate((24.0, 12.0, 8.0, 5.0, 3.0)):
        start_s = 12.0 * number
        steps = tuple(
            Contact(time_s=start_s + float(t), kind="step", strength=0.7)
            for t in np.arange(0.5, 11.5, 0.55)
        )
        places = np.array([[distance_m, -3.0, 0.0], [distance_m, 3.0, 0.0]])
        path = Trajectory.from_arrays(start_s + np.array([0.0, 12.0]), places)
        tracks.append(
            Track(
                id=f"walker-{number}", name="walker", label="person", trajectory=path,
                contacts=steps, start_s=start_s, end_s=start_s + 12.0,
            )
        )  # fmt: skip
    return Project(tracks=tuple(tracks))


def test_faders_are_set_as_the_whole_sets_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LONGEST_WHOLE_S", 30.0)
    monkeypatch.setattr(module, "_LOUD", 2)
    monkeypatch.setattr(module, "_TYPICAL", 2)
    monkeypatch.setattr(module, "_HITS", 1)
    media, project = MediaFolder(tmp_path / "media"), walks()
    edits = compose(project, media, RunSettings())
    for edit in edits:
        project = edit.apply(project)
    by_passages = {
        "binaural": next(e.gain_db for e in edits if isinstance(e, ApplyMasterGain)),
        **next(e.gains_db for e in edits if isinstance(e, ApplyFormatTrims)),
    }
    plain = structs.replace(project, master=Strip())
    master, trims = level_mix(plain, media)
    assert by_passages["binaural"] == pytest.approx(master.gain_db, abs=0.5)
    for name, trim_db in trims.gains_db.items():
        heard_db = by_passages["binaural"] + by_passages[name]
        assert heard_db == pytest.approx(master.gain_db + trim_db, abs=0.5)
