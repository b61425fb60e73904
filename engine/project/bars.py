"""Bars and beats: a tempo, a meter, and where the first bar begins."""

from __future__ import annotations

from fractions import Fraction

from engine.project.value import Value

SLOWEST_BPM, FASTEST_BPM = 10.0, 960.0
UNITS = (1, 2, 4, 8, 16, 32)
MOST_BEATS = 64


class Bars(Value, frozen=True, kw_only=True):
    """How a session is counted: `beats` of a 1/`unit` note make a bar.

    `tempo_bpm` is quarter notes a minute; bar 1 begins at `first_s` seconds.
    """

    tempo_bpm: float = 120.0
    beats: int = 4
    unit: int = 4
    first_s: float = 0.0

    @property
    def beat_s(self) -> Fraction:
        """Exact length of a beat in seconds."""
        return Fraction(60) / Fraction(str(self.tempo_bpm)) * Fraction(4, self.unit)

    def place(self, time_s: float) -> tuple[int, int, int]:
        """Bar, beat and hundredths of a beat at a time; the first are 1, 1 and 0.

        What comes before bar 1 is bar 0, then -1.
        """
        hundredths = round((time_s - self.first_s) / float(self.beat_s) * 100.0)
        beats, rest = divmod(hundredths, 100)
        bar, beat = divmod(beats, self.beats)
        return bar + 1, beat + 1, rest
