"""Whether what was rendered is heard where the tracks are: interaural differences, energy vector.

Every track is measured in the mix and alone. In the mix it can only be followed while nothing
else is much louder, so the mix is measured twice: over all of the track's active time, and where
the track leads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from engine.coordinates import to_spherical
from engine.metrics.direction import (
    InterauralDifferences,
    energy_vector,
    interaural_differences,
)
from engine.metrics.following import active_windows, rank_correlation
from engine.project.model import Project, Track
from engine.render.compiler import AudioPath, compile_project
from engine.render.renderer import render_snapshot

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

LEADS_DB = -6.0
"""Level of a track over everything else from which the mix can follow it."""
SINGLE_DB = 20.0
"""Level over all other tracks from which it is the single source."""


@dataclass(frozen=True)
class Heard:
    """One track's figures; correlations are of ranks, with azimuth, and NaN where none exists.

    Those of the time difference are the lesser of two, with and without the phase transform.

    `*_span` in the mix from its first sight to its last, `*_mix` there over its active time,
    `*_lead` there where it leads, `*_solo` rendered alone. `foa_*_deg` are medians of the angle
    between energy vector and trajectory; `_single` is the mix where no other track sounds.
    `active_s` is its active time, `lead` the share of it in which it leads. `*_true` are those of
    the mix over its active time with the azimuth that was annotated, where one was.
    """

    active_s: float
    lead: float
    itd_span: float
    ild_span: float
    itd_mix: float
    ild_mix: float
    itd_lead: float
    ild_lead: float
    itd_solo: float
    ild_solo: float
    foa_mix_deg: float
    foa_single_deg: float
    foa_solo_deg: float
    itd_true: float = float("nan")
    ild_true: float = float("nan")


def listen(
    project: Project,
    audio_path: AudioPath,
    tracks: list[Track],
    annotated: Mapping[str, Array] | None = None,
) -> dict[str, Heard]:
    """Figures of the given tracks of a project, by id.

    Parameters
    ----------
    annotated : mapping, optional
        Per track id rows (n, 2) of time (s) and true azimuth (degrees) of what it is to follow.
    """
    mix = _render(project, audio_path, None)
    sounding = {clip.track_id for clip in project.clips if not clip.muted}
    silence = {name: np.zeros_like(audio) for name, audio in mix.items()}
    solos = {
        t.id: _render(project, audio_path, t.id) if t.id in sounding else silence for t in tracks
    }
    return {
        t.id: _measure(
            project,
            t,
            mix,
            solos[t.id],
            [solos[i]["foa"] for i in solos if i != t.id],
            (annotated or {}).get(t.id, np.zeros((0, 2))),
        )
        for t in tracks
    }


def _render(
    project: Project, audio_path: AudioPath, solo: str | None
) -> dict[str, NDArray[np.float32]]:
    if solo is not None:
        tracks = tuple(
            structs.replace(t, strip=structs.replace(t.strip, muted=t.id != solo))
            for t in project.tracks
        )
        project = structs.replace(project, tracks=tracks)
    blocks = list(render_snapshot(compile_project(project, audio_path, ("binaural", "foa"))))
    return {name: np.concatenate([b[name] for b in blocks], axis=1) for name in blocks[0]}


def _measure(
    project: Project,
    track: Track,
    mix: dict[str, NDArray[np.float32]],
    solo: dict[str, NDArray[np.float32]],
    others: list[NDArray[np.float32]],
    annotated: Array,
) -> Heard:
    rate_hz = project.sample_rate_hz
    own = interaural_differences(solo["binaural"], rate_hz)
    rest = interaural_differences(mix["binaural"] - solo["binaural"], rate_hz)
    whole = interaural_differences(mix["binaural"], rate_hz)
    positions = track.trajectory.at(own.times_s)
    azimuth_deg = to_spherical(positions)[:, 0]
    inside = (own.times_s >= track.start_s) & (own.times_s <= track.end_s)
    active = active_windows(own.level_dbfs, rest.level_dbfs, inside)
    leads = active & (own.level_dbfs > rest.level_dbfs + LEADS_DB)
    own_level = energy_vector(solo["foa"], rate_hz).level_dbfs
    level = np.full(len(own_level), -200.0)
    if others:
        level = energy_vector(np.sum(others, axis=0), rate_hz).level_dbfs
    single = active & (own_level > level + SINGLE_DB)
    in_mix = _off_deg(mix["foa"], rate_hz, positions)
    alone = _off_deg(solo["foa"], rate_hz, positions)

    def ranks(ears: InterauralDifferences, where: Mask) -> tuple[float, float]:
        return _ranks(azimuth_deg, ears, where)

    true_deg = _annotated_deg(annotated, own.times_s)
    known = active & np.isfinite(true_deg)

    return Heard(
        active_s=float(active.sum()) * 0.05,
        lead=float(leads.sum()) / max(1, int(active.sum())),
        **_named("span", ranks(whole, inside)),
        **_named("mix", ranks(whole, active)),
        **_named("lead", ranks(whole, leads)),
        **_named("solo", ranks(own, active)),
        **_named("true", _ranks(true_deg, whole, known)),
        foa_mix_deg=_median(in_mix[active]),
        foa_single_deg=_median(in_mix[single]),
        foa_solo_deg=_median(alone[active]),
    )


def _named(of: str, ranks: tuple[float, float]) -> dict[str, float]:
    return {f"itd_{of}": ranks[0], f"ild_{of}": ranks[1]}


def _ranks(azimuth_deg: Array, ears: InterauralDifferences, where: Mask) -> tuple[float, float]:
    """Correlations of an azimuth (n,) with the time (the lesser of two) and level differences."""
    along = azimuth_deg[where]
    times = [rank_correlation(along, itd[where]) for itd in (ears.itd_us, ears.plain_itd_us)]
    return float(np.min(times)), rank_correlation(along, ears.ild_db[where])


def _annotated_deg(rows: Array, times_s: Array) -> Array:
    """True azimuth (n,) between the annotated moments; not a number before and after them."""
    if len(rows) == 0:
        return np.full(len(times_s), np.nan)
    return np.asarray(np.interp(times_s, rows[:, 0], rows[:, 1], left=np.nan, right=np.nan))


def _off_deg(foa: NDArray[np.float32], rate_hz: int, positions: Array) -> Array:
    """Angle (n,) between the energy vector and the positions (n, 3)."""
    vector = energy_vector(foa, rate_hz)
    azimuth, elevation = np.radians(vector.azimuth_deg), np.radians(vector.elevation_deg)
    level = np.cos(elevation)
    heard = np.stack([level * np.cos(azimuth), level * np.sin(azimuth), np.sin(elevation)], axis=1)
    true = positions / np.maximum(np.linalg.norm(positions, axis=1, keepdims=True), 1e-9)
    return np.asarray(np.degrees(np.arccos(np.clip((heard * true).sum(axis=1), -1.0, 1.0))))


def _median(values: Array) -> float:
    return float(np.median(values)) if len(values) else float("nan")
