"""Which of a track's sounds a learned spatialiser makes two ears of, and whether they still fit.

What was made is a take for two ears: of the track's clips and path as they were then. Its faders,
equaliser, automation, occlusion, air and travel act on it live, and change nothing here.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from engine.layouts import BED_LAYOUTS
from engine.project.coding import encode_value
from engine.project.model import Clip, Project, Track

MADE_OF = "made_of"
"""Parameter of the recipe of such a take: see `made_of`."""
NOTE = "note"
"""Another: what is to be said of it, if anything."""
LEARNED_HRIR = "kemar"
"""Whose ears the shipped network has learned."""


def made_of(project: Project, track: Track) -> str:
    """SHA-256 (hex) of all that a learned spatialiser is told of a track."""
    clips: list[Any] = [
        (
            project.take(clip.take_id).audio, clip.start_s, clip.offset_s, clip.duration_s,
            clip.gain_db, clip.fade_in_s, clip.fade_out_s, *_curves(clip),
        )
        for clip in project.clips_of(track.id)
        if not clip.muted and not project.take(clip.take_id).binaural
    ]  # fmt: skip
    told = encode_value((clips, project.scene.rotation_deg, project.sample_rate_hz))
    way = (np.asarray(column, "<f8").tobytes() for column in track.trajectory.line)
    return hashlib.sha256(b"".join((told, *way))).hexdigest()


def _curves(clip: Clip) -> tuple[str, ...]:
    """The curves of its fades, where they are not what all were before there was a choice."""
    curves = clip.fade_in_curve, clip.fade_out_curve
    return () if set(curves) == {"equal_power"} else curves


def learned_from_s(project: Project, track: Track) -> float:
    """When what is made of a track begins: with the first clip that sounds on it."""
    clips = (clip for clip in project.clips_of(track.id) if not clip.muted)
    own = (clip.start_s for clip in clips if not project.take(clip.take_id).binaural)
    return min(own, default=0.0)


def why_no_learned_ears(project: Project, track: Track) -> str:
    """Why no learned spatialiser can make two ears of a track; empty where one can."""
    takes = [project.take(c.take_id) for c in project.clips_of(track.id) if not c.muted]
    takes = [take for take in takes if not take.binaural]
    scene = project.scene
    if track.kind != "object":
        return "an ambience is no point"
    if not takes:
        return "nothing sounds on it"
    if any(take.channels > 1 and take.channels not in BED_LAYOUTS for take in takes):
        return "a sound field is no point"
    if track.stereo and any(take.channels in BED_LAYOUTS for take in takes):
        return "left and right of stereo apart are no point"
    if any(value for _, value in track.width_deg):
        return "what is wide is no point"
    if scene.hrir != LEARNED_HRIR or scene.hrir_equalisation != "none":
        return f"it has learned the ears of '{LEARNED_HRIR}' as they are, the session has others"
    return ""


def why_measured(project: Project, track: Track) -> str:
    """Why a track is heard through measured HRIRs though a learned spatialiser was chosen for it;
    empty where it is not, or none was."""
    if track.spatialiser == "measured":
        return ""
    reason = why_no_learned_ears(project, track)
    if reason:
        return reason
    known = {take.id: take for take in project.takes}
    take = known.get(track.ears_take) if track.ears_take is not None else None
    if take is None or take.recipe is None:
        return "its two ears were not made yet"
    if take.recipe.parameters.get(MADE_OF) != made_of(project, track):
        return "its clips or its path have changed since its two ears were made"
    return ""
