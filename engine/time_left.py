"""How long a job still takes, from how far it has come."""

from __future__ import annotations

from collections import deque

_REMEMBERED_S = 30.0
_LEAST_S, _LEAST_SHARE = 2.0, 0.02
"""Before so much time has passed, and so much is done, nothing is foretold."""


class TimeLeft:
    """An estimate from the pace of the last half minute and that of the whole, half each.

    The recent pace alone jumps with every stage, that of the whole is late to notice a slow one.
    """

    def __init__(self) -> None:
        self._seen: deque[tuple[float, float]] = deque()
        self._begun_s: float | None = None

    def at(self, now_s: float, fraction: float) -> float | None:
        """Seconds left when `fraction` (0..1) is done at a moment; None where nobody can tell.

        A fraction that falls back (a job begun again) starts the estimate anew.
        """
        if self._begun_s is None or (self._seen and fraction < self._seen[-1][1] - 1e-9):
            self._seen.clear()
            self._begun_s = now_s
        self._seen.append((now_s, fraction))
        while len(self._seen) > 2 and now_s - self._seen[0][0] > _REMEMBERED_S:
            self._seen.popleft()
        passed_s = now_s - self._begun_s
        if passed_s < _LEAST_S or fraction < _LEAST_SHARE:
            return None
        whole = fraction / passed_s
        first_s, first = self._seen[0]
        recent = (fraction - first) / max(now_s - first_s, 1e-9)
        return (1.0 - fraction) / (0.5 * (whole + recent))


def in_words(left_s: float) -> str:
    """'about 20 s', 'about 4 min', 'about 2 h': no finer than it can be known."""
    if left_s < 90.0:
        return f"about {max(5, 5 * round(left_s / 5.0))} s"
    if left_s < 5400.0:
        return f"about {round(left_s / 60.0)} min"
    return f"about {round(left_s / 3600.0)} h"
