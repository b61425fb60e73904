"""The balance step: no event's peak stands so far above the film that loudness cannot be reached.

A film's loudness (BS.1770) is that of what lasts; a single hit hardly counts in it, but its peak
decides how far the whole can be raised. One near impact in a film of soft scrapes stands 35 dB
above their loudness, where -23 LUFS under -1 dBTP leaves 22. A limiter that takes the rest off
flattens the hit and all that sounds with it; a mixer pulls that one hit down. So does this: every
event is heard as it arrives at the listener (1/r), and those whose peak stands more than
`HEADROOM_DB` above the loudness of the whole are lowered to that line.

Loudspeakers take the sound as it is; the outer ear lifts some 12 dB around 2.7 kHz, so that hisses
and scrapes stand out on headphones. A film is balanced for both.

Where next to nothing lasts but a soft bed (one bounce in a minute of still air), the gates decide
what the film's loudness is: the hit's while the bed stays under them, else the bed's, and then the
hit towers above it by 40 dB. A mixer sets the bed as high as it is still air behind that hit; so
the beds of a sparse film are moved: as high as leaves its hits their level, the target its peaks.
Of other films the bed that lies far under their loudness comes up to where air is heard.

Lowering an event may lower the loudness too, so the line is the highest one that holds with the
loudness it leaves. Where none does (nothing but hits), it is the one most worth its price: what is
left is the limiter's.

References
----------
ITU-R BS.1770-4 (400 ms blocks, gates at -70 LUFS and -10 LU); EBU R 128 (-23 LUFS, -1 dBTP).
Shaw, "Transformation of sound pressure level from the free field to the eardrum in the horizontal
plane", J. Acoust. Soc. Am. 56, 1974 (the resonance of the outer ear).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from msgspec import structs
from numpy.typing import NDArray
from scipy.signal import sosfilt

from engine.pipeline.passages import Outline
from engine.project.model import Clip, ClipId, Event, EventId, Project, Track
from engine.realtime.equaliser import band_section
from engine.realtime.loudness_weighting import (
    HOPS_PER_SECOND,
    MOMENTARY_HOPS,
    OFFSET_LU,
    RELATIVE_GATE_LU,
    k_weighting,
)
from engine.spatial.propagation import PointSource
from engine.units import db_to_gain

Array = NDArray[np.float64]

HEADROOM_DB = 25.0
"""Peak over loudness that stays: what R 128 leaves, and 3 dB for the limiter to take unheard."""
MOST_LOWERED_DB = 42.0
"""A near hit in a film of nothing but a soft bed stands so far above its line."""
SPARSE = 1 / 3
"""Share of its time below which anything but a bed is heard in a sparse film."""
MOST_RAISED_DB, MOST_SUNK_DB = 26.0, 12.0
"""Beds lie 20 dB lower under what moves; where that hardly sounds, they come back, and more; or
they sink until the gates of BS.1770 leave them out."""
BED_LU = 22.0
"""So far under the loudness of a sparse film a bed is air; nearer it is hiss."""
DENSE_BED_LU, MOST_RISEN_DB = 24.0, 10.0
"""So far under the loudness of any other film a bed lies: one that lies deeper comes up, by so much
at the most; where nothing moves a street is not empty, and nobody is to hear it be switched off."""
SPARED_DB = 6.0
"""Hits are lowered by no more than this to make room for a bed that is raised."""
_BED_STEP_DB = 4.0
"""A bed is left one step below where hits would be spared: players and ears differ by as much."""
LEAST_LOWERED_DB = 0.5
"""Less is not worth a word."""
_STEP_DB = 0.25
LIMITABLE_DB = 3.0
"""What may be left to the limiter beyond that, where lowering would not help soon."""
_TOO_MUCH = 100.0
_LEAST_GAINED = 0.25
"""dB that the film must gain for each dB that its events give up."""
_FAINTEST_POWER = 1e-14
_DISTANCE = PointSource()
_EAR_HZ, _EAR_DB, _EAR_Q = 2700.0, 12.0, 0.7
_WAYS = 2
"""Of listening: loudspeakers, headphones."""


@dataclass(frozen=True, eq=False)
class Heard:
    """One clip of an event as it arrives at the listener, in hops of 100 ms from `first_hop` on.

    power : (ways, hops) K-weighted mean square, by loudspeakers and by headphones
    peaks : (ways,) greatest magnitude of a sample
    held : a hand has set its level, so it counts but is never lowered
    bed : it surrounds the listener, and may be raised
    """

    event_id: str
    first_hop: int
    power: Array
    peaks: Array
    held: bool = False
    bed: bool = False


class Balance:
    """Hears the clips of a film as they are made, then answers events and clips in balance.

    Parameters
    ----------
    project : Project
        With the tracks and events that the clips belong to.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._heard: list[Heard] = []
        self._event_of: dict[ClipId, EventId] = {}

    def hear(self, event: Event, clip: Clip, audio: NDArray[np.float32]) -> None:
        """Take note of a clip of an event and its take's (channels, samples)."""
        track = self._project.track(event.track_id)
        self._heard.append(
            heard_at_listener(event, clip, audio, track, self._project.sample_rate_hz)
        )
        self._event_of[clip.id] = event.id

    def events(self, events: Iterable[Event]) -> tuple[Event, ...]:
        """The events at their levels; each that is changed says so."""
        return tuple(self._balanced(event) for event in events)

    def clips(self, clips: Iterable[Clip]) -> tuple[Clip, ...]:
        """The clips at the levels of their events."""
        changed = ((clip, self._change_db.get(self._event_of[clip.id], 0.0)) for clip in clips)
        return tuple(
            structs.replace(clip, gain_db=round(clip.gain_db + amount, 3)) if amount else clip
            for clip, amount in changed
        )

    def outline(self) -> Outline:
        """The film as it is expected to arrive at the listener, in balance."""
        last = max((clip.first_hop + clip.power.shape[1] for clip in self._heard), default=0)
        power, peaks = np.zeros((_WAYS, last)), np.zeros(last)
        for clip in self._heard:
            if clip.power.shape[1]:
                gain = float(db_to_gain(self._change_db.get(clip.event_id, 0.0)))
                loudest = clip.first_hop + int(np.argmax(clip.power[0]))
                power[:, clip.first_hop :][:, : clip.power.shape[1]] += clip.power * gain**2
                peaks[loudest] = max(peaks[loudest], float(clip.peaks.max()) * gain)
        return Outline(power, peaks)

    def _balanced(self, event: Event) -> Event:
        change_db = self._change_db.get(event.id, 0.0)
        if change_db == 0.0:
            return event
        said = f"{abs(change_db):.0f} dB "
        up = "as little else lasts in this film" if self._sparse else "to be heard under the film"
        said += (
            f"up, {up}"
            if change_db > 0.0
            else "down, as its peak stood too far above the film's loudness"
        )
        level_db = round(event.level_db + change_db, 2)
        return structs.replace(event, level_db=level_db, why=f"{event.why}; {said}")

    @cached_property
    def _sparse(self) -> bool:
        return _is_sparse(self._heard)

    @cached_property
    def _change_db(self) -> dict[str, float]:
        return balance_db(self._heard)


