"""What makes a value sensible: finite numbers in range, ids that exist, times in order.

Every check raises `ProjectError` naming the field, its value, the limit and a remedy. Edits call
them for what they touch; `check_project` covers a whole session read from disk.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, get_args

import numpy as np

from engine.errors import ProjectError
from engine.layouts import FORMATS
from engine.project.box_correction import check_box_correction
from engine.project.model import (
    Clip,
    Contact,
    Curve,
    EqBand,
    Event,
    FieldDecoding,
    Keyframe,
    Marker,
    Project,
    Scene,
    Strip,
    Take,
    Track,
    Trajectory,
    Video,
)
from engine.project.scene import FormatTrim, HrirEqualisation

LONGEST_S = 86_400.0
"""Times beyond a day are a mistake (usually samples or milliseconds taken for seconds)."""
LARGEST_SEED = 2**63 - 1
SAMPLE_RATES_HZ = (44_100, 48_000, 88_200, 96_000, 176_400, 192_000)
"""Rates a session can have; takes may have others and are converted."""
LARGEST_COORDINATE_M = 100_000.0
"""Places beyond are a mistake; how far sound travels is `engine.spatial.propagation`'s."""
QUIETEST_DB = -144.0
"""Below this is silence (the step of 24-bit audio); mute instead."""
LOUDEST_DB = 36.0
LOUDEST_MASTER_DB = 54.0
MOST_TRIM_DB = 24.0
"""Of a format, to either side."""
MOST_BANDS = 8
LOWEST_BAND_HZ, HIGHEST_BAND_HZ = 10.0, 24_000.0
LARGEST_BAND_DB = 24.0
LOWEST_Q, HIGHEST_Q = 0.1, 20.0
MOST_REFLECTIONS = 3
TIME_TOLERANCE_S = 1e-4
"""Slack when a clip is compared with its take: less than 5 samples at 48 kHz."""


def check_number(value: object, where: str, low: float, high: float, unit: str = "") -> None:
    """Refuse anything but a finite number in [low, high]."""
    if isinstance(value, (int, float, np.number)) and not isinstance(value, bool):
        number = float(value)
        if math.isfinite(number) and low <= number <= high:
            return
    raise ProjectError(
        f"{where} is {value}, it must be a number from {low:g} to {high:g} {unit}".rstrip()
    )


def check_hash(value: object, where: str) -> None:
    """The name of audio or an array in the bundle (it becomes a path)."""
    if not isinstance(value, str) or len(value) != 64 or set(value) - set("0123456789abcdef"):
        raise ProjectError(f"{where} is {value!r}, not a SHA-256 content hash")


def check_seed(value: object, where: str) -> None:
    """A seed every generator can take."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST_SEED:
        raise ProjectError(f"{where} is {value}, it must be a whole number from 0 to 2^63 - 1")


def check_time(value: object, where: str) -> None:
    """A moment on the timeline, or a duration, in seconds."""
    check_number(value, where, 0.0, LONGEST_S, "s")


def check_gain(value: object, where: str, loudest_db: float = LOUDEST_DB) -> None:
    """A gain in dB."""
    check_number(value, where, QUIETEST_DB, loudest_db, "dB")


def check_lfe_send(value: object, where: str = "lfe_send_db") -> None:
    """A gain in dB, or None for what the layers ask."""
    if value is not None:
        check_gain(value, where)


def check_rotation(rotation_deg: tuple[float, float, float], where: str = "rotation_deg") -> None:
    """Yaw, pitch and roll in degrees."""
    if len(rotation_deg) != 3:
        raise ProjectError(f"{where} has {len(rotation_deg)} angles", remedy="give 3")
    for name, angle_deg in zip(("yaw", "pitch", "roll"), rotation_deg, strict=True):
        check_number(angle_deg, f"{where}.{name}", -360.0, 360.0, "degrees")


def check_position(x_m: object, y_m: object, z_m: object, where: str = "") -> None:
    """A position in metres."""
    for name, value in (("x_m", x_m), ("y_m", y_m), ("z_m", z_m)):
        check_number(value, f"{where}{name}", -LARGEST_COORDINATE_M, LARGEST_COORDINATE_M, "m")


def check_text(value: object, where: str, *, empty: bool = False) -> None:
    """Text that can be stored, without control characters in ids and names."""
    if not isinstance(value, str) or (not value.strip() and not empty):
        raise ProjectError(f"{where} is {value!r}, it needs a text", remedy="type a name")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ProjectError(
            f"{where} {value!r} is not valid Unicode", remedy="rename it with readable characters"
        ) from error


def check_keyframe(keyframe: Keyframe, where: str = "keyframe") -> None:
    """Finite, in range."""
    check_time(keyframe.time_s, f"{where}.time_s")
    check_position(keyframe.x_m, keyframe.y_m, keyframe.z_m, f"{where}.")


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


def check_curve(curve: Curve, where: str, low: float, high: float, unit: str = "") -> None:
    """Points in strictly increasing time, values in [low, high]; none at all is fine."""
    before_s = -math.inf
    for index, (time_s, value) in enumerate(curve):
        place = f"{where}[{index}]"
        check_time(time_s, f"{place}.time_s")
        check_number(value, f"{place}.value", low, high, unit)
        if time_s <= before_s:
            raise ProjectError(
                f"{place}.time_s is {time_s:g}, not after the one before ({before_s:g})",
                remedy="keep the points' times strictly increasing",
            )
        before_s = time_s


def check_gain_curve(curve: Curve, where: str = "gain_curve_db") -> None:
    """Volume automation in dB."""
    check_curve(curve, where, QUIETEST_DB, LOUDEST_DB, "dB")


def check_occlusion(curve: Curve, where: str = "occlusion") -> None:
    """From 0 (open) to 1 (behind a thick wall)."""
    check_curve(curve, where, 0.0, 1.0)


def check_width(curve: Curve, where: str = "width_deg") -> None:
    """From 0 (a point) to 360 (all around)."""
    check_curve(curve, where, 0.0, 360.0, "degrees")


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


def check_colour(colour: object, where: str = "colour") -> None:
    """A colour as #rrggbb."""
    digits = colour[1:] if isinstance(colour, str) and colour.startswith("#") else ""
    if len(digits) != 6 or any(digit not in "0123456789abcdefABCDEF" for digit in digits):
        raise ProjectError(f"{where} is {colour!r}", remedy="write it as #rrggbb")


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


def check_marker(marker: Marker, where: str = "marker") -> None:
    """Time in range, a name."""
    check_text(marker.id, f"{where}.id")
    check_text(marker.name, f"{where}.name")
    check_time(marker.time_s, f"{where}.time_s")
    check_time(marker.length_s, f"{where}.length_s")


def check_plain(value: Any, where: str) -> None:
    """Free-form parameters: finite numbers, texts, and lists or tables of them."""
    if isinstance(value, dict):
        for key, item in value.items():
            check_text(key, f"{where} key")
            check_plain(item, f"{where}.{key}")
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            check_plain(item, f"{where}[{index}]")
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise ProjectError(f"{where} is {value}, it must be finite")
    elif value is not None and not isinstance(value, (str, int, bool)):
        raise ProjectError(
            f"{where} is a {type(value).__name__}", remedy="use numbers, texts, lists or tables"
        )


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
