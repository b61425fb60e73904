"""How hard rendering is, and how near the ring came to running dry."""

from __future__ import annotations

from engine.playback.output import Output

SETTLE_S = 0.3
"""After a jump the ring's lowest fill is not counted for so long."""
MOST_LOAD = 0.6
"""Pitch follows the speed only as far as rendering costs no more than this."""
_WEIGHT = 0.02
_FORGETS = 0.999


class Health:
    """Load and least fill.

    Parameters
    ----------
    now_s : float
        Monotonic time.

    Attributes
    ----------
    load, peak_load : float
        Time spent rendering over the time rendered, on average and at worst lately.
    """

    def __init__(self, now_s: float) -> None:
        self.load = self.peak_load = 0.0
        self._lowest_s = float("inf")
        self._jumped_s = now_s

    @property
    def lowest_fill_s(self) -> float:
        """Least content of the ring while playing steadily; 0 before that."""
        return self._lowest_s if self._lowest_s < float("inf") else 0.0

    @property
    def bearable_speed(self) -> float:
        """How many times faster than plain the machine could render, as far as it has shown."""
        return max(1.0, MOST_LOAD / max(self.load, 1e-3))

    def jumped(self, now_s: float) -> None:
        """The ring begins anew."""
        self._jumped_s = now_s

    def note_fill(self, now_s: float, fill_s: float) -> None:
        """The ring holds so much."""
        if now_s - self._jumped_s > SETTLE_S:
            self._lowest_s = min(self._lowest_s, max(fill_s, 0.0))

    def note_work(self, spent_s: float, rendered_s: float) -> None:
        """Rendering so much took so long."""
        load = spent_s / rendered_s
        self.load += _WEIGHT * (load - self.load)
        self.peak_load = max(load, self.peak_load * _FORGETS)


class Gaps:
    """Gaps in the sound, over all outputs there have been."""

    def __init__(self) -> None:
        self._before = {"underruns": 0, "device_underflows": 0, "late_rewrites": 0}

    def so_far(self, output: Output, late: int) -> dict[str, int]:
        """Counters for the shared block; `late` rewrites are those of the present output."""
        present = (output.underruns, output.device_underflows, late)
        return {
            name: count + more
            for (name, count), more in zip(self._before.items(), present, strict=True)
        }

    def retire(self, output: Output, late: int) -> None:
        """Another output takes the place of this one."""
        self._before = self.so_far(output, late)
