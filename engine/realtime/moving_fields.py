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

from engine.realtime.knots import turn
from engine.realtime.leaps import Leaps
from engine.realtime.motion import Edges
from engine.realtime.snapshot import BundlePlan, Floats, Snapshot
from engine.realtime.sources import SourceStage
from engine.realtime.space_bus import SpaceBus

_FASTER_COSINES = np.cos(np.radians([0.6, 1.2, 2.4, 4.8]))
"""A field that turns farther in a hop passes it in 2, 4, 8, 16 steps."""
_JUMP_COSINE = np.cos(np.radians(30.0))
_LEVEL = 1e-9
_MOST_STEPS = 16
_LEAP = np.sin(0.5 * np.pi * np.linspace(0.0, 1.0, _MOST_STEPS + 1)) ** 2
"""How what leaps is faded: in steps of a raised cosine."""


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
        fields = [bundle for bundle in snapshot.bundles if bundle.kind == "field"]
        self._fields = [(f, np.zeros((_MOST_STEPS + 1, f.count, f.count))) for f in fields]
        self._facing, self._ends, self._focus = np.zeros((3, 3)), np.zeros((2, 3, 3)), np.zeros(2)

    def add_to(
        self,
        spaces: Sequence[SpaceBus],
        sources: SourceStage,
        edges: Edges,
        gains: tuple[Floats, Floats],
        leaps: Leaps,
    ) -> None:
        """Add a hop; `gains` (sources,) are those of the sources at its start and its end."""
        for field, room in self._fields:
            first = field.first
            mine = slice(first, first + field.count)
            if not sources.sounding[mine].any():
                continue
            levels = (gains[0][first], gains[1][first])
            matrices = self._matrices(field, edges, levels, room, leaps=bool(leaps.of[first]))
            if levels[0] != 0.0 or levels[1] != 0.0:
                space = spaces[field.space]
                add_turned(sources.blocks[mine], matrices, space.samples)
                space.sounds = True

    def _matrices(
        self, field: BundlePlan, edges: Edges, levels: tuple[float, float], room: Floats, *,
        leaps: bool,
    ) -> Floats:  # fmt: skip
        """(steps + 1, channels, channels) how the field is added, in equal steps of the hop."""
        index = field.first
        start, end = edges.directions_0[index], edges.directions_1[index]
        steps = _MOST_STEPS
        if not leaps:
            steps = steps_between(start, end, _FASTER_COSINES, _JUMP_COSINE, self._ends)
        self._snapshot.distance.focus(edges.distances_m[1:3, index], out=self._focus)
        rotation = self._snapshot.spaces[field.space].rotation
        for step in (0, steps) if leaps else range(steps + 1):
            share = step / steps
            face(start, end, share, self._facing)
            rotation(self._facing, room[step])
            focus = self._focus[0] + share * (self._focus[1] - self._focus[0])
            weigh(room[step], focus, levels[0] + share * (levels[1] - levels[0]))
        if leaps:
            fade(room, _LEAP)
        return room[: steps + 1]


@numba.njit(forceinline=True)
def _face(direction, out):
    """Turn the front to a unit vector (3,), the horizon level."""
    x, y, z = direction[0], direction[1], direction[2]
    level = np.hypot(x, y)
    left_x, left_y = (-y / level, x / level) if level > _LEVEL else (0.0, 1.0)
    out[0, 0], out[0, 1], out[0, 2] = x, left_x, -z * left_y
    out[1, 0], out[1, 1], out[1, 2] = y, left_y, z * left_x
    out[2, 0], out[2, 1], out[2, 2] = z, 0.0, x * left_y - y * left_x


@numba.njit(cache=True, nogil=True)
def face(start, end, share, out):
    """Write the rotation (3, 3) that turns the front to a place on the arc between unit vectors.

    It keeps the horizon level.
    """
    if share == 0.0:
        _face(start, out)
    elif share == 1.0:
        _face(end, out)
    else:
        turn(start, end, share, out[0])
        _face(out[0], out)


def facing(direction: Floats) -> Floats:
    """(3, 3) rotation that turns the front to a unit vector (3,) and keeps the horizon level."""
    out = np.zeros((3, 3))
    face(np.asarray(direction, dtype=np.float64), out[0], 0.0, out)
    return out


@numba.njit(cache=True, nogil=True)
def steps_between(start, end, faster_cosines, jump_cosine, room):
    """In how many steps a hop is passed between two directions, by how far their facings turn.

    `room` (2, 3, 3) is used up.
    """
    old, new = room[0], room[1]
    _face(start, old)
    _face(end, new)
    total = 0.0
    for i in range(3):
        for j in range(3):
            total += old[i, j] * new[i, j]
    cosine, steps = (total - 1.0) / 2.0, 1
    if cosine > jump_cosine:
        for faster in faster_cosines:
            steps *= 2 if cosine < faster else 1
    return steps


@numba.njit(cache=True, nogil=True)
def weigh(matrix, focus, level):
    """Scale the columns of a field's matrix (channels, channels): order n by ``focus**n``."""
    gain, order, last = level, 0, 1
    for c in range(len(matrix)):
        if c == last:
            order += 1
            last = (order + 1) ** 2
            gain *= focus
        for i in range(order * order, last):
            matrix[i, c] *= gain


@numba.njit(cache=True, nogil=True)
def fade(matrices, shares):
    """Fill what lies between the first and the last of matrices (n, channels, channels)."""
    old, new = matrices[0], matrices[-1]
    for step in range(1, len(matrices) - 1):
        for i in range(len(old)):
            for c in range(len(old)):
                matrices[step, i, c] = old[i, c] + shares[step] * (new[i, c] - old[i, c])


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
