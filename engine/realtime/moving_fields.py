"""Sound fields that move: ambisonics whose front faces along a trajectory.

The channels are sources of their own, which equaliser, occlusion, travel and air pass as they do
any other; here they are turned together and added to a sound field of the listener's. The front of
the field points to where the source is, and its horizon stays level (there is no roll). Nearer than
the near-field limit the higher orders fade out, so that a field that passes through the head is all
around for a moment, as a source is.

Turning matrices glide from edge to edge of a hop, along the arc at up to 16 steps where the field
turns fast. What turns farther than 30 degrees in a hop (a jump, or a pass over the zenith, where
level means turning round) is faded over it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numba
import numpy as np

from engine.realtime.knots import turned
from engine.realtime.leaps import Leaps
from engine.realtime.motion import Edges
from engine.realtime.snapshot import BundlePlan, Floats, Snapshot
from engine.realtime.sources import SourceStage
from engine.realtime.space_bus import SpaceBus

_FASTER_COSINES = np.cos(np.radians([0.6, 1.2, 2.4, 4.8]))
"""A field that turns farther in a hop passes it in 2, 4, 8, 16 steps."""
_JUMP_COSINE = np.cos(np.radians(30.0))
_LEVEL = 1e-9
_LEAP = np.sin(0.5 * np.pi * np.linspace(0.0, 1.0, 17)) ** 2
"""How what leaps is faded: in 16 steps of a raised cosine."""


def has_moving_fields(snapshot: Snapshot) -> bool:
    """Whether any of a scene's sources are the channels of a field."""
    return any(bundle.kind == "field" for bundle in snapshot.bundles)


class MovingFields:
    """Adds all fields that move to the listener's, hop by hop. It remembers no sound.

    Parameters
    ----------
    snapshot : Snapshot
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._fields = [bundle for bundle in snapshot.bundles if bundle.kind == "field"]
        self._orders = {
            bundle.first: np.floor(np.sqrt(np.arange(bundle.count))) for bundle in self._fields
        }

    def add_to(
        self,
        spaces: Sequence[SpaceBus],
        sources: SourceStage,
        edges: Edges,
        gains: tuple[Floats, Floats],
        leaps: Leaps,
    ) -> None:
        """Add a hop; `gains` (sources,) are those of the sources at its start and its end."""
        for field in self._fields:
            mine = slice(field.first, field.first + field.count)
            if not sources.sounding[mine].any():
                continue
            matrices = self._matrices(field, edges, gains)
            if leaps.of[field.first]:
                old, new = matrices[0], matrices[-1]
                matrices = old + _LEAP[:, None, None] * (new - old)
            if matrices.any():
                space = spaces[field.space]
                add_turned(sources.blocks[mine], matrices, space.samples)
                space.sounds = True

    def _matrices(self, field: BundlePlan, edges: Edges, gains: tuple[Floats, Floats]) -> Floats:
        """(steps + 1, channels, channels) how the field is added, in equal steps of the hop."""
        index = field.first
        start, end = edges.directions_0[index], edges.directions_1[index]
        steps = _steps(facing(start), facing(end))
        shares = np.arange(steps + 1) / steps
        near = self._snapshot.distance.focus(edges.distances_m[1:3, index])
        levels = np.interp(shares, [0.0, 1.0], [gains[0][index], gains[1][index]])
        focus = np.interp(shares, [0.0, 1.0], near)
        rotation = self._snapshot.spaces[field.space].rotation
        every = np.ones(1, dtype=np.bool_)
        ways = [start, *(turned(start[None], end[None], s, every)[0] for s in shares[1:-1]), end]
        matrices = np.stack([rotation(facing(way)) for way in ways])
        weights = focus[:, None] ** self._orders[index] * levels[:, None]
        return np.asarray(matrices * weights[:, None, :])


def facing(direction: Floats) -> Floats:
    """(3, 3) rotation that turns the front to a unit vector (3,) and keeps the horizon level."""
    x, y, z = direction
    level = np.hypot(x, y)
    left_x, left_y = (-y / level, x / level) if level > _LEVEL else (0.0, 1.0)
    return np.array(
        [[x, left_x, -z * left_y], [y, left_y, z * left_x], [z, 0.0, x * left_y - y * left_x]]
    )


def _steps(old: Floats, new: Floats) -> int:
    """In how many steps a hop is passed between two rotations."""
    cosine = (np.sum(old * new) - 1.0) / 2.0
    if cosine <= _JUMP_COSINE:
        return 1
    return 1 << int(np.sum(cosine < _FASTER_COSINES))


@numba.njit(cache=True, nogil=True)
def add_turned(blocks, matrices, bus):
    """bus[i] += sum of blocks[j] times gains that pass ``matrices[:, i, j]`` in equal steps.

    Parameters
    ----------
    blocks : (channels, n) float32
    matrices : (steps + 1, channels, channels) float64
        Orders do not mix: only the blocks on the diagonal are looked at.
    bus : (channels, n) float32
    """
    channels, steps = len(blocks), len(matrices) - 1
    length = blocks.shape[1] // steps
    start = 0
    for order in range(int(np.sqrt(channels))):
        size = 2 * order + 1
        for i in range(start, start + size):
            row = bus[i]
            for j in range(start, start + size):
                block = blocks[j]
                for step in range(steps):
                    old = np.float32(matrices[step, i, j])
                    rise = np.float32((matrices[step + 1, i, j] - matrices[step, i, j]) / length)
                    first = step * length
                    for n in range(length):
                        gain = old + rise * (np.float32(n) + np.float32(0.5))
                        row[first + n] += block[first + n] * gain
        start += size