def heard_at_listener(
    event: Event, clip: Clip, audio: NDArray[np.float32], track: Track, sample_rate_hz: int
) -> Heard:
    """How a clip of a take (channels, samples) arrives at the listener.

    Of ambience the omnidirectional channel is heard, of other takes their channels' mean. What is
    muted is silent.
    """
    first_hop = round(clip.start_s * HOPS_PER_SECOND)
    if clip.muted or audio.shape[1] == 0:
        return Heard(event.id, first_hop, np.zeros((_WAYS, 0)), np.zeros(_WAYS))
    around = track.kind == "ambience"
    mono = np.asarray(audio[0] if around else audio.mean(axis=0), np.float64)
    starts = np.arange(0, len(mono), max(round(sample_rate_hz / HOPS_PER_SECOND), 1))
    lengths = np.diff(np.append(starts, len(mono)))
    gain = np.full(len(starts), float(db_to_gain(clip.gain_db)))
    if not around:
        middles_s = clip.start_s + (starts + lengths / 2.0) / sample_rate_hz
        gain *= _DISTANCE.gain(np.linalg.norm(track.trajectory.at(middles_s), axis=1))
    ways = np.stack([mono, sosfilt(_outer_ear(sample_rate_hz), mono)])
    weighted = sosfilt(k_weighting(sample_rate_hz), ways, axis=1)
    power = np.add.reduceat(weighted**2, starts, axis=1) / int(lengths[0]) * gain**2
    peaks = np.max(np.maximum.reduceat(np.abs(ways), starts, axis=1) * gain, axis=1)
    return Heard(event.id, first_hop, power, peaks, event.provenance == "hand", around)


