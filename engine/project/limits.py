"""What single values may be: finite numbers in range, texts, hashes, seeds, curves.

Every check raises `ProjectError` naming the field, its value, the limit and a remedy.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from engine.errors import ProjectError
from engine.project.model import Curve

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


def check_colour(colour: object, where: str = "colour") -> None:
    """A colour as #rrggbb."""
    digits = colour[1:] if isinstance(colour, str) and colour.startswith("#") else ""
    if len(digits) != 6 or any(digit not in "0123456789abcdefABCDEF" for digit in digits):
        raise ProjectError(f"{where} is {colour!r}", remedy="write it as #rrggbb")


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
