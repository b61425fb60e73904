"""`Project`: everything the user makes, as one immutable value.

Nothing in here changes in place. Collections are tuples in display order with ids; big arrays
(audio, boxes) live beside the value in the bundle and are named by content hash. Times are
seconds from the picture's first frame; positions are metres, x front, y left, z up.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from typing import Any, Literal, NewType

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from engine.project.bars import Bars
from engine.project.box_correction import BoxCorrection
from engine.project.by_id import find, put
from engine.project.fades import FadeCurve
from engine.project.paths import Keyframe as Keyframe
from engine.project.paths import Provenance as Provenance
from engine.project.paths import Trajectory as Trajectory
from engine.project.scene import FieldDecoding as FieldDecoding
from engine.project.scene import Mapping as Mapping
from engine.project.scene import Scene
from engine.project.script_tree import ScriptTree
from engine.project.value import Value

SCHEMA_VERSION = 1

TrackId = NewType("TrackId", str)
ClipId = NewType("ClipId", str)
EventId = NewType("EventId", str)
TakeId = NewType("TakeId", str)
ContentHash = NewType("ContentHash", str)
"""SHA-256 (hex) of a file in the bundle's `media/` or `arrays/` folder."""

TrackKind = Literal["object", "ambience"]
Spatialiser = Literal["measured", "foleyspace"]
EqKind = Literal["high_pass", "low_shelf", "bell", "high_shelf", "low_pass"]
Curve = tuple[tuple[float, float], ...]
"""Automation: points (time_s, value) in strictly increasing time, straight lines between them."""


class Contact(Value, frozen=True, kw_only=True):
    """A visual onset: something touches, bounces, steps or turns.

    `strength` is 0..1 relative to the strongest of its kind in the clip.
    """

    time_s: float
    kind: Literal["step", "bounce", "impact", "turn", "start", "stop"]
    strength: float = 1.0
    provenance: Provenance = "machine"


class EqBand(Value, frozen=True, kw_only=True):
    """One band of a strip's equaliser; the passes fall by 12 dB an octave and ignore the gain."""

    kind: EqKind
    frequency_hz: float
    gain_db: float = 0.0
    q: float = 0.707
    on: bool = True


class Strip(Value, frozen=True, kw_only=True):
    """Mixer settings of a track (or the master, which has no equaliser)."""

    gain_db: float = 0.0
    muted: bool = False
    soloed: bool = False
    eq: tuple[EqBand, ...] = ()


class Track(Value, frozen=True, kw_only=True):
    """Something that sounds: a detected (or hand-made) object, or the ambience bed.

    `boxes` names an (n, 6) float64 array: time_s, x0, y0, x1, y1 (pixels), confidence.
    `doppler` routes the track through the propagation delay line, `air` lets distance swallow
    high frequencies. `occlusion` is 0 (open) to 1 (behind a thick wall). `width_deg` is the angle
    the sound fills, 0 (a point) to 360 (all around). With `stereo`, takes of two channels sound as
    two sources, half the width to either side (surround sound, folded down to stereo, likewise);
    without it they are averaged. Ambisonics on an
    object's track are a field that faces where the track is, whatever its width. An ambience track
    surrounds the listener and ignores its trajectory and all of these.
    """

    id: TrackId
    name: str
    kind: TrackKind = "object"
    label: str = "object"
    confidence: float = 1.0
    colour: str = "#5aa9e6"
    trajectory: Trajectory
    contacts: tuple[Contact, ...] = ()
    boxes: ContentHash | None = None
    box_corrections: tuple[BoxCorrection, ...] = ()
    strip: Strip = Strip()
    doppler: bool = True
    air: bool = True
    gain_curve_db: Curve = ()
    """Volume automation before the fader: it belongs to the source, so it travels with it."""
    gain_curve_provenance: Provenance | None = None
    """Who drew it last, or took it away; None: a hand, where there is one (older sessions)."""
    occlusion: Curve = ()
    width_deg: Curve = ()
    stereo: bool = False
    room_send_db: float = 0.0
    """How much of it goes into the room, under its fader; -144 dB: nothing."""
    lfe_send_db: float | None = None
    """How much of its low end goes to the LFE of formats that have one, under its fader; -144 dB:
    nothing; None: as what sounds on it asks (`engine.project.lfe_send`)."""
    start_s: float = 0.0
    """First moment the object was seen."""
    end_s: float = 0.0
    """Last moment the object was seen."""
    provenance: Provenance = "machine"
    detected: Trajectory | None = None
    """The path as it was detected, where a hand has edited it since; else None."""
    path_locked: bool = False
    """Whether neither a hand nor a new analysis may change the path."""
    off_screen: bool = False
    """Never in the picture: it is told by words, and belongs to the script."""
    removed_contacts_s: tuple[float, ...] = ()
    """Where a hand deleted or moved a machine contact away; a new analysis leaves them free."""
    spatialiser: Spatialiser = "measured"
    """What makes two ears of it: measured HRIRs, or a learned network (`ears_take`)."""
    ears_take: TakeId | None = None
    """What a network has made of it for two ears; see `engine.project.learned_ears`."""

    @property
    def heard_s(self) -> tuple[float, float]:
        """From when to when it can be heard: its sight, and its path before and after it."""
        guessed = [k.time_s for k in self.trajectory.keyframes if k.extrapolated]
        return min([self.start_s, *guessed]), max([self.end_s, *guessed])

    @property
    def seen_positions_m(self) -> NDArray[np.float64]:
        """(n, 3) metres: its keyframes less those that are extrapolated."""
        keyframes = self.trajectory.keyframes
        seen = np.array([not k.extrapolated for k in keyframes])
        return self.trajectory.positions_m[seen if seen.any() else slice(None)]


