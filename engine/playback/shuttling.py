"""How the playhead is moved: at a speed (J, K, L) or by a hand (scrubbing)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.playback.grains import Grains
from engine.playback.scene import SceneReader
from engine.playback.varispeed import FASTEST_PITCHED, Varispeed

GLIDE_S = 0.030
"""A change of speed by one takes so long."""
FOLLOW_S = 0.050
"""How far the sound lags behind a hand that moves steadily."""
NEAR_S = 0.5
"""A hand that is farther away makes the playhead jump."""
LEAD_S = 0.064
"""After a jump the playhead runs in from so far before the place, so that it is heard."""
_HAND_GLIDE_S = 0.008
_STANDSTILL = 0.02
_CROSS_S = 0.005


class Shuttling:
    """A playhead that runs at a wanted speed, in either direction.

    Attributes
    ----------
    wanted : float
        Scene samples a sample; the speed glides there.
    """

    def __init__(self, reader: SceneReader, position: float, sample_rate_hz: int) -> None:
        self.wanted = 0.0
        self._mover: Varispeed | Grains = Varispeed(reader, position)
        self._reader = reader
        self._rate_hz = sample_rate_hz
        self._fading = np.zeros((reader.channels, 0), dtype=np.float32)

    @property
    def position(self) -> float:
        """Scene sample that is heard next."""
        return self._mover.position

    def read_from(self, reader: SceneReader, sample_rate_hz: int) -> None:
        """Go on in another kernel."""
        position = self._mover.position * sample_rate_hz / self._rate_hz
        speed = self._mover.speed
        self._reader, self._rate_hz = reader, sample_rate_hz
        self._mover = Varispeed(reader, position)
        if abs(speed) <= FASTEST_PITCHED:
            self._mover.speed = speed
        self._fading = np.zeros((reader.channels, 0), dtype=np.float32)

    def next_samples(self, count: int, pitch_limit: float) -> NDArray[np.float32]:
        """(channels, count) samples; in grains where the wanted speed exceeds `pitch_limit`."""
        limit = min(pitch_limit, FASTEST_PITCHED)
        flies = abs(self.wanted) > limit
        if flies != isinstance(self._mover, Grains):
            self._change_mover(flies)
        if isinstance(self._mover, Grains):
            samples = self._mover.move(self.wanted, count)
        else:
            samples = self._mover.move(self._glide(self._mover.speed, count), count)
        return self._with_fading(samples)

    def _glide(self, speed: float, count: int) -> float:
        step = count / (GLIDE_S * self._rate_hz)
        return float(speed + np.clip(self.wanted - speed, -step, step))

    def _change_mover(self, flies: bool) -> None:
        """Fade from pitched sound to grains, or back."""
        old = self._mover
        position, speed = old.position, old.speed
        count = int(_CROSS_S * self._rate_hz)
        falling = np.linspace(1.0, 0.0, count, endpoint=False, dtype=np.float32)
        self._fading = old.move(speed, count) * falling
        if flies:
            self._mover = Grains(self._reader, position, self._rate_hz)
        else:
            self._mover = Varispeed(self._reader, position)

    def _with_fading(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        count = min(samples.shape[1], self._fading.shape[1])
        if count:
            samples = samples.copy()
            samples[:, :count] += self._fading[:, :count]
            self._fading = self._fading[:, count:]
        return samples


class Scrubbing:
    """A playhead that runs after a hand, as fast as the hand moved, and rests where it rests.

    Parameters
    ----------
    reader : SceneReader
    target : int
        Where the hand is (scene samples).
    sample_rate_hz : int
    """

    def __init__(self, reader: SceneReader, target: int, sample_rate_hz: int) -> None:
        self._reader = reader
        self._rate_hz = sample_rate_hz
        self._target = float(target)
        self._mover = self._run_in(1.0)

    @property
    def rests(self) -> bool:
        """Whether the playhead has reached the hand and stands."""
        return self._wanted_speed() == 0.0 and self._mover.speed == 0.0

    def is_near(self, position: int) -> bool:
        """Whether the hand may go there without a jump."""
        return abs(position - self._mover.position) <= NEAR_S * self._rate_hz

    def go_to(self, target: int) -> None:
        """The hand is there now."""
        near = self.is_near(target)
        direction = 1.0 if target >= self._mover.position else -1.0
        self._target = float(target)
        if not near:
            self._mover = self._run_in(direction)

    def next_samples(self, count: int) -> NDArray[np.float32]:
        """(channels, count) samples on the way to the hand."""
        step = count / (_HAND_GLIDE_S * self._rate_hz)
        change = np.clip(self._wanted_speed() - self._mover.speed, -step, step)
        return self._mover.move(float(self._mover.speed + change), count)

    def _wanted_speed(self) -> float:
        """In proportion to the distance from the hand; nothing when that is next to nothing."""
        speed = (self._target - self._mover.position) / (FOLLOW_S * self._rate_hz)
        if abs(speed) < _STANDSTILL:
            return 0.0
        return float(np.clip(speed, -FASTEST_PITCHED, FASTEST_PITCHED))

    def _run_in(self, direction: float) -> Varispeed:
        """A playhead a little before the hand, standing still."""
        return Varispeed(self._reader, self._target - direction * LEAD_S * self._rate_hz)
