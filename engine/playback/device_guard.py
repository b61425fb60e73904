"""Whether engines may open a device, after some died while they opened one.

A driver may bring a process down. After two such deaths the next engine plays silently for a
while; then one tries again, and each time in vain the next while is twice as long. Engines that
die with a device open, or before, are not the device's fault.
"""

from __future__ import annotations

MOST_DEATHS = 2
"""After so many deaths in a row the device is left alone,"""
FIRST_PAUSE_S = 10.0
LONGEST_PAUSE_S = 300.0
"""for the first of these, twice that, ... the second of these."""


class DeviceGuard:
    """Counts deaths while a device was opening. Times are in seconds of one clock.

    Attributes
    ----------
    pause_s : float
        How long the device is left alone now; 0 where it may be opened.
    """

    def __init__(self) -> None:
        self.pause_s = 0.0
        self._deaths = 0
        self._retry_s = 0.0
        self._opening = False

    def begin(self) -> None:
        """An engine begins; unless there is a pause, it opens a device."""
        self._opening = not self.pause_s

    def opened(self) -> None:
        """The audio system has answered, with a device or without one."""
        if self._opening:
            self.forget()

    def died(self, now_s: float) -> None:
        """The engine has ended."""
        if not self._opening:
            return
        self._opening = False
        self._deaths += 1
        if self._deaths >= MOST_DEATHS:
            doubled = FIRST_PAUSE_S * 2.0 ** min(self._deaths - MOST_DEATHS, 16)
            self.pause_s = min(doubled, LONGEST_PAUSE_S)
            self._retry_s = now_s + self.pause_s

    def ends_pause(self, now_s: float) -> bool:
        """Whether there was a pause, and it is over now: the next engine may open a device."""
        if not self.pause_s or now_s < self._retry_s:
            return False
        self.pause_s = 0.0
        return True

    def forget(self) -> None:
        """Another device, or one that works: nothing is held against it."""
        self._deaths, self.pause_s, self._opening = 0, 0.0, False
