"""Early reflections: images of every source, each late, dulled and heard from where it is.

An image is read from its source's recent past at a delay of its own, which glides like that of the
direct sound, at any speed, and is encoded into a sound field with gains that glide over the hop:
all channels of a sample at once, eight images at a time. What a wall does to the spectrum is the
same for all that it reflects, so it is done once, to the field of everything that met the same
walls; and so with every step of air.

References
----------
Allen and Berkley, "Image method for efficiently simulating small-room acoustics", JASA 65, 1979.
"""

from __future__ import annotations

import numba
import numpy as np

from engine.realtime.early_air import LEAD
from engine.realtime.image_batches import BATCH, CHANNELS
from engine.realtime.image_parts import ImageParts
from engine.realtime.image_placing import place_images, point_images
from engine.realtime.image_reading import RAW_SAMPLES, ROW_SAMPLES
from engine.realtime.lanes import LANES
from engine.realtime.motion import Edges
from engine.realtime.reflecting import Bench, Images, Past, Surfaces, reflect
from engine.realtime.room_plan import AIR_TAPS, EarlyPlan, Floats, Samples
from engine.realtime.snapshot import HOP_SAMPLES, DistanceLaw
from engine.realtime.sources import SourceStage

_FILTER_MEMORY_HOPS = 8
"""When a shelf at 177 Hz has faded by 120 dB: 2,000 samples at 192 kHz."""


class EarlyReflections:
    """Renders the images of all sources, one hop after the other.

    Parameters
    ----------
    plan : EarlyPlan
    law : DistanceLaw
        How loud an image is at its distance.
    samples_per_metre : float
    """

    def __init__(self, plan: EarlyPlan, law: DistanceLaw, samples_per_metre: float) -> None:
        self._plan = plan
        self._law = law
        self._speed = samples_per_metre
        images, surfaces = len(plan.sources), len(plan.sections)
        self._delays = np.zeros((4, images))
        self._distances = np.zeros((4, images))
        self._harmonics = [np.zeros((images, CHANNELS), dtype=np.float32) for _ in range(2)]
        self._gains_0, self._gains_1 = np.zeros(images), np.zeros(images)
        self._hop: int | None = None
        self._parts = ImageParts(plan)
        self._states = np.zeros((surfaces, plan.sections.shape[1], CHANNELS), dtype=np.float32)
        self._shells = np.zeros((surfaces, plan.shells, AIR_TAPS * CHANNELS), dtype=np.float32)
        self._rings = np.zeros((surfaces, plan.shells), dtype=np.bool_)
        self._surfaces = Surfaces(
            plan.sections, self._states, plan.air.taps, plan.air.spacing_samples,
            self._shells.reshape(-1), self._rings,
        )  # fmt: skip
        self._bench = _bench()

    @property
    def history_hops(self) -> int:
        """How many past hops the walls' filters remember."""
        return _FILTER_MEMORY_HOPS

    def reset(self) -> None:
        """Forget all past sound."""
        self._states[:] = 0.0
        self._shells[:] = 0.0
        self._rings[:] = False
        self._hop = None

    def adopt(self, other: EarlyReflections) -> None:
        """Go on with what rings in the filters of `other`, of the same walls."""
        self._states[:] = other._states
        common = min(self._plan.shells, other._plan.shells)
        self._shells[:, :common] = other._shells[:, :common]
        self._rings[:, :common] = other._rings[:, :common]

    def render(
        self,
        hop: int,
        sources: SourceStage,
        edges: Edges,
        sends: tuple[Floats, Floats],
        out: Samples,
    ) -> bool:
        """Add the reflections of a hop to `out` (CHANNELS, HOP_SAMPLES).

        Parameters
        ----------
        hop : int
        sources : SourceStage
            Already filled for this hop.
        edges : Edges
        sends : two (sources,) arrays
            Gains at the hop's start and its end; what distance does comes on top, and nothing is
            sent of a source that has no gain.
        out : (CHANNELS, HOP_SAMPLES) float32

        Returns
        -------
        bool
            Whether anything was added.
        """
        self._travel(hop, edges)
        of = self._plan.sources
        self._law.gain(self._distances[1], out=self._gains_0)
        self._law.gain(self._distances[2], out=self._gains_1)
        send(of, sends[0], edges.gains_0, self._gains_0)
        send(of, sends[1], edges.gains_1, self._gains_1)
        self._parts.arrange(self._delays, self._distances, (self._gains_0, self._gains_1))
        rings, parts = sources.rings, self._parts
        past = Past(rings.samples, rings.offsets, rings.masks, hop * HOP_SAMPLES)
        old, new = (harmonics.reshape(-1) for harmonics in self._harmonics)
        images = Images(
            of, old, new, parts.images, parts.paths, parts.airs, parts.gains, parts.order,
            parts.bounds,
        )  # fmt: skip
        return bool(reflect(past, images, self._surfaces, self._bench, out))

    def _travel(self, hop: int, edges: Edges) -> None:
        """Where the images are at the edges before, at the start, at the end and after the hop."""
        follows = self._hop is not None and hop == self._hop + 1
        if follows:
            for edge in range(3):
                self._delays[edge] = self._delays[edge + 1]
                self._distances[edge] = self._distances[edge + 1]
            self._harmonics.reverse()
        for edge in (3,) if follows else (0, 1, 2, 3):
            self._place(edges, edge)
        if not follows:
            self._point(edges, 1, self._harmonics[0])
        self._point(edges, 2, self._harmonics[1])
        self._hop = hop

    def _place(self, edges: Edges, edge: int) -> None:
        plan = self._plan
        place_images(
            edges.positions_m[edge], edges.delays_samples[edge], plan.sources, plan.signs,
            plan.offsets_m, plan.dull, self._speed, plan.air.late_samples / plan.air.step_m,
            plan.shells * plan.air.step_m, plan.reach_samples, self._distances[edge],
            self._delays[edge],
        )  # fmt: skip

    def _point(self, edges: Edges, edge: int, harmonics: Samples) -> None:
        plan = self._plan
        point_images(
            edges.positions_m[edge], plan.sources, plan.signs, plan.offsets_m,
            self._distances[edge], harmonics,
        )  # fmt: skip


@numba.njit(cache=True, nogil=True)
def send(of, sends, gains, out):
    """out (images,) *= what their sources `of` (images,) send; nothing where `gains` are 0."""
    for i in range(len(of)):
        out[i] *= sends[of[i]] if gains[of[i]] != 0.0 else 0.0


def _bench() -> Bench:
    def room(count: int) -> Samples:
        return np.zeros(count, dtype=np.float32)

    return Bench(
        raw=room(BATCH * RAW_SAMPLES),
        sizes=room(LANES),
        heard=room(BATCH * ROW_SAMPLES),
        gains=room(2 * BATCH * CHANNELS),
        chosen=np.zeros(BATCH, dtype=np.int64),
        begins=np.zeros(BATCH, dtype=np.int64),
        fields=np.zeros((2, LEAD + HOP_SAMPLES * CHANNELS), dtype=np.float32),
    )
