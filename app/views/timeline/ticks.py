"""Where the ruler puts its ticks: at what is round in the way it writes times."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from app.views.timeline.time_formats import PLAIN_BARS, TimeFormat, round_steps_s, time_of_label_s
from engine.project.bars import Bars

LABEL_SPACING_PX = 92.0
DEFAULT_RATE = Fraction(25)
_SLOWEST = 1.002
"""A label's time over what it says, at the most."""


@dataclass(frozen=True)
class Ticks:
    """Labelled ticks every `major` and plain ones every `minor` (exact seconds of the labels).

    Labels of timecode run 0.1 % slower or faster than the clock at rates such as 30000/1001.
    """

    major: Fraction
    minor: Fraction
    name: TimeFormat = "seconds"
    rate: Fraction = DEFAULT_RATE
    first_s: float = 0.0
    """Where the first label stands."""

    def between(self, from_s: float, to_s: float) -> Iterator[tuple[float, bool]]:
        """(time, labelled) of each tick in [from_s, to_s]."""
        per_major = max(1, round(self.major / self.minor))
        step_s = float(self.minor)
        number = max(0, int(from_s / _SLOWEST / step_s) - 1)
        if self.first_s:
            number = math.floor((from_s - self.first_s) / step_s)
        while (time_s := self.first_s + self._time_s(number, step_s)) <= to_s:
            if time_s >= from_s - step_s:
                yield time_s, number % per_major == 0
            number += 1

    def _time_s(self, number: int, step_s: float) -> float:
        if self.rate.denominator == 1:  # labels run with the clock; fractions take far longer
            return number * step_s
        return time_of_label_s(number * self.minor, self.name, self.rate)


def choose_ticks(
    px_per_s: float,
    rate: Fraction,
    name: TimeFormat = "timecode",
    sample_rate_hz: int = 48_000,
    bars: Bars = PLAIN_BARS,
) -> Ticks:
    """Ticks whose labels keep their distance at this zoom."""
    steps = round_steps_s(name, rate, sample_rate_hz, bars)
    first_s = bars.first_s if name == "bars" else 0.0
    for index, step in enumerate(steps):
        if float(step) * px_per_s >= LABEL_SPACING_PX:
            return Ticks(step, _minor(step, steps[:index], px_per_s), name, rate, first_s)
    hours = max(1, int(LABEL_SPACING_PX / px_per_s / 3600) + 1)
    return Ticks(Fraction(3600 * hours), Fraction(900 * hours), name, rate)


def _minor(step: Fraction, smaller: list[Fraction], px_per_s: float) -> Fraction:
    for candidate in smaller:
        whole = (step / candidate).denominator == 1
        if whole and float(candidate) * px_per_s >= 7.0:
            return candidate
    return step
