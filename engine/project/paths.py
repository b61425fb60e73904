"""Paths: where a source is, as keyframes in space and time."""

from __future__ import annotations

from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.coordinates import to_spherical
from engine.project.tangents import polyline, velocity_within
from engine.project.value import Value

Provenance = Literal["machine", "hand"]


class Keyframe(Value, frozen=True, kw_only=True):
    """One point of a trajectory: a time in seconds and a position in metres."""

    time_s: float
    x_m: float
    y_m: float
    z_m: float
    provenance: Provenance = "machine"
    velocity_mps: tuple[float, float, float] | None = None
    """How the path goes through it, along x, y and z; None: as a corner between straight lines."""
    extrapolated: bool = False
    """Whether the machine guessed it from how the thing went before: nobody saw it there."""


class Trajectory(Value, frozen=True, kw_only=True):
    """Where a source is: keyframes in strictly increasing time, straight lines between them.

    Where a hand has given a keyframe a velocity, curves (`engine.project.tangents`) are on either
    side of it.
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

    @cached_property
    def is_curved(self) -> bool:
        """Whether any keyframe has a velocity."""
        return any(keyframe.velocity_mps is not None for keyframe in self.keyframes)

    @cached_property
    def line(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(n,) seconds and (n, 3) metres: the path as straight lines, curves as many short ones."""
        if not self.is_curved:
            return self.times_s, self.positions_m
        return polyline(self.keyframes)

    def at(self, times_s: ArrayLike) -> NDArray[np.float64]:
        """Positions (..., 3) in metres at the given times."""
        times = np.asarray(times_s, dtype=np.float64)
        line_s, places_m = self.line
        columns = [np.interp(times, line_s, column) for column in places_m.T]
        return np.stack(columns, axis=-1)

    def velocity_at(self, time_s: float) -> tuple[float, float, float] | None:
        """Velocity with which a keyframe at a time leaves the path as it is; None: as a corner."""
        after = int(np.searchsorted(self.times_s, time_s))
        if after < len(self.keyframes) and self.keyframes[after].time_s == time_s:
            return self.keyframes[after].velocity_mps
        if not 0 < after < len(self.keyframes):
            return None
        return velocity_within(self.keyframes[after - 1], self.keyframes[after], time_s)

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
