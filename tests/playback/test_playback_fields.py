"""Ambisonics through headphones: the head that turns, and other ears while it plays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.coordinates import to_cartesian
from engine.playback.listening import FieldListening, listening_to
from engine.playback.path import OutputPath
from engine.project.model import Project
from engine.realtime.controls import Controls
from engine.render.compiler import compile_project
from engine.spatial.decoders import whole_decoder_plan
from engine.spatial.harmonics import spherical_harmonics
from engine.spatial.hrir import load_hrirs


def test_a_turned_head_hears_ambisonics_turned() -> None:
    controls = Controls(compile_project(Project(), Path, ("hoa3",)))
    path = OutputPath(2, 48_000, is_alsa=False)
    path.set_format("hoa3", 48_000, listening_to("hoa3", Project(), [], controls))
    noise = np.random.default_rng(1).standard_normal(2048).astype(np.float32)
    field = np.outer(spherical_harmonics(3, to_cartesian(90.0, 0.0)), noise).astype(np.float32)
    louder_left_db = {}
    for yaw_deg in (0.0, 90.0, 180.0):
        controls.set_head(yaw_deg)
        for _ in range(3):  # the head rests in the last
            out = path.convert(field)
        left, right = np.mean(out**2, axis=0)
        louder_left_db[yaw_deg] = 10 * np.log10(left / right)
    assert louder_left_db[0.0] > 3.0
    assert abs(louder_left_db[90.0]) < 1.0
    assert louder_left_db[180.0] < -3.0


def test_other_ears_take_over_without_a_step() -> None:
    path = OutputPath(2, 48_000, is_alsa=False)
    path.set_format("foa", 48_000, listening_to("foa", Project(), []))
    tone = np.sin(2 * np.pi * np.arange(4096) / 512).astype(np.float32)
    field = np.outer([1.0, 0.5, 0.0, 0.5], tone).astype(np.float32)
    before = path.convert(field[:, :2048])
    path.follow(listening_to("foa", Project(), []))
    same = path.convert(field[:, 2048:])
    whole = OutputPath(2, 48_000, is_alsa=False)
    whole.set_format("foa", 48_000, listening_to("foa", Project(), []))
    assert np.concatenate([before, same]) == pytest.approx(whole.convert(field), abs=1e-5)
    others = whole_decoder_plan(load_hrirs("kemar", 48_000), 1, "virtual_loudspeakers")
    path.follow(FieldListening(1, others))
    faded = path.convert(field[:, :2048])
    later = path.convert(field[:, 2048:])
    plain = OutputPath(2, 48_000, is_alsa=False)
    plain.set_format("foa", 48_000, FieldListening(1, others))
    expected = plain.convert(field)
    assert later == pytest.approx(expected[2048:], abs=1e-4)
    steps = np.abs(np.diff(np.concatenate([same, faded, later]), n=2, axis=0))
    assert steps[2000:2096].max() < 10.0 * steps[500:1500].max()
