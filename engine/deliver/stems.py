"""Stems: every audible track as a dry file of its own, aligned to the picture's start.

Objects are mono, or left and right; a bed keeps the channels of its layout and sound fields keep
theirs (AmbiX: ACN, SN3D). Where there are very many, tracks of a name that never sound at the same
time share a file.
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
from engine.layouts import BED_LAYOUTS, STEREO
from engine.project.model import Project
from engine.realtime.clips import BedReader
from engine.realtime.controls import Controls
from engine.realtime.snapshot import BundlePlan, ClipPlan, Snapshot

BLOCK_SAMPLES = 65_536
PEAK_LIMIT_DBFS = -1.01
"""Highest sample peak (a hair below -1) of a stem."""
_LONGEST_NAME = 80
_NUMBER = re.compile(r"[ ]\d+$")
_RESERVED = {"con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in range(1, 10))}


@dataclass(frozen=True)
class Stem:
    """A track's clips with its fader (or those of several tracks).

    `kind` is '', or that of a `BundlePlan`; `parts` are the clips of consecutive channels, of one
    each or of a whole field. `file_name` is safe and unique; `notes` say who shares the file.
    """

    track_ids: tuple[str, ...]
    file_name: str
    gain: float
    kind: str
    parts: tuple[tuple[ClipPlan, ...], ...]
    notes: tuple[str, ...] = ()

    @property
    def clips(self) -> tuple[ClipPlan, ...]:
        """All clips; those of a part lie as those of any other."""
        return self.parts[0]

    @property
    def part_rows(self) -> tuple[int, ...]:
        """Channels of every part."""
        return tuple(len(part[0].mix) for part in self.parts)

    @property
    def rows(self) -> int:
        """Channels of the file."""
        return sum(self.part_rows)

    @property
    def wave_mask(self) -> int | None:
        """The loudspeakers a WAV header states; None where the channels are none."""
        layout = BED_LAYOUTS.get(self.rows)
        is_bed = layout is not None and layout != STEREO and layout.name == self.kind
        return layout.wave_mask if layout is not None and is_bed else None


def plan_stems(project: Project, snapshot: Snapshot) -> tuple[Stem, ...]:
    """Stems of the tracks that sound: not muted, soloed where any is, with at least one clip."""
    gains = np.zeros(len(snapshot.strips))
    Controls(snapshot).strip_gains(gains)
    stems = [
        Stem((project.tracks[strip].id,), name, float(gains[strip]), kind, parts)
        for strip, name, kind, parts in _named_sounds(project, snapshot)
        if gains[strip] > 0.0
    ]
    if len(stems) > OWN_LANES:
        stems = _shared(stems, snapshot)
    names = safe_names([stem.file_name for stem in stems])
    return tuple(
        replace(stem, file_name=f"{name}.wav") for stem, name in zip(stems, names, strict=True)
    )


_Parts = tuple[tuple[ClipPlan, ...], ...]


def _named_sounds(project: Project, snapshot: Snapshot) -> list[tuple[int, str, str, _Parts]]:
    """Strip, name, kind and parts of all that has clips, in the order of the tracks.

    Where a track has several sounds, all but the first are named after what they are.
    """
    bundled = {bundle.first: bundle for bundle in snapshot.bundles}
    sounds: list[tuple[int, str, _Parts]] = []
    index = 0
    while index < len(snapshot.sources):
        bundle = bundled.get(index, BundlePlan("", index, 1))
        parts = tuple(snapshot.sources[i].clips for i in bundle.sources)
        if bundle.kind != "ears":  # of a source that has a stem
            sounds.append((snapshot.sources[index].strip, bundle.kind, parts))
        index += bundle.count
    sounds += [(bed.strip, "field", (bed.clips,)) for bed in snapshot.beds]
    sounds = sorted((s for s in sounds if s[2][0]), key=lambda sound: sound[0])
    first = {strip: kind for strip, kind, _ in reversed(sounds)}
    return [
        (strip, name if kind == first[strip] else f"{name} {kind}", kind, parts)
        for strip, kind, parts in sounds
        for name in (project.tracks[strip].name,)
    ]


def _shared(stems: list[Stem], snapshot: Snapshot) -> list[Stem]:
    """Fewer stems: those of one kind ('Car 1', 'Car 2') that take turns are one."""
    kinds: dict[tuple[str, str, int], list[Stem]] = {}
    for stem in stems:
        kinds.setdefault((_NUMBER.sub("", stem.file_name), stem.kind, stem.rows), []).append(stem)
    shared = []
    for (kind, *_), members in kinds.items():
        lanes = lanes_of([clips_span(stem.clips, snapshot.length_samples) for stem in members])
        for lane in range(max(lanes) + 1):
            within = [stem for stem, place in zip(members, lanes, strict=True) if place == lane]
            shared.append(_joined(f"{kind} lane {lane + 1}", within, snapshot))
    return shared


def _joined(name: str, stems: list[Stem], snapshot: Snapshot) -> Stem:
    """Stems that take turns as one; their faders go into the clips."""
    if len(stems) == 1:
        return stems[0]
    parts = tuple(
        tuple(
            replace(clip, gain=clip.gain * stem.gain)
            for stem, part in zip(stems, of_all, strict=True)
            for clip in part
        )
        for of_all in zip(*(stem.parts for stem in stems), strict=True)
    )
    spans = sorted(
        (*clips_span(stem.clips, snapshot.length_samples), stem.file_name) for stem in stems
    )
    rate_hz = snapshot.sample_rate_hz
    turns = [f"{title} {start / rate_hz:.1f}-{end / rate_hz:.1f} s" for start, end, title in spans]
    track_ids = tuple(track_id for stem in stems for track_id in stem.track_ids)
    return Stem(track_ids, name, 1.0, stems[0].kind, parts, (f"shared by {', '.join(turns)}",))


def stem_blocks(
    stem: Stem, length_samples: int, sample_rate_hz: int, progress: Progress
) -> Iterator[NDArray[np.float32]]:
    """Yield (rows, n) blocks of a stem: clip gains, fades and fader, neither distance nor room.

    The scene's edges fade as they do in the mixes.
    """
    readers = [
        BedReader(part, rows, BLOCK_SAMPLES)
        for part, rows in zip(stem.parts, stem.part_rows, strict=True)
    ]
    firsts = np.cumsum([0, *stem.part_rows])
    edges = EdgeFades(length_samples, sample_rate_hz)
    for start in range(0, length_samples, BLOCK_SAMPLES):
        progress(f"stem {stem.file_name}", start / length_samples)
        count = min(BLOCK_SAMPLES, length_samples - start)
        block = np.zeros((stem.rows, count), np.float32)
        for reader, first, last in zip(readers, firsts, firsts[1:], strict=False):
            reader.read(start, block[first:last])
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
