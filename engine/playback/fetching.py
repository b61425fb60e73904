"""The renderer's dealings with the butler: what to bring, how long to wait, what did not come."""

from __future__ import annotations

import time
from collections.abc import Callable

from engine.playback.butler import Butler
from engine.playback.scene import Scene
from engine.playback.transport import Transport

FETCH_S = 0.15
"""A jump waits so long for its sound to come from disk; what has not come then is a drop-out."""
CHECK_SAMPLES = 1024
"""Presence is looked up so often while all is there."""
GAP_S = 0.25
"""Sound missing again within this is the same drop-out."""


class Fetching:
    """Keeps the butler informed, and counts what came too late.

    Parameters
    ----------
    butler : Butler
    now : callable
        Monotonic time in seconds.

    Attributes
    ----------
    dropouts : int
        Gaps in single clips because their sound had not come from disk.
    """

    def __init__(self, butler: Butler, now: Callable[[], float] = time.monotonic) -> None:
        self.dropouts = 0
        self._now = now
        self._butler = butler
        self._ticket = 0
        self._until_s = 0.0
        self._checked = -1
        self._missed_s = float("-inf")

    def adopt(self, scene: Scene) -> None:
        """Another scene plays now."""
        self._butler.adopt(scene.reading, scene.sample_rate_hz)

    def follow(self, transport: Transport) -> None:
        """Tell where the playhead is."""
        self._butler.follow(transport.position, transport.speed, transport.loop)

    def go_to(self, transport: Transport) -> None:
        """Have what is heard next brought before all else."""
        self._checked = -1
        self.follow(transport)
        self._ticket = self._butler.go_to(transport.position)
        self._until_s = self._now() + FETCH_S

    def forget(self) -> None:
        """Nothing that is heard next needs to be waited for."""
        self._until_s = 0.0

    def waits(self) -> bool:
        """Whether it is worth waiting a little longer for what was asked for."""
        return self._now() < self._until_s and not self._butler.has_served(self._ticket)

    def check(self, position: int, speed: float) -> None:
        """A block of scene samples from `position` on was rendered: was its sound there?

        Sound that is missing is one drop-out, however many clips and blocks lack it. What comes
        at the very last moment is counted too.
        """
        step = position // CHECK_SAMPLES
        if step == self._checked:
            return
        ahead = -CHECK_SAMPLES if speed < 0 else CHECK_SAMPLES
        if not self._butler.lacks(*sorted((position, position + ahead))):
            self._checked = step
            return
        now_s = self._now()
        self.dropouts += now_s - self._missed_s > GAP_S
        self._missed_s = now_s
