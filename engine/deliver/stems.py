"""Stems: every audible track as a dry file of its own, aligned to the picture's start.

Objects are mono; an ambience keeps its four channels (AmbiX: W, Y, Z, X; SN3D).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.deliver.edges import EdgeFades
from engine.jobs import Progress
from engine.project.model import Project
from engine.realtime.clips import ClipReader
from engine.realtime.controls import Controls
from engine.realtime.snapshot import ClipPlan, Snapshot

BLOCK_SAMPLES = 65_536
PEAK_LIMIT_DBFS = -1.01
"""Highest sample peak (a hair below -1) of a stem."""
_LONGEST_NAME = 80
_RESERVED = {"con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in range(1, 10))}


@dataclass(frozen=True)
class Stem:
    """A track's clips with its fader, `rows` channels of it; `file_name` is safe and unique."""

    track_id: str
    file_name: str
    gain: float
    rows: int
    clips: tuple[ClipPlan, ...]


def plan_stems(project: Project, snapshot: Snapshot) -> tuple[Stem, ...]:
    """Stems of the tracks that sound: not muted, soloed where any is, with at least one clip."""
    gains = np.zeros(len(snapshot.strips))
    Controls(snapshot).strip_gains(gains)
    rows = {source.strip: (1, source.clips) for source in snapshot.sources}
    rows |= {bed.strip: (snapshot.spaces[bed.space].channels, bed.clips) for bed in snapshot.beds}
    audible = [index for index in sorted(rows) if gains[index] > 0.0 and rows[index][1]]
    names = safe_names([project.tracks[index].name for index in audible])
    return tuple(
        Stem(project.tracks[index].id, f"{name}.wav", float(gains[index]), *rows[index])
        for index, name in zip(audible, names, strict=True)
    )


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
