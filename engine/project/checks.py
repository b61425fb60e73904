"""What makes a session sensible: its things whole, ids that exist, times in order.

Every check raises `ProjectError` naming the field, its value, the limit and a remedy. Edits call
them for what they touch; `check_project` covers a whole session read from disk. What single values
may be: `engine.project.limits`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, get_args

from engine.errors import ProjectError
from engine.layouts import FORMATS
from engine.project.bars import FASTEST_BPM, MOST_BEATS, SLOWEST_BPM, UNITS, Bars
from engine.project.box_correction import check_box_correction
from engine.project.limits import (
    HIGHEST_BAND_HZ,
    HIGHEST_Q,
    LARGEST_BAND_DB,
    LARGEST_COORDINATE_M,
    LOUDEST_MASTER_DB,
    LOWEST_BAND_HZ,
    LOWEST_Q,
    MOST_BANDS,
    MOST_REFLECTIONS,
    MOST_TRIM_DB,
    SAMPLE_RATES_HZ,
    check_colour,
    check_gain,
    check_gain_curve,
    check_hash,
    check_lfe_send,
    check_number,
    check_occlusion,
    check_plain,
    check_position,
    check_rotation,
    check_seed,
    check_text,
    check_time,
    check_width,
)
from engine.project.model import (
    Clip,
    Contact,
    EqBand,
    Event,
    FieldDecoding,
    Keyframe,
    Marker,
    Project,
    Scene,
    Spatialiser,
    Strip,
    Take,
    Track,
    Trajectory,
    Video,
)
from engine.project.scene import FormatTrim, HrirEqualisation

FASTEST_MPS = 1e5
"""Along each axis."""
TIME_TOLERANCE_S = 1e-4
"""Slack when a clip is compared with its take: less than 5 samples at 48 kHz."""


def check_keyframe(keyframe: Keyframe, where: str = "keyframe") -> None:
    """Finite, in range."""
    check_time(keyframe.time_s, f"{where}.time_s")
    check_position(keyframe.x_m, keyframe.y_m, keyframe.z_m, f"{where}.")
    for name, value in zip("xyz", keyframe.velocity_mps or (), strict=False):
        check_number(value, f"{where}.velocity_mps.{name}", -FASTEST_MPS, FASTEST_MPS)


def check_trajectory(trajectory: Trajectory, where: str = "trajectory") -> None:
    """At least one keyframe, strictly increasing times."""
    if not trajectory.keyframes:
        raise ProjectError(f"{where} has no keyframe", remedy="keep at least one")
    before_s = -math.inf
    for index, keyframe in enumerate(trajectory.keyframes):
        place = f"{where}.keyframes[{index}]"
        check_keyframe(keyframe, place)
        if keyframe.time_s <= before_s:
            raise ProjectError(
                f"{place}.time_s is {keyframe.time_s:g}, not after the one before ({before_s:g})",
                remedy="keep keyframe times strictly increasing",
            )
        before_s = keyframe.time_s


def check_contact(contact: Contact, where: str = "contact") -> None:
    """Time and strength in range."""
    check_time(contact.time_s, f"{where}.time_s")
    check_number(contact.strength, f"{where}.strength", 0.0, 1.0)


def check_eq(bands: tuple[EqBand, ...], where: str = "eq") -> None:
    """So many bands, each in range."""
    if len(bands) > MOST_BANDS:
        raise ProjectError(
            f"{where} has {len(bands)} bands", remedy=f"keep {MOST_BANDS} at the most"
        )
    for index, band in enumerate(bands):
        place = f"{where}[{index}]"
        check_number(
            band.frequency_hz, f"{place}.frequency_hz", LOWEST_BAND_HZ, HIGHEST_BAND_HZ, "Hz"
        )
        check_number(band.gain_db, f"{place}.gain_db", -LARGEST_BAND_DB, LARGEST_BAND_DB, "dB")
        check_number(band.q, f"{place}.q", LOWEST_Q, HIGHEST_Q)


def check_strip(strip: Strip, where: str = "strip") -> None:
    """Gain and equaliser in range."""
    check_gain(strip.gain_db, f"{where}.gain_db")
    check_eq(strip.eq, f"{where}.eq")


def check_track(track: Track, where: str = "track") -> None:
    """Everything about one track."""
    check_text(track.id, f"{where}.id")
    check_text(track.name, f"{where}.name")
    check_text(track.label, f"{where}.label", empty=True)
    check_colour(track.colour, f"{where}.colour")
    check_number(track.confidence, f"{where}.confidence", 0.0, 1.0)
    check_trajectory(track.trajectory, f"{where}.trajectory")
    if track.detected is not None:
        check_trajectory(track.detected, f"{where}.detected")
    for index, contact in enumerate(track.contacts):
        check_contact(contact, f"{where}.contacts[{index}]")
    for index, time_s in enumerate(track.removed_contacts_s):
        check_time(time_s, f"{where}.removed_contacts_s[{index}]")
    if track.boxes is not None:
        check_hash(track.boxes, f"{where}.boxes")
    for index, correction in enumerate(track.box_corrections):
        check_box_correction(correction, f"{where}.box_corrections[{index}]")
    check_strip(track.strip, f"{where}.strip")
    check_gain_curve(track.gain_curve_db, f"{where}.gain_curve_db")
    check_occlusion(track.occlusion, f"{where}.occlusion")
    check_width(track.width_deg, f"{where}.width_deg")
    check_gain(track.room_send_db, f"{where}.room_send_db")
    check_lfe_send(track.lfe_send_db, f"{where}.lfe_send_db")
    check_time(track.start_s, f"{where}.start_s")
    check_time(track.end_s, f"{where}.end_s")
    if track.spatialiser not in get_args(Spatialiser):
        raise ProjectError(
            f"'{track.spatialiser}' is no spatialiser",
            place=f"{where}.spatialiser",
            remedy=f"choose one of {', '.join(get_args(Spatialiser))}",
        )


def check_event(event: Event, where: str = "event") -> None:
    """Everything about one script event (its track is checked by who adds it)."""
    check_text(event.id, f"{where}.id")
    check_time(event.start_s, f"{where}.start_s")
    check_time(event.duration_s, f"{where}.duration_s")
    if event.duration_s <= 0.0:
        raise ProjectError(f"{where}.duration_s is 0", remedy="give the event a length")
    check_seed(event.seed, f"{where}.seed")
    check_gain(event.level_db, f"{where}.level_db")
    for index, onset_s in enumerate(event.onsets_s):
        check_time(onset_s, f"{where}.onsets_s[{index}]")
    if event.strengths and len(event.strengths) != len(event.onsets_s):
        raise ProjectError(
            f"{where} has {len(event.strengths)} strengths for {len(event.onsets_s)} onsets",
            remedy="give one strength per onset, or none",
        )
    for index, strength in enumerate(event.strengths):
        check_number(strength, f"{where}.strengths[{index}]", 0.0, 1e3)
    for index, (time_s, level) in enumerate(event.intensity):
        check_time(time_s, f"{where}.intensity[{index}].time_s")
        check_number(level, f"{where}.intensity[{index}].level", 0.0, 1e3)
    check_plain(event.parameters, f"{where}.parameters")


def check_take(take: Take, where: str = "take") -> None:
    """Everything about one take; its audio file may be missing, the renderer reports that."""
    check_text(take.id, f"{where}.id")
    check_hash(take.audio, f"{where}.audio")
    check_number(take.sample_rate_hz, f"{where}.sample_rate_hz", 8_000, 384_000, "Hz")
    check_number(take.channels, f"{where}.channels", 1, 64)
    check_number(take.samples, f"{where}.samples", 1, 2**40 - 1)
    if take.binaural and take.channels != 2:
        raise ProjectError(
            f"{where} has {take.channels} channels, one for two ears has 2",
            remedy="choose a file of two channels, left and right ear",
        )
    if take.recipe is not None:
        check_seed(take.recipe.seed, f"{where}.recipe.seed")
        check_plain(take.recipe.parameters, f"{where}.recipe.parameters")


def check_clip(clip: Clip, take: Take | None, where: str = "clip") -> None:
    """Everything about one clip; with its take, that it stays inside the recorded audio."""
    check_text(clip.id, f"{where}.id")
    check_text(clip.group, f"{where}.group", empty=True)
    check_time(clip.start_s, f"{where}.start_s")
    check_time(clip.offset_s, f"{where}.offset_s")
    check_time(clip.duration_s, f"{where}.duration_s")
    if clip.duration_s <= 0.0:
        raise ProjectError(f"{where}.duration_s is 0", remedy="delete the clip instead")
    check_time(clip.start_s + clip.duration_s, f"{where}'s end")
    check_gain(clip.gain_db, f"{where}.gain_db")
    check_time(clip.fade_in_s, f"{where}.fade_in_s")
    check_time(clip.fade_out_s, f"{where}.fade_out_s")
    if clip.fade_in_s + clip.fade_out_s > clip.duration_s + TIME_TOLERANCE_S:
        raise ProjectError(
            f"{where}: fades of {clip.fade_in_s:g} s and {clip.fade_out_s:g} s do not fit "
            f"in {clip.duration_s:g} s",
            remedy="shorten a fade",
        )
    end_s = clip.offset_s + clip.duration_s
    if take is not None and end_s > take.duration_s + TIME_TOLERANCE_S:
        raise ProjectError(
            f"{where} would use its take up to {end_s:.4f} s, the take ends at "
            f"{take.duration_s:.4f} s",
            remedy="shorten the clip",
        )


def check_video(video: Video, where: str = "video") -> None:
    """Everything about the picture; the file itself may be offline."""
    check_text(video.path, f"{where}.path")
    check_time(video.duration_s, f"{where}.duration_s")
    for name in ("width", "height", "rate_numerator", "rate_denominator"):
        check_number(getattr(video, name), f"{where}.{name}", 1, 2**31)
    check_number(video.first_time_s, f"{where}.first_time_s", -1e9, 1e9, "s")


def check_scene(scene: Scene, where: str = "scene") -> None:
    """Everything about how the scene is heard."""
    check_number(scene.horizontal_fov_deg, f"{where}.horizontal_fov_deg", 1.0, 360.0, "degrees")
    check_seed(scene.seed, f"{where}.seed")
    check_text(scene.hrir, f"{where}.hrir")
    if scene.field_decoder not in get_args(FieldDecoding):
        raise ProjectError(
            f"'{scene.field_decoder}' is no way from a sound field to two ears",
            place=f"{where}.field_decoder",
            remedy=f"choose one of {', '.join(get_args(FieldDecoding))}",
        )
    if scene.hrir_equalisation not in get_args(HrirEqualisation):
        raise ProjectError(
            f"'{scene.hrir_equalisation}' is no equalisation of ears",
            place=f"{where}.hrir_equalisation",
            remedy=f"choose one of {', '.join(get_args(HrirEqualisation))}",
        )
    for index, trim in enumerate(scene.format_trims):
        check_format_trim(trim, f"{where}.format_trims[{index}]")
    check_text(scene.room, f"{where}.room")
    check_gain(scene.room_level_db, f"{where}.room_level_db")
    for axis, place_m in enumerate(scene.room_listener_m or ()):
        check_number(place_m, f"{where}.room_listener_m[{axis}]", 0.0, LARGEST_COORDINATE_M, "m")
    check_number(scene.room_reflections, f"{where}.room_reflections", 1, MOST_REFLECTIONS)
    check_rotation(scene.rotation_deg, f"{where}.rotation_deg")
    check_number(scene.target_lufs, f"{where}.target_lufs", -70.0, 0.0, "LUFS")
    check_number(scene.true_peak_limit_dbtp, f"{where}.true_peak_limit_dbtp", -60.0, 0.0, "dBTP")


def check_format_trim(trim: FormatTrim, where: str) -> None:
    """A format that can be listened to, and gains in range."""
    if trim.format_name not in FORMATS:
        raise ProjectError(
            f"'{trim.format_name}' is no format",
            place=f"{where}.format_name",
            remedy=f"choose one of {', '.join(FORMATS)}",
        )
    for name in ("gain_db", "composed_db"):
        check_number(getattr(trim, name), f"{where}.{name}", -MOST_TRIM_DB, MOST_TRIM_DB, "dB")


def check_bars(bars: Bars, where: str = "bars") -> None:
    """Tempo, meter and beginning in range; ProjectError says which is not."""
    check_number(bars.tempo_bpm, f"{where}.tempo_bpm", SLOWEST_BPM, FASTEST_BPM, "bpm")
    check_number(bars.beats, f"{where}.beats", 1, MOST_BEATS)
    check_number(bars.first_s, f"{where}.first_s", -86_400.0, 86_400.0, "s")
    if bars.unit not in UNITS:
        raise ProjectError(
            f"{where}.unit is {bars.unit}",
            remedy=f"a beat is one of 1/{', 1/'.join(map(str, UNITS))}",
        )


def check_marker(marker: Marker, where: str = "marker") -> None:
    """Time in range, a name."""
    check_text(marker.id, f"{where}.id")
    check_text(marker.name, f"{where}.name")
    check_time(marker.time_s, f"{where}.time_s")
    check_time(marker.length_s, f"{where}.length_s")


def check_project(project: Project) -> None:
    """Everything: each value, unique ids, and that every reference exists."""
    check_text(project.title, "title")
    if project.sample_rate_hz not in SAMPLE_RATES_HZ:
        raise ProjectError(
            f"sample_rate_hz is {project.sample_rate_hz}",
            remedy=f"use one of {', '.join(map(str, SAMPLE_RATES_HZ))}",
        )
    for index, time_s in enumerate(project.analysis.shots_s):
        check_time(time_s, f"analysis.shots_s[{index}]")
    check_scene(project.scene)
    check_bars(project.bars)
    check_gain(project.master.gain_db, "master.gain_db", LOUDEST_MASTER_DB)
    if project.master.eq:
        raise ProjectError("master.eq has bands", remedy="the master has no equaliser: remove them")
    if project.video is not None:
        check_video(project.video)
    for name in ("tracks", "events", "takes", "clips", "markers"):
        _check_unique(getattr(project, name), name)
    for index, track in enumerate(project.tracks):
        check_track(track, f"tracks[{index}]")
    for index, event in enumerate(project.events):
        check_event(event, f"events[{index}]")
        _check_known(event.track_id, project._tracks, f"events[{index}].track_id")
    for index, take in enumerate(project.takes):
        check_take(take, f"takes[{index}]")
    for index, clip in enumerate(project.clips):
        _check_known(clip.track_id, project._tracks, f"clips[{index}].track_id")
        _check_known(clip.take_id, project._takes, f"clips[{index}].take_id")
        check_clip(clip, project.take(clip.take_id), f"clips[{index}]")
    for index, marker in enumerate(project.markers):
        check_marker(marker, f"markers[{index}]")


def _check_unique(items: Iterable[Any], where: str) -> None:
    seen: set[str] = set()
    for index, item in enumerate(items):
        if item.id in seen:
            raise ProjectError(
                f"{where}[{index}].id '{item.id}' is used twice", remedy="ids must be unique"
            )
        seen.add(item.id)


def _check_known(wanted: str, known: dict[str, Any], where: str) -> None:
    if wanted not in known:
        raise ProjectError(f"{where} names '{wanted}', which does not exist")