class Event(Value, frozen=True, kw_only=True):
    """One line of the Foley script: what sounds, when, on which track, and why.

    `onsets_s` are absolute times of single hits (empty for a continuous sound); `intensity` is a
    curve of (time_s, 0..1) points that drives level and effort. `category` is a UCS category.
    """

    id: EventId
    track_id: TrackId
    layer: str
    generator: str
    prompt: str
    start_s: float
    duration_s: float
    onsets_s: tuple[float, ...] = ()
    strengths: tuple[float, ...] = ()
    intensity: tuple[tuple[float, float], ...] = ()
    level_db: float = 0.0
    parameters: dict[str, float | str] = {}  # noqa: RUF012 (a copy for every value)
    seed: int = 0
    category: str = ""
    why: str = ""
    muted: bool = False
    """Its clips are made, but muted; `why` says what speaks against hearing them."""
    provenance: Provenance = "machine"


class Recipe(Value, frozen=True, kw_only=True):
    """How a take was made: the same recipe gives the same samples."""

    generator: str
    version: str
    prompt: str = ""
    seed: int = 0
    parameters: dict[str, Any] = {}  # noqa: RUF012 (likewise)


class Take(Value, frozen=True, kw_only=True):
    """Audio made (or imported) for an event. `audio` names a float32 WAV file in the bundle."""

    id: TakeId
    event_id: EventId | None = None
    name: str
    audio: ContentHash
    sample_rate_hz: int
    channels: int
    samples: int
    recipe: Recipe | None = None
    locked: bool = False
    """Whether it stays where it sounds, and is not deleted, until it is unlocked."""
    binaural: bool = False
    """Whether its two channels were made for two ears: they go there as they are, and elsewhere
    are stereo (`engine.render.ear_sources`). Neither path, distance nor room act on them."""

    @property
    def duration_s(self) -> float:
        return self.samples / self.sample_rate_hz


class Clip(Value, frozen=True, kw_only=True):
    """A piece of a take; it sounds in [start_s, start_s + duration_s). A `group` goes together."""

    id: ClipId
    track_id: TrackId
    take_id: TakeId
    name: str
    start_s: float
    duration_s: float
    offset_s: float = 0.0
    gain_db: float = 0.0
    fade_in_s: float = 0.0
    fade_out_s: float = 0.0
    fade_in_curve: FadeCurve = "equal_power"
    fade_out_curve: FadeCurve = "equal_power"
    muted: bool = False
    group: str = ""
    provenance: Provenance = "machine"


class Video(Value, frozen=True, kw_only=True):
    """The picture. `path` is absolute; media is never modified, nor copied into the bundle.

    `first_time_s` is the presentation time of the first frame in the file; project time 0 is there.
    `spherical` tells whether its pictures show everything all around (equirectangular, whole);
    None in sessions of earlier versions, where the file has to be asked.
    """

    path: str
    fingerprint: str
    width: int
    height: int
    duration_s: float
    rate_numerator: int
    rate_denominator: int
    variable_rate: bool = False
    has_audio: bool = False
    first_time_s: float = 0.0
    spherical: bool | None = None

    @property
    def rate(self) -> Fraction:
        """Nominal frame rate in frames per second."""
        return Fraction(self.rate_numerator, self.rate_denominator)


class Analysis(Value, frozen=True, kw_only=True):
    """Which parts analysed the picture; shown in the window and written to reports."""

    detector: str = ""
    tracker: str = ""
    depth: str = ""
    notes: tuple[str, ...] = ()
    shots_s: tuple[float, ...] = ()
    """Start time of every shot."""
    outdoors: float | None = None
    """Probability that the picture shows a place outdoors; None: not known."""
    ground: str = ""
    """What the picture surely shows the ground to be ("grass"); empty: not known."""
    camera_moves: bool = False
    """Whether the camera travels or pans somewhere: what it follows stands in the picture."""
    moving_shots: tuple[bool, ...] = ()
    """The same of every shot; empty where that is not known."""

    @property
    def cameras(self) -> tuple[tuple[float, str], ...]:
        """Start (seconds) of every shot, and 'moving', 'static' or 'not known' of its camera."""
        words = ["moving" if moves else "static" for moves in self.moving_shots]
        words += ["not known"] * (len(self.shots_s) - len(words))
        return tuple(zip(self.shots_s, words, strict=False))


