"""Paths: where a source is, as keyframes in space and time."""

from __future__ import annotations

from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.coordinates import to_spherical
from engine.project.value import Value

Provenance = Literal["machine", "hand"]


class Keyframe(Value, frozen=True, kw_only=True):
    """One point of a trajectory: a time in seconds and a position in metres."""

    time_s: float
    x_m: float
    y_m: float
    z_m: float
    provenance: Provenance = "machine"
    extrapolated: bool = False
    """Whether the machine guessed it from how the thing went before: nobody saw it there."""


class Trajectory(Value, frozen=True, kw_only=True):
    """Where a source is: keyframes in strictly increasing time, straight lines between them.

    Before the first and after the last keyframe the source stays where it was. At least one
    keyframe is required.
    """

    keyframes: tuple[Keyframe, ...]

    @cached_property
    def times_s(self) -> NDArray[np.float64]:
        """(n,) keyframe times in seconds."""
        return np.array([k.time_s for k in self.keyframes], dtype=np.float64)

    @cached_property
    def positions_m(self) -> NDArray[np.float64]:
        """(n, 3) keyframe positions in metres."""
        return np.array([(k.x_m, k.y_m, k.z_m) for k in self.keyframes], dtype=np.float64)

    @cached_property
    def polar(self) -> NDArray[np.float64]:
        """(n, 3) azimuth and elevation (degrees) and distance (metres) of the keyframes."""
        return to_spherical(self.positions_m)

    def at(self, times_s: ArrayLike) -> NDArray[np.float64]:
        """Positions (..., 3) in metres at the given times."""
        times = np.asarray(times_s, dtype=np.float64)
        columns = [np.interp(times, self.times_s, column) for column in self.positions_m.T]
        return np.stack(columns, axis=-1)

    @classmethod
    def from_arrays(
        cls, times_s: ArrayLike, positions_m: ArrayLike, provenance: Provenance = "machine"
    ) -> Trajectory:
        """Trajectory from (n,) times and (n, 3) positions."""
        times, places = np.asarray(times_s, float).tolist(), np.asarray(positions_m, float).tolist()
        made = (
            Keyframe(time_s=time_s, x_m=x, y_m=y, z_m=z, provenance=provenance)
            for time_s, (x, y, z) in zip(times, places, strict=True)
        )
        return cls(keyframes=tuple(made))
