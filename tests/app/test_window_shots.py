"""The analysis panel tells of every shot whether its camera moves."""

from __future__ import annotations

from app.views.analysis.panel import facts
from engine.project.model import Analysis, Project


def test_shots_and_their_cameras_are_listed() -> None:
    analysis = Analysis(shots_s=(0.0, 1.6), moving_shots=(False, True))
    rows = dict(facts(Project(analysis=analysis)))
    assert rows["Shots"].splitlines() == ["2", "0.00 s, camera static", "1.60 s, camera moving"]


def test_long_lists_are_cut_short() -> None:
    analysis = Analysis(shots_s=tuple(range(20)), moving_shots=(True,) * 20)
    rows = dict(facts(Project(analysis=analysis)))
    assert rows["Shots"].splitlines()[0] == "20"
    assert rows["Shots"].splitlines()[-1] == "and 8 more"
