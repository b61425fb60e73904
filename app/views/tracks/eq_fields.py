"""The equaliser of a track: six bands in a table, each change one edit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QWidget

from app.views.tracks.eq_bands import PLACES, kept, placed
from app.views.tracks.fields import NumberField
from engine.project.edits import SetTrackEq
from engine.project.limits import (
    HIGHEST_BAND_HZ,
    HIGHEST_Q,
    LARGEST_BAND_DB,
    LOWEST_BAND_HZ,
    LOWEST_Q,
)
from engine.project.model import EqBand, Track


@dataclass(frozen=True)
class _Row:
    on: QCheckBox
    frequency: NumberField
    gain: NumberField
    q: NumberField


class EqFields(QWidget):
    """One row a band: on, frequency, gain, Q. Bands that fit no row stay as they are.

    Parameters
    ----------
    ask : callable
        Receives the edit.
    track_id : callable
        Id of the track that is shown.
    """

    def __init__(self, ask: Callable[[object], None], track_id: Callable[[], str]) -> None:
        super().__init__()
        self._ask = ask
        self._track_id = track_id
        self._others: tuple[EqBand, ...] = ()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(4)
        grid.setVerticalSpacing(4)
        for column, text in enumerate(("Hz", "dB", "Q"), start=1):
            label = QLabel(text)
            label.setProperty("tone", "faint")
            grid.addWidget(label, 0, column)
            grid.setColumnStretch(column, 1)
        self.rows = [self._row(grid, number, name) for number, (name, *_) in enumerate(PLACES, 1)]

    def _row(self, grid: QGridLayout, number: int, name: str) -> _Row:
        kind = PLACES[number - 1][1]
        on = QCheckBox(name)
        on.clicked.connect(lambda _: self._changed())
        frequency = self._field((LOWEST_BAND_HZ, HIGHEST_BAND_HZ), 0, 50.0, f"{name} frequency")
        gain = self._field((-LARGEST_BAND_DB, LARGEST_BAND_DB), 1, 1.0, f"{name} gain")
        q = self._field((LOWEST_Q, HIGHEST_Q), 2, 0.1, f"{name} Q")
        gain.setVisible("pass" not in kind)
        for column, widget in enumerate((on, frequency, gain, q)):
            grid.addWidget(widget, number, column)
        return _Row(on, frequency, gain, q)

    def _field(
        self, limits: tuple[float, float], decimals: int, step: float, name: str
    ) -> NumberField:
        field = NumberField("", limits, decimals, lambda _: self._changed(), step=step)
        field.setMinimumWidth(40)
        field.setAccessibleName(name)
        return field

    def show_track(self, track: Track) -> None:
        """Show a track's bands; rows without one stand ready, off."""
        bands, self._others = placed(track.strip.eq)
        for row, shown in zip(self.rows, bands, strict=True):
            row.on.setChecked(shown.on)
            row.frequency.show_value(shown.frequency_hz)
            row.gain.show_value(shown.gain_db)
            row.q.show_value(shown.q)
            for field in (row.frequency, row.gain, row.q):
                field.setEnabled(shown.on)

    def _changed(self) -> None:
        bands = tuple(
            EqBand(
                kind=kind,
                frequency_hz=row.frequency.value(),
                gain_db=row.gain.value() if "pass" not in kind else 0.0,
                q=row.q.value(),
                on=row.on.isChecked(),
            )
            for row, (_, kind, _) in zip(self.rows, PLACES, strict=True)
        )
        self._ask(SetTrackEq(track_id=self._track_id(), bands=kept(bands, self._others)))
