"""How a new analysis of a track joins the work a hand has done on it."""

from __future__ import annotations

import math

from msgspec import structs

from engine.project.model import Contact, Project, Track, Trajectory

SAME_CONTACT_S = 0.05
"""Two contacts nearer than this are the same one."""


def is_seen(track: Track) -> bool:
    """Whether a track belongs to the picture; the others belong to the script."""
    return track.kind == "object" and not track.off_screen


def merge_tracks(project: Project, tracks: tuple[Track, ...], *, seen: bool) -> Project:
    """Project in which the machine's tracks are `tracks`, and a hand's work stays.

    `seen` tells which are meant: those of the picture, or those of the script. Order: tracks that
    were there keep their place, new ones come at the end.
    """
    new = {track.id: track for track in tracks if track.id not in project.removed}
    merged: list[Track] = []
    for old in project.tracks:
        if old.id in new:
            merged.append(merge_track(old, new.pop(old.id)))
        elif is_seen(old) != seen or has_hand_work(project, old):
            merged.append(old)
    return structs.replace(project, tracks=(*merged, *new.values()))


def has_hand_work(project: Project, track: Track) -> bool:
    """Whether a hand made or changed the track, or anything on it."""
    return (
        track.provenance == "hand"
        or track.path_locked
        or any(keyframe.provenance == "hand" for keyframe in track.trajectory.keyframes)
        or bool(track.box_corrections)
        or any(contact.provenance == "hand" for contact in track.contacts)
        or any(
            event.provenance == "hand" and event.track_id == track.id for event in project.events
        )
        or any(clip.provenance == "hand" for clip in project.clips_of(track.id))
    )


def merge_track(old: Track, new: Track) -> Track:
    """The newly seen track with everything on `old` that is the user's."""
    locked = old.path_locked
    path = old.trajectory if locked else merge_trajectory(old.trajectory, new.trajectory)
    merged = structs.replace(
        new,
        colour=old.colour,
        strip=old.strip,
        doppler=old.doppler,
        air=old.air,
        gain_curve_db=old.gain_curve_db,
        gain_curve_provenance=old.gain_curve_provenance,
        occlusion=old.occlusion,
        width_deg=old.width_deg,
        stereo=old.stereo,
        room_send_db=old.room_send_db,
        spatialiser=old.spatialiser,
        ears_take=old.ears_take,
        lfe_send_db=old.lfe_send_db,
        trajectory=path,
        detected=None if path == new.trajectory else new.trajectory,
        path_locked=old.path_locked,
        contacts=merge_contacts(old.contacts, new.contacts, old.removed_contacts_s),
        removed_contacts_s=old.removed_contacts_s,
        box_corrections=old.box_corrections,
    )
    if old.provenance == "hand":
        return structs.replace(
            merged, name=old.name, label=old.label, kind=old.kind, provenance="hand"
        )
    return merged


def merge_trajectory(old: Trajectory, new: Trajectory) -> Trajectory:
    """`new`, but with the hand's keyframes of `old`, and nothing else between their neighbours.

    A keyframe moved by hand also moved the two lines that meet in it, so that new machine
    keyframes are dropped from the old keyframe before it to the old one after it (from the start,
    or to the end, where it was the first or the last).
    """
    hand = [i for i, keyframe in enumerate(old.keyframes) if keyframe.provenance == "hand"]
    if not hand:
        return new
    times_s = [-math.inf, *(keyframe.time_s for keyframe in old.keyframes), math.inf]
    reaches = [(times_s[i], times_s[i + 2]) for i in hand]
    machine = [
        keyframe
        for keyframe in new.keyframes
        if not any(low < keyframe.time_s < high for low, high in reaches)
    ]
    keyframes = {keyframe.time_s: keyframe for keyframe in machine}
    keyframes.update({old.keyframes[i].time_s: old.keyframes[i] for i in hand})
    return Trajectory(keyframes=tuple(keyframes[time_s] for time_s in sorted(keyframes)))


def merge_contacts(
    old: tuple[Contact, ...], new: tuple[Contact, ...], removed_s: tuple[float, ...]
) -> tuple[Contact, ...]:
    """The hand's contacts of `old`, and those of `new` that are neither the same nor removed."""
    hand = [contact for contact in old if contact.provenance == "hand"]
    blocked_s = [contact.time_s for contact in hand] + list(removed_s)
    machine = [
        contact
        for contact in new
        if all(abs(contact.time_s - time_s) > SAME_CONTACT_S for time_s in blocked_s)
    ]
    return tuple(sorted((*hand, *machine), key=lambda contact: contact.time_s))
