"""Loudspeakers as the side view draws them."""

from __future__ import annotations

from PySide6.QtCore import QPointF

from app.views.stage.space_ground import told_apart


def test_loudspeakers_that_would_cover_each_other_share_a_badge() -> None:
    front, behind = QPointF(100.0, 50.0), QPointF(20.0, 50.0)
    places = [(front, "L"), (front, "R"), (front + QPointF(8.0, 0.0), "C"), (behind, "Ls")]
    (where, names), alone = told_apart(places)
    assert names == "L R C"
    assert front.x() < where.x() < front.x() + 8.0
    assert alone == (behind, "Ls")