class Marker(Value, frozen=True, kw_only=True):
    """A named moment on the timeline, or (with a length) a region of it."""

    id: str
    time_s: float
    name: str
    length_s: float = 0.0
    scene: bool = False
    """Whether a scene of the film begins here."""
    provenance: Provenance = "hand"


class Project(Value, frozen=True, kw_only=True):
    """The whole session as one value. See the module's docstring."""

    schema_version: int = SCHEMA_VERSION
    title: str = "Untitled"
    sample_rate_hz: int = 48_000
    video: Video | None = None
    scene: Scene = Scene()
    analysis: Analysis = Analysis()
    tracks: tuple[Track, ...] = ()
    events: tuple[Event, ...] = ()
    takes: tuple[Take, ...] = ()
    clips: tuple[Clip, ...] = ()
    markers: tuple[Marker, ...] = ()
    scenes_at_shots: bool = True
    """Whether an analysis marks a scene where each of several shots begins."""
    bars: Bars = Bars()
    """How the ruler counts bars, where it does."""
    master: Strip = Strip()
    master_provenance: Provenance | None = None
    composed_master_db: float | None = None
    """Where composing has put the master fader, or would have if no hand had; None: never."""
    script_tree: ScriptTree | None = None
    """The scripts that were thought of, and which was taken."""
    removed: tuple[str, ...] = ()
    """Ids of machine-made tracks, events and clips that a hand deleted; they do not come back."""

    @cached_property
    def _tracks(self) -> dict[str, Track]:
        return {track.id: track for track in self.tracks}

    @cached_property
    def _events(self) -> dict[str, Event]:
        return {event.id: event for event in self.events}

    @cached_property
    def _takes(self) -> dict[str, Take]:
        return {take.id: take for take in self.takes}

    @cached_property
    def _clips(self) -> dict[str, Clip]:
        return {clip.id: clip for clip in self.clips}

    def track(self, track_id: str) -> Track:
        """The track of that id; ProjectError if there is none."""
        return find(self._tracks, track_id, "track")

    def event(self, event_id: str) -> Event:
        """The script event of that id; ProjectError if there is none."""
        return find(self._events, event_id, "event")

    def take(self, take_id: str) -> Take:
        """The take of that id; ProjectError if there is none."""
        return find(self._takes, take_id, "take")

    def clip(self, clip_id: str) -> Clip:
        """The clip of that id; ProjectError if there is none."""
        return find(self._clips, clip_id, "clip")

    def clips_of(self, track_id: str) -> tuple[Clip, ...]:
        """Clips on a track, in the order they are stored."""
        return self._clips_by_track.get(track_id, ())

    @cached_property
    def _clips_by_track(self) -> dict[str, tuple[Clip, ...]]:
        lists: dict[str, list[Clip]] = {}
        for clip in self.clips:
            lists.setdefault(clip.track_id, []).append(clip)
        return {track_id: tuple(clips) for track_id, clips in lists.items()}

    def takes_of(self, event_id: str) -> tuple[Take, ...]:
        """Takes made for an event, in the order they are stored."""
        return self._takes_by_event.get(event_id, ())

    @cached_property
    def _takes_by_event(self) -> dict[str, tuple[Take, ...]]:
        lists: dict[str, list[Take]] = {}
        for take in self.takes:
            if take.event_id is not None:
                lists.setdefault(take.event_id, []).append(take)
        return {event_id: tuple(takes) for event_id, takes in lists.items()}

    @property
    def duration_s(self) -> float:
        """Length of the picture, or of the sound where that is longer or there is no picture."""
        picture = self.video.duration_s if self.video else 0.0
        return max([picture, *(clip.start_s + clip.duration_s for clip in self.clips)])

    def with_track(self, track: Track) -> Project:
        """Copy with the track of the same id replaced, or the track added at the end."""
        return structs.replace(self, tracks=put(self.tracks, track))

    def with_event(self, event: Event) -> Project:
        """Copy with the event of the same id replaced, or added at the end."""
        return structs.replace(self, events=put(self.events, event))

    def with_take(self, take: Take) -> Project:
        """Copy with the take of the same id replaced, or added at the end."""
        return structs.replace(self, takes=put(self.takes, take))

    def with_clip(self, clip: Clip) -> Project:
        """Copy with the clip of the same id replaced, or added at the end."""
        return structs.replace(self, clips=put(self.clips, clip))