def _outer_ear(sample_rate_hz: int) -> Array:
    return band_section("bell", _EAR_HZ, _EAR_DB, _EAR_Q, sample_rate_hz)[None]


def balance_db(heard: Sequence[Heard]) -> dict[str, float]:
    """Changes of level in dB: hits lowered, and beds moved to where they are air, and no hiss.

    Parameters
    ----------
    heard : sequence of Heard
        All clips of the film. Clips of one event are changed together.
    """
    moved = _bed_change_db(heard)
    changes = {id_: -amount for id_, amount in lowered_db(_with_beds(heard, moved)).items()}
    if moved:
        beds = {clip.event_id for clip in heard if clip.bed and not clip.held}
        changes |= {id_: round(moved + changes.get(id_, 0.0), 1) for id_ in beds}
    return changes


def _bed_change_db(heard: Sequence[Heard]) -> float:
    """By how much the beds are moved: in a sparse film as high as spares its hits."""
    if not _is_sparse(heard):
        return _risen_db(heard)
    spared = False
    for moved in np.arange(MOST_RAISED_DB, -MOST_SUNK_DB - 0.1, -_BED_STEP_DB).tolist():
        tried = _with_beds(heard, moved)
        spares = _most_lowered(tried) <= SPARED_DB
        if spared and spares and _bed_under_lu(tried) >= BED_LU:
            return float(moved)
        spared = spares
    return 0.0


def _risen_db(heard: Sequence[Heard]) -> float:
    """By how much beds come up that lie too far under a film in which more than they sounds."""
    beds = [clip.power for clip in heard if clip.bed and not clip.held]
    if not any(power.any() for power in beds) or not _hops(heard, bed=False).any():
        return 0.0
    return round(float(np.clip(_bed_under_lu(heard) - DENSE_BED_LU, 0.0, MOST_RISEN_DB)), 1)


def _is_sparse(heard: Sequence[Heard]) -> bool:
    """Whether a bed that may be moved lasts, and something else sounds, but for a small part."""
    bed, rest = (_hops(heard, bed=bed) for bed in (True, False))
    if not any(clip.bed and not clip.held and clip.power.size for clip in heard):
        return False
    return bool(rest.any()) and float(np.mean(rest > bed)) < SPARSE


def _bed_under_lu(heard: Sequence[Heard]) -> float:
    """How far the beds lie under the film's loudness, its hits lowered as they will be."""
    ids = sorted({clip.event_id for clip in heard})
    lowered = lowered_db(heard)
    film = _Film(heard, {id_: number for number, id_ in enumerate(ids)}, 0)
    loudness_lufs = film.loudness_lufs(np.array([lowered.get(id_, 0.0) for id_ in ids]))
    bed = _hops(heard, bed=True)
    return float(loudness_lufs - OFFSET_LU - 10.0 * np.log10(np.mean(bed) + _FAINTEST_POWER))


def _hops(heard: Sequence[Heard], *, bed: bool) -> Array:
    """Power (hops,) on loudspeakers of the beds, or of all the rest."""
    last = max((clip.first_hop + clip.power.shape[1] for clip in heard), default=0)
    power = np.zeros(last)
    for clip in heard:
        if clip.bed == bed:
            power[clip.first_hop : clip.first_hop + clip.power.shape[1]] += clip.power[0]
    return power


def _most_lowered(heard: Sequence[Heard]) -> float:
    """By how much the hit that towers most is lowered, beds apart."""
    beds = {clip.event_id for clip in heard if clip.bed}
    return max((db for id_, db in lowered_db(heard).items() if id_ not in beds), default=0.0)


def _with_beds(heard: Sequence[Heard], raised_db: float) -> Sequence[Heard]:
    """What is heard with its beds raised."""
    if not raised_db:
        return heard
    gain = float(db_to_gain(raised_db))
    return [
        replace(clip, power=clip.power * gain**2, peaks=clip.peaks * gain)
        if clip.bed and not clip.held
        else clip
        for clip in heard
    ]


