"""What is told the ruler in numbers: ends of the loop and of selected time, tempo, scenes."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from app.dialogs.asking import ask
from app.dialogs.numbers import Number, NumbersDialog
from app.spatialiser_verbs import SpatialiserVerbs
from engine.project.bars import FASTEST_BPM, MOST_BEATS, SLOWEST_BPM, UNITS, Bars
from engine.project.edits import AddMarker, MarkScenes, SetBars
from engine.project.limits import LONGEST_S
from engine.project.model import Marker

if TYPE_CHECKING:
    from app.window import MainWindow


class TypedVerbs(SpatialiserVerbs):
    """Verbs that ask for times in seconds."""

    window: MainWindow

    def loop_numbers(self) -> None:
        """Type where the loop begins and ends; the same twice: no loop."""
        now = self.session.loop_s or self._span() or (0.0, self.session.project.duration_s)
        asked = self._asked_range("Loop", "Loop", now)
        if asked is not None:
            self.session.set_loop(asked if asked[1] > asked[0] else None)

    def span_numbers(self) -> None:
        """Type which time is selected; the same twice: none."""
        now = self._span() or (0.0, self.session.project.duration_s)
        asked = self._asked_range("Selected time", "Select", now)
        if asked is not None:
            self.session.selection.set_span(asked if asked[1] > asked[0] else None)

    def tempo(self) -> None:
        """Type tempo, meter and where bar 1 begins; the ruler counts bars when it is told to."""
        bars = self.session.project.bars
        questions = (
            Number("Quarter notes a minute", "", bars.tempo_bpm, SLOWEST_BPM, FASTEST_BPM, 3),
            Number("Beats in a bar", "", bars.beats, 1, MOST_BEATS, 0),
            Number("A beat is one over", "", bars.unit, 1, UNITS[-1], 0),
            Number("Bar 1 begins at", "s", bars.first_s, -3600.0, LONGEST_S, 3),
        )
        dialog = NumbersDialog("Tempo and meter", "Set", questions, self.window)
        if ask(dialog, self.window):
            tempo_bpm, beats, unit, first_s = dialog.values
            fresh = Bars(tempo_bpm=tempo_bpm, beats=int(beats), unit=int(unit), first_s=first_s)
            self.session.do(SetBars(bars=fresh))
            self.window.ruler_menu.choose("bars")

    def add_scene(self) -> None:
        """A scene begins where the shot at the playhead does (of one shot: at the playhead)."""
        session = self.session
        here_s, shots_s = session.playback.position_s, session.project.analysis.shots_s
        video = session.project.video
        reach_s = 0.5 / float(video.rate) if video else 0.0
        begun = [shot_s for shot_s in shots_s if shot_s <= here_s + reach_s]
        time_s = max(begun) if len(shots_s) > 1 and begun else here_s
        number = sum(marker.scene for marker in session.project.markers) + 1
        marker = Marker(
            id=f"scene-{uuid.uuid4().hex[:8]}", time_s=time_s, name=f"Scene {number}", scene=True
        )
        session.do(AddMarker(marker=marker))

    def scenes_at_shots(self) -> None:
        """Let scenes begin at shots by themselves, or no more."""
        self.session.do(MarkScenes(on=not self.session.project.scenes_at_shots))

    def _asked_range(
        self, title: str, verb: str, now: tuple[float, float]
    ) -> tuple[float, float] | None:
        """Two times in order; None when it was cancelled."""
        questions = (
            Number("From", "s", now[0], 0.0, LONGEST_S, 3),
            Number("To", "s", now[1], 0.0, LONGEST_S, 3),
        )
        dialog = NumbersDialog(title, verb, questions, self.window)
        if not ask(dialog, self.window):
            return None
        first_s, last_s = sorted(dialog.values)
        return first_s, last_s
