"""What was delivered, in figures: one entry a file, ready for JSON."""

from __future__ import annotations

import hashlib
import math
from pathlib import Path

from msgspec import Struct


class Deliverable(Struct, frozen=True, kw_only=True):
    """One file. Levels that do not exist (silence, ambisonics) are None.

    path : relative to the output folder, with forward slashes
    integrated_lufs_before, integrated_lufs : before and after gain and limiter
    true_peak_dbtp : of the delivered file; for stems their sample peak
    sample_peak_dbfs : of what is delivered as mixed, before it is clipped at full scale
    gain_db : gain applied to the render
    limiter_reduction_db : largest reduction the limiter made (0: it did not engage)
    sha256 : of the file; none is told of what is delivered as mixed, which nothing reads again
    notes : what a person should know, such as a target that could not be reached
    """

    format: str
    path: str
    channels: int
    sample_rate_hz: int
    duration_s: float
    integrated_lufs_before: float | None = None
    integrated_lufs: float | None = None
    true_peak_dbtp: float | None = None
    sample_peak_dbfs: float | None = None
    gain_db: float = 0.0
    limiter_reduction_db: float = 0.0
    sha256: str = ""
    notes: tuple[str, ...] = ()


class DeliveryReport(Struct, frozen=True, kw_only=True):
    """Everything one delivery wrote. `problems` names takes that were missing, and the like.

    What is delivered as mixed has neither target nor limit.
    """

    target_lufs: float | None
    true_peak_limit_dbtp: float | None
    files: tuple[Deliverable, ...]
    problems: tuple[str, ...] = ()


def finite_or_none(level: float) -> float | None:
    """A level for JSON: rounded to a thousandth; None for silence."""
    return round(level, 3) if math.isfinite(level) else None


def sha256_of(path: Path) -> str:
    """SHA-256 (hex) of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
