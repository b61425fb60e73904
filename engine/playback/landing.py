"""A jump under way: where the old sound was cut, when the new one was in the ring and was taken."""

from __future__ import annotations

from dataclasses import dataclass

from engine.playback.output import Output
from engine.playback.shared import SharedBlock


@dataclass(frozen=True)
class LandingTimes:
    """The last jump, in monotonic nanoseconds.

    Attributes
    ----------
    jumped_ns : int
        The old sound was cut.
    landed_ns : int
        The first new samples were in the ring.
    taken_ns : int
        The device was seen to have taken them, a few milliseconds late at most.
    """

    jumped_ns: int
    landed_ns: int
    taken_ns: int


def read_landing(block: SharedBlock) -> LandingTimes:
    """The last jump, as the engine published it."""
    return LandingTimes(*(int(block.get(name)) for name in ("jumped_ns", "landed_ns", "taken_ns")))


class Landing:
    """Remembers the jump that has not landed yet, and publishes when the last one did.

    Parameters
    ----------
    block : SharedBlock
        The fields of `LandingTimes` are written.

    Attributes
    ----------
    cut_at : int or None
        Ring position of a cut whose sound is still to come.
    """

    def __init__(self, block: SharedBlock) -> None:
        self._block = block
        self.cut_at: int | None = None
        self._arrives = False
        self._landed_at: int | None = None

    def jump(self, at: int, now_s: float) -> None:
        """The sound was cut at this ring position."""
        self.cut_at, self._arrives, self._landed_at = at, False, None
        self._tell("jumped_ns", now_s)

    def land(self) -> None:
        """What is written next is the new sound."""
        self.cut_at, self._arrives = None, True

    def forget(self) -> None:
        """Another ring takes the place of the one that was cut."""
        self.cut_at, self._arrives, self._landed_at = None, False, None

    def written(self, at: int, now_s: float) -> None:
        """Samples were written at this ring position."""
        if self._arrives:
            self._arrives, self._landed_at = False, at
            self._tell("landed_ns", now_s)

    def follow(self, output: Output, now_s: float) -> None:
        """See whether the device has come to the new sound."""
        if self._landed_at is not None and output.consumed() > self._landed_at:
            self._landed_at = None
            self._tell("taken_ns", now_s)

    def _tell(self, field: str, now_s: float) -> None:
        self._block.put({field: int(now_s * 1e9)})
