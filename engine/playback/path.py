"""The last stretch before the ring: monitor matrix, change of scene, device's rate, limiter."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.playback.listening import FieldListening
from engine.playback.monitor import monitor_matrix
from engine.playback.resample import Resampler
from engine.playback.scene import Scene
from engine.realtime.safety_limiter import SafetyLimiter


class OutputPath:
    """Turns blocks of a monitor format into what one device wants.

    Parameters
    ----------
    device_channels, device_rate_hz : int
    is_alsa : bool

    Attributes
    ----------
    message : str
        What the device cannot do justice to, in words; else empty.
    """

    def __init__(self, device_channels: int, device_rate_hz: int, *, is_alsa: bool) -> None:
        self._channels = device_channels
        self._rate_hz = device_rate_hz
        self._is_alsa = is_alsa
        self._resampler: Resampler | None = None
        self._carry: NDArray[np.float32] | None = None
        self._limiter = SafetyLimiter(device_rate_hz)
        self._level = np.float32(1.0)
        self.message = ""
        self.set_format("stereo", device_rate_hz)

    def set_format(
        self,
        monitor_format: str,
        sample_rate_hz: int,
        listening: FieldListening | None = None,
        gain: float = 1.0,
    ) -> None:
        """Listen to another format, or at another project rate, from the next block on.

        `listening` turns ambisonics, and it alone, into what two ears hear; `gain` is the format's
        own (`engine.playback.listening.monitor_gain`).
        """
        self._listening = listening
        self._listened: FieldListening | None = None
        self._gain_wanted = np.float32(gain)
        self._gain = self._gain_wanted * self._level
        self._matrix, self.message = monitor_matrix(
            monitor_format, self._channels, is_alsa=self._is_alsa
        )
        self._resampler = None
        if sample_rate_hz != self._rate_hz:
            self._resampler = Resampler(sample_rate_hz, self._rate_hz, self._channels)

    def listen_to(self, scene: Scene) -> None:
        """Listen to a scene of another format, or at another rate, from the next block on."""
        self.set_format(scene.format, scene.sample_rate_hz, scene.listening, scene.monitor_gain)

    def follow(self, listening: FieldListening | None, gain: float = 1.0) -> None:
        """Fade over, in the next block, to other ears of the present format, if they are others."""
        self._gain_wanted = np.float32(gain)
        old = self._listening
        if old is None or listening is None:
            return
        old.controls = listening.controls
        if listening.plan is not old.plan:
            self._listening, self._listened = listening, old

    def set_level(self, gain: float) -> None:
        """How loud one listens from the next block on; the meters know nothing of it."""
        self._level = np.float32(gain)

    @property
    def delay(self) -> float:
        """Delay of the conversion in device samples."""
        if self._resampler is None:
            return 0.0
        return self._resampler.delay_samples * self._resampler.ratio

    def carry(self, samples: NDArray[np.float32]) -> None:
        """Add (channels, n) samples of the present format to what is converted next."""
        self._carry = self._gain * (self._matrix @ self._heard(samples))

    def reset(self) -> None:
        """Start out of silence."""
        self._carry = self._listened = None
        self._limiter.reset()
        if self._listening is not None:
            self._listening.reset()
        if self._resampler is not None:
            self._resampler.reset()

    def convert(self, block: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n, device channels) samples at the device's rate of a (channels, m) block, limited."""
        out = self._levelled(self._matrix @ self._heard(block))
        if self._carry is not None:
            count = min(out.shape[1], self._carry.shape[1])
            out[:, :count] += self._carry[:, :count]
            rest = self._carry[:, count:]
            self._carry = rest if rest.shape[1] else None
        if self._resampler is not None:
            out = self._resampler.process(out)
        samples = np.array(out.T, dtype=np.float32, order="C")
        self._limiter.process(samples)
        return samples

    def silence(self, count: int) -> NDArray[np.float32]:
        """(n, device channels) of silence instead of a block of `count` samples that could not be
        converted; what follows starts out of silence.
        """
        self.reset()
        ratio = 1.0 if self._resampler is None else self._resampler.ratio
        return np.zeros((round(count * ratio), self._channels), dtype=np.float32)

    def _levelled(self, out: NDArray[np.float32]) -> NDArray[np.float32]:
        """`out` (channels, n) with the format's gain and the level, gliding where they changed."""
        old, new = self._gain, self._gain_wanted * self._level
        count = out.shape[1]
        if old == new or not count:
            return out * new
        self._gain = new
        share = ((np.arange(count) + 0.5) / count).astype(np.float32)
        return out * (old + share * (new - old))

    def _heard(self, block: NDArray[np.float32]) -> NDArray[np.float32]:
        if self._listening is None:
            return block
        heard = self._listening.process(block)
        if self._listened is not None and block.shape[1]:
            before = self._listened.process(block)
            fade = ((np.arange(block.shape[1]) + 0.5) / block.shape[1]).astype(np.float32)
            heard = before + fade * (heard - before)
            self._listened = None
        return heard
