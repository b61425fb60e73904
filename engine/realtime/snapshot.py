"""`Snapshot`: everything the kernel needs to render a scene, prepared off the audio thread.

Plain arrays and two kinds of injected laws (how loud at a distance, how a direction becomes
channel gains); the kernel knows no project, no file and no room acoustics. Positions are metres,
x front, y left, z up; time is integer samples of the scene.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.realtime.lfe_plan import LfePlan
from engine.realtime.room_plan import RoomPlan
from engine.realtime.space_plan import SpacePlan

HOP_SAMPLES = 256
"""The kernel's own step, whatever the device's block: positions and gains ramp over it."""

Floats = NDArray[np.float64]
Samples = NDArray[np.float32]


@dataclass(frozen=True)
class ClipPlan:
    """A stretch of a take on the timeline: [start, start + length) samples of the scene.

    Parameters
    ----------
    samples : (channels, n) float32
        The take at the project's rate; may be a read-only memory map.
    mix : (rows, channels) float32
        How the take's channels become the source's rows (mono, or the ambisonic bed).
    fade_in_samples, fade_out_samples : int
        Fades at the ends,
    fade_in_curve, fade_out_curve : int
        and what they follow (`engine.realtime.fades`); at first equal power.
    gain_curve_db : CurvePlan, optional
        The track's volume automation: times of the scene, values in dB.
    """

    samples: Samples
    mix: Samples
    start_sample: int
    length_samples: int
    offset_samples: int = 0
    gain: float = 1.0
    fade_in_samples: int = 0
    fade_out_samples: int = 0
    fade_in_curve: int = 0
    fade_out_curve: int = 0
    gain_curve_db: CurvePlan | None = None


@dataclass(frozen=True)
class MotionPlan:
    """Keyframes: (n,) times in samples, strictly increasing, and (n, 3) positions in metres."""

    times_samples: Floats
    positions_m: Floats

    def at(self, times_samples: Floats) -> Floats:
        """Positions (..., 3) in metres; straight lines between keyframes, held outside them."""
        columns = [
            np.interp(times_samples, self.times_samples, column) for column in self.positions_m.T
        ]
        return np.stack(columns, axis=-1)


@dataclass(frozen=True)
class CurvePlan:
    """Automation: (n,) times in samples, strictly increasing, and (n,) values."""

    times_samples: Floats
    values: Floats

    def at(self, times_samples: Floats) -> Floats:
        """Values (...,); straight lines between points, held outside them."""
        return np.asarray(np.interp(times_samples, self.times_samples, self.values))


NO_SECTIONS: Floats = np.zeros((0, 6))


@dataclass(frozen=True)
class StripPlan:
    """Mixer settings of a track when the snapshot was made; `Controls` may move them."""

    track_id: str
    gain: float = 1.0
    muted: bool = False
    soloed: bool = False


@dataclass(frozen=True)
class SourcePlan:
    """A moving mono source.

    Parameters
    ----------
    strip : int
        Index into `Snapshot.strips`.
    delayed : bool
        Whether sound takes its time to travel (which is also what makes the Doppler shift).
    max_delay_samples : int
        No delay of this source is longer.
    gain : float
        Fixed gain of this source under its strip (a reflection's loss).
    reach_samples : int
        So much of its undelayed past is kept, for what else reads it (reflections).
    sections : (n, 6) float64
        The strip's equaliser: b0 b1 b2 1 a1 a2 a section.
    occlusion : CurvePlan, optional
        From 0 (open) to 1 (behind a thick wall); see `engine.realtime.occlusion`.
    air : bool
        Whether the air on the way absorbs.
    width_deg : CurvePlan, optional
        Angle the source fills, 0 (a point) to 360 (all around).
    lfe_gain : float
        So much of it goes to a format's LFE, under all its other gains.
    routes : mapping of format to (channels,) float64
        Its gains in the channels of formats where they are no matter of direction: a bed's channel
        that has a loudspeaker of its own.
    ears_gain : float
        What binaural hears of it by its direction, under all its other gains; 0 for an LFE.
    into_ears : (left, right)
        Its gains in the two ears as it is, past every HRIR and whichever way the head looks, under
        all its other gains: a channel of what was made for two ears.
    """

    strip: int
    clips: tuple[ClipPlan, ...]
    motion: MotionPlan
    delayed: bool = False
    max_delay_samples: int = 0
    gain: float = 1.0
    reach_samples: int = 0
    sections: Floats = field(default_factory=lambda: NO_SECTIONS)
    occlusion: CurvePlan | None = None
    air: bool = False
    width_deg: CurvePlan | None = None
    lfe_gain: float = 0.0
    routes: Mapping[str, Floats] = field(default_factory=dict)
    ears_gain: float = 1.0
    into_ears: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class BundlePlan:
    """Sources, one after another, that are the channels of one sound.

    Parameters
    ----------
    kind : str
        'pair' (left and right of a stereo source), 'field' (ambisonics, ACN, that face where they
        are), the layout of a bed ('5.1'), or 'ears': two ears of the source before them.
    first : int
        Index of the first source,
    count : int
        and how many there are.
    space : int
        Which of the scene's spaces a field is added to.
    """

    kind: str
    first: int
    count: int
    space: int = 0

    @property
    def sources(self) -> range:
        """Indices of the sources."""
        return range(self.first, self.first + self.count)


@dataclass(frozen=True)
class BedPlan:
    """Ambience around the listener; its clips mix to the channels of space `space`.

    `sections` (n, 6) are the strip's equaliser.
    """

    strip: int
    clips: tuple[ClipPlan, ...]
    space: int = 0
    sections: Floats = field(default_factory=lambda: NO_SECTIONS)


class DistanceLaw(Protocol):
    """Gain and spatial focus of a source at a distance."""

    def gain(self, distance_m: Floats, out: Floats | None = None) -> Floats:
        """Linear gain of (...,) distances in metres; written to `out` where there is one."""

    def focus(self, distance_m: Floats, out: Floats | None = None) -> Floats:
        """1 where a source is a point, falling to 0 where it surrounds the listener."""


ENCODER_ROOM = 1024
"""Numbers that an encoder has room for while it works."""


@dataclass(frozen=True)
class ChannelEncoder:
    """A format made of channel gains: loudspeakers or ambisonics.

    Parameters
    ----------
    fill : callable
        ``fill(directions (n, 3), focus (n,), out (channels, n), room (ENCODER_ROOM,))`` writes
        gains to `out`, 0 for an LFE; all are float64, `room` is used up.
    lfe : LfePlan, optional
        The format's LFE.
    own : (sources, channels) array, optional
        What `fill` answers for each of the snapshot's sources, where that is not a matter of
        direction: lanes of objects.
    """

    channels: int
    fill: Callable[[Floats, Floats, Floats, Floats], None]
    lfe: LfePlan | None = None
    own: Floats | None = None


@dataclass(frozen=True)
class BinauralPlan:
    """HRIRs ready for moving sources: time-aligned spectra, delays apart, triangles of the sphere.

    Parameters
    ----------
    spectra : (spheres * vertices, partitions, rows, 2 ears, 2, LANES) float32
        Real and imaginary parts of the time-aligned responses, laid out as
        `engine.realtime.transform` does; one sphere after the other.
    delays_samples : (spheres * vertices, 2 ears) float32
        What alignment took away.
    triangles : (n, 3) int32
        Vertices of every triangle.
    inverses : (n, 3, 3) float64
        ``inverses[t] @ direction`` are the barycentric coordinates, up to scale.
    neighbours : (n, 3) int32
        The triangle across the edge that faces each vertex.
    lookup : (elevations, azimuths) int32
        A triangle near each cell of a regular grid, where the search begins.
    fft_samples : int
        Length of the transform, one of `engine.realtime.transform.SIZES`.
    partition_hops : int
        Hops between consecutive partitions of a response.
    radii_m : (spheres,) float64
        Distances that the spheres belong to, farthest first. What is farther sounds as from there.
    lead_samples : int
        So much of the beginning of all responses is left out of the spectra; at most half a hop.
    still_delays_samples : (vertices,) float32, optional
        What both ears hear later of sources that never move, as it was measured.
    """

    spectra: Samples
    delays_samples: Samples
    triangles: NDArray[np.int32]
    inverses: Floats
    neighbours: NDArray[np.int32]
    lookup: NDArray[np.int32]
    fft_samples: int
    partition_hops: int
    radii_m: Floats = field(default_factory=lambda: np.full(1, np.inf))
    lead_samples: int = 0
    still_delays_samples: Samples | None = None


@dataclass(frozen=True)
class AirPlan:
    """What air does to a spectrum, as short minimum-phase responses at growing distances.

    Parameters
    ----------
    responses : (rows, taps) float32
        Row 0 is a unit impulse.
    step_m : float
        Row r belongs to a distance of ``step_m * r**2`` metres.
    """

    responses: Samples
    step_m: float


@dataclass(frozen=True)
class WidthPlan:
    """How what is wide reaches two ears: from points around, each with a phase of its own.

    Parameters
    ----------
    directions : (points, 3) float64
        Unit vectors.
    encoding : (channels, points) float32
        The points in `space`, at the power that a point source has at the ears.
    around : float
        The gain in the first channel of what comes from everywhere in phase, at that power.
    space : SpacePlan
        A sound field of its own, with a decoder.
    """

    directions: Floats
    encoding: Samples
    around: float
    space: SpacePlan


@dataclass(frozen=True)
class Snapshot:
    """A scene compiled for rendering. Immutable; swapped in whole.

    `rotation` (3, 3) turns all that is heard about the listener; None where nothing turns.
    `bundles` say which sources belong together, in the order of the sources.
    """

    sample_rate_hz: int
    length_samples: int
    formats: tuple[str, ...]
    channels: tuple[int, ...]
    strips: tuple[StripPlan, ...]
    sources: tuple[SourcePlan, ...]
    beds: tuple[BedPlan, ...]
    encoders: Mapping[str, ChannelEncoder]
    binaural: BinauralPlan | None
    distance: DistanceLaw
    samples_per_metre: float
    spaces: tuple[SpacePlan, ...] = ()
    master_gain: float = 1.0
    room: RoomPlan | None = None
    air: AirPlan | None = None
    width: WidthPlan | None = None
    rotation: Floats | None = None
    bundles: tuple[BundlePlan, ...] = ()
    problems: tuple[str, ...] = ()
