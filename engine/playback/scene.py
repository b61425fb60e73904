"""A compiled scene as the transport reads it: any number of samples at a time, never an error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.playback.listening import FieldListening
from engine.playback.reading_list import ReadingList
from engine.realtime.snapshot import HOP_SAMPLES

Feature = Literal["strips", "width", "room", "response", "near", "field", "ears"]
"""What a scene may have that a plain one has not, each with loops of its own."""

LONGEST_REST_HOPS = 63
"""A third of a second at 48 kHz."""


class Faders(Protocol):
    """What may move without compiling (`engine.realtime.controls.Controls`)."""

    def set_track_gain(self, track_id: str, gain_db: float) -> None: ...
    def set_track_mute(self, track_id: str, muted: bool) -> None: ...
    def set_track_solo(self, track_id: str, soloed: bool) -> None: ...
    def set_master_gain(self, gain_db: float) -> None: ...
    def set_head(self, yaw_deg: float, pitch_deg: float, roll_deg: float) -> None: ...


class SceneKernel(Protocol):
    """The part of `engine.realtime.kernel.Kernel` that playing needs."""

    @property
    def controls(self) -> Faders: ...
    @property
    def strip_ids(self) -> list[str]: ...
    @property
    def strip_peaks(self) -> NDArray[np.float32]: ...
    @property
    def latency_samples(self) -> int: ...
    def locate(self, sample: int, *, hurried: bool = False) -> None: ...
    def process(self, outs: Sequence[NDArray[np.float32]]) -> None: ...
    def swap(self, prepared: Any) -> None: ...


@dataclass(frozen=True)
class Scene:
    """A compiled project in one monitor format.

    Attributes
    ----------
    prepared : PreparedSnapshot or None
        To be swapped into the kernel that plays this format and rate already.
    kernel : Kernel or None
        A fresh kernel, where format or rate differ from the scene before.
    slots : mapping of track id to fader slot
    reading : ReadingList
        What it reads from disk.
    listening : FieldListening, optional
        Ears for ambisonics.
    monitor_gain : float
        Makes it as loud as other formats where one listens; files of two ears have it, too, those
        of ambisonics do not.
    fold : (channels, channels of the kernel) float32 array, optional
        Gains from what the kernel makes to what is heard and measured.
    features : frozenset of Feature
    """

    revision: int
    format: str
    channels: int
    sample_rate_hz: int
    end_sample: int
    slots: Mapping[str, int]
    prepared: object
    kernel: SceneKernel | None
    reading: ReadingList = field(default_factory=ReadingList)
    listening: FieldListening | None = None
    monitor_gain: float = 1.0
    fold: NDArray[np.float32] | None = None
    features: frozenset[Feature] = frozenset()


class SceneReader:
    """Reads a kernel, hop by hop, as a continuous signal.

    A hop that fails or is not finite becomes silence and counts in `faults`; the sentence of the
    last failure is in `trouble`. The kernel is then located behind it; where it fails again and
    again it rests for 1, 3, 7 ... up to `LONGEST_REST_HOPS` hops in between, silent and counted,
    so that a lasting fault costs little and sound comes back soon after one that ends.

    Parameters
    ----------
    kernel : SceneKernel
    channels : int
        What is read.
    fold : (channels, channels of the kernel) float32 array, optional
        Gains from what the kernel makes; without it both are the same.
    """

    def __init__(
        self, kernel: SceneKernel, channels: int, fold: NDArray[np.float32] | None = None
    ) -> None:
        self.kernel = kernel
        self.channels = channels
        self._fold = fold
        self.faults = 0
        self.trouble = ""
        made = channels if fold is None else fold.shape[1]
        self._hop = np.zeros((made, HOP_SAMPLES), dtype=np.float32)
        self._heard = self._hop if fold is None else np.zeros((channels, HOP_SAMPLES), np.float32)
        self._used = HOP_SAMPLES
        self._next_sample = 0
        self._is_lost = False
        self._rest_hops = 0
        self._resting_hops = 0

    def locate(self, sample: int, *, hurried: bool = False) -> None:
        """Continue at this sample of the scene; `hurried` if what plays goes on meanwhile."""
        self._used = HOP_SAMPLES
        self._next_sample = sample
        self._rest_hops = self._resting_hops = 0
        self._is_lost = False
        try:
            self.kernel.locate(sample, hurried=hurried)
        except Exception as error:  # the audio path's edge: a fault must not end the engine
            self._fault(error)

    def prepare(self) -> None:
        """Render the first hop already: it may take longer than those that follow."""
        if self._used == HOP_SAMPLES:
            self._render_hop()

    def read(self, count: int) -> NDArray[np.float32]:
        """The next (channels, count) samples."""
        out = np.empty((self.channels, count), dtype=np.float32)
        done = 0
        while done < count:
            if self._used == HOP_SAMPLES:
                self._render_hop()
            step = min(count - done, HOP_SAMPLES - self._used)
            out[:, done : done + step] = self._heard[:, self._used : self._used + step]
            self._used += step
            done += step
        return out

    def _render_hop(self) -> None:
        self._make_hop()
        if self._fold is not None:
            np.matmul(self._fold, self._hop, out=self._heard)

    def _make_hop(self) -> None:
        self._used = 0
        sample = self._next_sample
        self._next_sample += HOP_SAMPLES
        if self._resting_hops:
            self._resting_hops -= 1
            self._silence()
            return
        try:
            if self._is_lost:
                self.kernel.locate(sample, hurried=True)
            self.kernel.process((self._hop,))
        except Exception as error:  # as above
            self._fault(error)
        else:
            if not np.isfinite(self._hop).all():
                self._fault(ValueError("the scene is not finite here"))
            else:
                self._is_lost = False
                self._rest_hops = 0

    def _fault(self, error: Exception) -> None:
        self.trouble = f"{type(error).__name__}: {error}".splitlines()[0]
        self._is_lost = True
        self._resting_hops = self._rest_hops
        self._rest_hops = min(2 * self._rest_hops + 1, LONGEST_REST_HOPS)
        self._silence()

    def _silence(self) -> None:
        self._hop[:] = 0.0
        self.faults += 1
