"""Stems: every audible track as a dry file of its own, aligned to the picture's start.

Objects are mono; an ambience keeps its four channels (AmbiX: W, Y, Z, X; SN3D). Where there are
very many, tracks of a name that never sound at the same time share a file.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.deliver.edges import EdgeFades
from engine.deliver.lanes import OWN_LANES, clips_span, lanes_of
from engine.jobs import Progress
from engine.project.model import Project
from engine.realtime.clips import ClipReader
from engine.realtime.controls import Controls
from engine.realtime.snapshot import ClipPlan, Snapshot

BLOCK_SAMPLES = 65_536
PEAK_LIMIT_DBFS = -1.01
"""Highest sample peak (a hair below -1) of a stem."""
_LONGEST_NAME = 80
_NUMBER = re.compile(r"[ ]\d+$")
_RESERVED = {"con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in range(1, 10))}


@dataclass(frozen=True)
class Stem:
    """A track's clips with its fader (or those of several tracks), `rows` channels of it.

    `file_name` is safe and unique; `notes` say who shares the file.
    """

    track_ids: tuple[str, ...]
    file_name: str
    gain: float
    rows: int
    clips: tuple[ClipPlan, ...]
    notes: tuple[str, ...] = ()


def plan_stems(project: Project, snapshot: Snapshot) -> tuple[Stem, ...]:
    """Stems of the tracks that sound: not muted, soloed where any is, with at least one clip."""
    gains = np.zeros(len(snapshot.strips))
    Controls(snapshot).strip_gains(gains)
    rows = {source.strip: (1, source.clips) for source in snapshot.sources}
    rows |= {bed.strip: (snapshot.spaces[bed.space].channels, bed.clips) for bed in snapshot.beds}
    stems = [
        Stem((track.id,), track.name, float(gains[index]), *rows[index])
        for index, track in enumerate(project.tracks)
        if index in rows and gains[index] > 0.0 and rows[index][1]
    ]
    if len(stems) > OWN_LANES:
        stems = _shared(stems, snapshot)
    names = safe_names([stem.file_name for stem in stems])
    return tuple(
        replace(stem, file_name=f"{name}.wav") for stem, name in zip(stems, names, strict=True)
    )


def _shared(stems: list[Stem], snapshot: Snapshot) -> list[Stem]:
    """Fewer stems: those of one kind ('Car 1', 'Car 2') that take turns are one."""
    kinds: dict[tuple[str, int], list[Stem]] = {}
    for stem in stems:
        kinds.setdefault((_NUMBER.sub("", stem.file_name), stem.rows), []).append(stem)
    shared = []
    for (kind, _), members in kinds.items():
        lanes = lanes_of([clips_span(stem.clips, snapshot.length_samples) for stem in members])
        for lane in range(max(lanes) + 1):
            within = [stem for stem, place in zip(members, lanes, strict=True) if place == lane]
            shared.append(_joined(f"{kind} lane {lane + 1}", within, snapshot))
    return shared


def _joined(name: str, stems: list[Stem], snapshot: Snapshot) -> Stem:
    """Stems that take turns as one; their faders go into the clips."""
    if len(stems) == 1:
        return stems[0]
    clips = tuple(
        replace(clip, gain=clip.gain * stem.gain) for stem in stems for clip in stem.clips
    )
    spans = sorted(
        (*clips_span(stem.clips, snapshot.length_samples), stem.file_name) for stem in stems
    )
    rate_hz = snapshot.sample_rate_hz
    turns = [f"{title} {start / rate_hz:.1f}-{end / rate_hz:.1f} s" for start, end, title in spans]
    track_ids = tuple(track_id for stem in stems for track_id in stem.track_ids)
    return Stem(track_ids, name, 1.0, stems[0].rows, clips, (f"shared by {', '.join(turns)}",))


def stem_blocks(
    stem: Stem, length_samples: int, sample_rate_hz: int, progress: Progress
) -> Iterator[NDArray[np.float32]]:
    """Yield (rows, n) blocks of a stem: clip gains, fades and fader, neither distance nor room.

    The scene's edges fade as they do in the mixes.
    """
    reader = ClipReader(stem.clips, stem.rows)
    edges = EdgeFades(length_samples, sample_rate_hz)
    for start in range(0, length_samples, BLOCK_SAMPLES):
        progress(f"stem {stem.file_name}", start / length_samples)
        count = min(BLOCK_SAMPLES, length_samples - start)
        block = np.zeros((stem.rows, count), np.float32)
        reader.read(start, block)
        yield edges.apply(block * np.float32(stem.gain))


def coherent_gain_db(mix_gain_db: float, sample_peak_dbfs: float) -> tuple[float, tuple[str, ...]]:
    """Gain for all stems: the 5.1 mix's, lowered where a peak would pass.

    Stems stay dry and unlimited: they are there to be mixed again. Returns the gain in dB and a
    note where it had to be lowered.
    """
    allowed_db = PEAK_LIMIT_DBFS - sample_peak_dbfs
    if mix_gain_db <= allowed_db:
        return mix_gain_db, ()
    lowered_db = mix_gain_db - allowed_db
    return allowed_db, (f"all stems {lowered_db:.1f} dB below the 5.1 mix's gain for their peaks",)


def safe_names(names: list[str]) -> list[str]:
    """File names that every system accepts and none confuses (case is not told apart)."""
    taken: set[str] = set()
    safe = []
    for name in names:
        base = _safe(name)
        candidate, number = base, 2
        while candidate.casefold() in taken:
            candidate, number = f"{base} {number}", number + 1
        taken.add(candidate.casefold())
        safe.append(candidate)
    return safe


def _safe(name: str) -> str:
    composed = unicodedata.normalize("NFC", name)
    kept = "".join(c if c.isalnum() or c in " -_()+" else "_" for c in composed)
    encoded = " ".join(kept.split())[:_LONGEST_NAME].encode("utf-8")[: 2 * _LONGEST_NAME]
    trimmed = encoded.decode("utf-8", errors="ignore").strip(" ")
    if not trimmed.strip("_"):
        return "track"
    return f"{trimmed}_" if trimmed.casefold() in _RESERVED else trimmed