def lowered_db(heard: Sequence[Heard]) -> dict[str, float]:
    """By how much which events are lowered, in dB > 0; the others are left out.

    Parameters
    ----------
    heard : sequence of Heard
        All clips of the film. Clips of one event are lowered together.
    """
    if not heard:
        return {}
    ids = sorted({clip.event_id for clip in heard})
    index = {event_id: number for number, event_id in enumerate(ids)}
    peaks = np.zeros((_WAYS, len(ids)))
    held = np.zeros(len(ids), dtype=bool)
    for clip in heard:
        number = index[clip.event_id]
        peaks[:, number] = np.maximum(peaks[:, number], clip.peaks)
        held[number] |= clip.held
    lowered = np.zeros(len(ids))
    for way in range(_WAYS):
        lowered = np.maximum(lowered, _lowered(_Film(heard, index, way), peaks[way], ~held))
    return {
        event_id: round(float(amount), 1)
        for event_id, amount in zip(ids, lowered, strict=True)
        if amount >= LEAST_LOWERED_DB
    }


def _lowered(film: _Film, peaks: Array, free: NDArray[np.bool_]) -> Array:
    """By how much (events,) each is lowered in one way of listening."""
    if not np.any(peaks[free]):
        return np.zeros_like(peaks)
    return _above_db(peaks, free, _cap_db(film, peaks, free))


def _cap_db(film: _Film, peaks: Array, free: NDArray[np.bool_]) -> float:
    """The highest peak that holds with the loudness it leaves, or the one most worth its price.

    A hit that is all that the gates leave is its own measure: to lower it changes nothing until
    the bed is measured in its place, which is not worth a decibel or two for the limiter.
    """
    lowered = np.arange(0.0, MOST_LOWERED_DB + _STEP_DB, _STEP_DB)
    caps = float(_db(peaks[free].max())) - lowered
    price = np.full(len(caps), np.inf)
    for index, cap_db in enumerate(caps):
        over = cap_db - film.loudness_lufs(_above_db(peaks, free, cap_db)) - HEADROOM_DB
        price[index] = _LEAST_GAINED * lowered[index] + max(over, 0.0)
        price[index] += _TOO_MUCH if over > LIMITABLE_DB else 0.0
        if over <= 0.0 or _LEAST_GAINED * lowered[index] > price.min():
            break
    return float(caps[np.argmin(price)])


def _above_db(peaks: Array, free: NDArray[np.bool_], cap_db: float) -> Array:
    """(events,) by how much each peak stands above a cap; 0 for what is held."""
    return np.where(free, np.maximum(_db(peaks) - cap_db, 0.0), 0.0)


class _Film:
    """Power of all clips on one grid of hops, in one way of listening, to be summed with gains."""

    def __init__(self, heard: Sequence[Heard], index: dict[str, int], way: int) -> None:
        counts = [clip.power.shape[1] for clip in heard]
        self._hops = np.concatenate([c.first_hop + np.arange(c.power.shape[1]) for c in heard])
        self._power = np.concatenate([clip.power[way] for clip in heard])
        self._event = np.repeat([index[clip.event_id] for clip in heard], counts)

    def loudness_lufs(self, lowered: Array) -> float:
        """Loudness of the film with its events (n,) lowered; -inf for silence.

        The absolute gate is left out: the film is yet to be raised.
        """
        gains = 10.0 ** (-lowered / 10.0)
        hops = np.bincount(self._hops, self._power * gains[self._event], minlength=MOMENTARY_HOPS)
        blocks = np.convolve(hops, np.full(MOMENTARY_HOPS, 1.0 / MOMENTARY_HOPS), mode="valid")
        loud = blocks[blocks > _FAINTEST_POWER]
        if loud.size == 0:
            return -np.inf
        gate = loud.mean() * 10.0 ** (RELATIVE_GATE_LU / 10.0)
        return float(OFFSET_LU + 10.0 * np.log10(loud[loud > gate].mean()))


def _db(magnitudes: Array | float) -> Array:
    return np.asarray(20.0 * np.log10(np.maximum(magnitudes, 1e-9)))
