"""Faders, mute, solo and the head's orientation: what moves without compiling a new snapshot."""

from __future__ import annotations

import math

import numba
import numpy as np
from numpy.typing import NDArray

from engine.coordinates import turning
from engine.realtime.snapshot import Snapshot
from engine.units import db_to_gain

LOUDEST_DB = 60.0
"""A fader asking for more (or for no number at all) is not listened to."""

STRAIGHT = np.eye(3)
"""The matrix of a head that looks straight ahead; tested by identity."""


class Controls:
    """Targets that the kernel ramps to over its next hop.

    Setting a value is a plain store, safe from the thread that renders and, value by value, from
    another. An unknown track is ignored: it may have been deleted a moment ago.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._index = {strip.track_id: i for i, strip in enumerate(snapshot.strips)}
        self._gains = np.array([strip.gain for strip in snapshot.strips], dtype=np.float64)
        self._muted = np.array([strip.muted for strip in snapshot.strips], dtype=bool)
        self._soloed = np.array([strip.soloed for strip in snapshot.strips], dtype=bool)
        self._master_gain = snapshot.master_gain
        self.head_deg = (0.0, 0.0, 0.0)
        self._scene = snapshot.rotation
        self._known = (self.head_deg, STRAIGHT)
        scene = STRAIGHT if self._scene is None else self._scene
        self._heard = (STRAIGHT, scene)

    def set_track_gain(self, track_id: str, gain_db: float) -> None:
        """Fader of a track in dB."""
        if track_id in self._index and gain_db < LOUDEST_DB:
            self._gains[self._index[track_id]] = float(db_to_gain(gain_db))

    def set_track_mute(self, track_id: str, muted: bool) -> None:
        """Silence a track, or let it sound."""
        if track_id in self._index:
            self._muted[self._index[track_id]] = muted

    def set_track_solo(self, track_id: str, soloed: bool) -> None:
        """While any track is soloed, only soloed ones sound."""
        if track_id in self._index:
            self._soloed[self._index[track_id]] = soloed

    def set_master_gain(self, gain_db: float) -> None:
        """Master fader in dB."""
        if gain_db < LOUDEST_DB:
            self._master_gain = float(db_to_gain(gain_db))

    def set_head(self, yaw_deg: float, pitch_deg: float = 0.0, roll_deg: float = 0.0) -> None:
        """Where the head looks: yaw to the left, pitch up, roll towards the right shoulder."""
        if all(math.isfinite(angle) for angle in (yaw_deg, pitch_deg, roll_deg)):
            self.head_deg = (float(yaw_deg), float(pitch_deg), float(roll_deg))

    def strip_gains(self, out: NDArray[np.float64]) -> None:
        """Write the (strips,) gains that should be heard now, master included, to `out`."""
        mix_strips(self._gains, self._muted, self._soloed, self._master_gain, out)

    def head_matrix(self) -> NDArray[np.float64]:
        """(3, 3) rotation that takes directions around the head to the head's own."""
        head_deg = self.head_deg
        if head_deg != self._known[0]:
            turned = STRAIGHT
            if head_deg != (0.0, 0.0, 0.0):
                turned = np.ascontiguousarray(turning(*head_deg).T)
            self._known = (head_deg, turned)
        return self._known[1]

    def ears_matrix(self) -> NDArray[np.float64]:
        """(3, 3) rotation that takes the scene's directions to the head's own."""
        head = self.head_matrix()
        if self._scene is None:
            return head
        if head is not self._heard[0]:
            self._heard = (head, np.ascontiguousarray(head @ self._scene))
        return self._heard[1]


@numba.njit(cache=True, nogil=True)
def mix_strips(gains, muted, soloed, master, out):
    """Compiled part of `Controls.strip_gains`; all but `master` are (strips,)."""
    solo = False
    for strip in soloed:
        solo |= strip
    for n in range(len(gains)):
        silent = muted[n] or (solo and not soloed[n])
        out[n] = 0.0 if silent else gains[n] * master
