"""In scenes that were described with what must sound, the embedded mind writes just that."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.described_scenes import judge, load_scenes
from engine.metrics.events import (
    Made,
    Wanted,
    audio_activity,
    event_fit,
    iou,
    spans_activity,
)

RATE_HZ = 48_000


def test_enough_sounds_are_there_few_are_wrong_and_times_agree() -> None:
    scenes = load_scenes()
    assert len(scenes) >= 12
    fits = [judge(scene, 0, rate_hz=16_000).fit for scene in scenes]
    assert sum(f.recalled for f in fits) >= 0.9 * sum(f.wanted for f in fits)
    assert sum(f.right for f in fits) >= 0.8 * sum(f.made for f in fits)
    assert np.mean([value for f in fits for value in f.overlaps]) >= 0.6


def test_figures_follow_their_definitions() -> None:
    bell = Wanted(frozenset({"bells"}), "tower", spans_activity([(1.0, 3.0)], 4.0))
    step = Wanted(frozenset({"footsteps"}), "anna", spans_activity([(0.0, 2.0)], 4.0))
    once = Wanted(frozenset({"blasts"}), "off", spans_activity([(2.0, 4.0)], 4.0), once=True)
    may = Wanted(frozenset({"cloth"}), "anna", spans_activity([(0.0, 4.0)], 4.0), optional=True)
    made = [
        Made("bells", "tower", spans_activity([(2.0, 4.0)], 4.0)),
        Made("footsteps", "ben", spans_activity([(0.0, 2.0)], 4.0)),
        Made("cloth", "anna", spans_activity([(1.0, 2.0)], 4.0)),
        Made("blasts", "off", spans_activity([(3.0, 3.5)], 4.0)),
    ]
    fit = event_fit([bell, step, once, may], made)
    assert (fit.recalled, fit.wanted) == (2, 3)
    assert (fit.right, fit.made) == (3, 4)
    assert fit.overlaps == (pytest.approx(1 / 3), 0.0)
    assert (fit.missed, fit.wrong) == ((1,), (1,))


def test_activities_overlap_as_sets_do() -> None:
    first = spans_activity([(0.0, 1.0), (2.0, 3.0)], 4.0)
    assert iou(first, first) == 1.0
    assert iou(first, ~first) == 0.0
    assert iou(first, spans_activity([(0.5, 2.5)], 4.0)) == pytest.approx(1 / 3)
    assert iou(first & ~first, first & ~first) == 1.0


def test_activity_is_read_off_the_samples() -> None:
    audio = np.zeros((1, 2 * RATE_HZ), dtype=np.float32)
    tone = 0.1 * np.sin(2 * np.pi * 1000.0 * np.arange(RATE_HZ // 2) / RATE_HZ)
    audio[0, RATE_HZ // 2 : RATE_HZ] = tone
    audio[0, :] += 1e-4
    found = audio_activity(audio, RATE_HZ, 1.0, 4.0)
    assert iou(found, spans_activity([(1.5, 2.0)], 4.0)) > 0.97
    late = audio_activity(audio, RATE_HZ, 3.25, 4.0)
    assert iou(late, spans_activity([(3.75, 4.0)], 4.0)) > 0.95
    assert not audio_activity(0.0 * audio, RATE_HZ, 0.0, 4.0).any()
