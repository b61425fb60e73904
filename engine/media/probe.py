"""What a video file is: size, length, rate, sound; and whether it is usable at all."""

from __future__ import annotations

import hashlib
import itertools
import os
import re
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import av
import numpy as np

from engine.errors import MediaError
from engine.media.decode import (
    OpenVideo,
    decode_pictures,
    no_pictures,
    open_video,
    read_video_frames,
    seek,
)
from engine.media.picture import geometry_of
from engine.media.reasons import why
from engine.media.seam import LOOK_WIDTH, shows_all_around
from engine.media.spherical import Projection, decided, is_whole_sphere, says_spherical
from engine.media.wholeness import missing_bytes
from engine.project.model import Video

MISSING_SHARE = 0.10
"""A file whose pictures end this share (or more) before its declared end counts as truncated, even
if its container does not say that bytes are missing."""
LEAST_MISSING_S, LEAST_MISSING_SHARE = 0.15, 0.01
"""Below either of these a file counts as whole: clocks and edit lists are rounded."""

_FINGERPRINT_BYTES = 2**20
_RATE_PACKETS = 400
_LOOKED_AT = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Shares of a film's length at which it is looked at, to tell what it shows."""


def probe_video(path: str | os.PathLike[str], projection: Projection = "auto") -> Video:
    """Describe a video file. Only its beginning and end are read.

    `width` and `height` are those of the upright picture with square pixels. `duration_s` runs
    from the first picture's start to the last one's end. A file that lacks bytes which its
    container speaks of is refused, however few. One whose pictures end a little before its declared
    end (a clock that is a little wrong, longer sound, damage) is used as far as they go.

    Raises
    ------
    MediaError
        If it is missing, not a video, audio only, a still, holds fewer than two pictures, is
        truncated, its pictures end more than 10 % before its declared end, or `projection` says
        that it is a whole sphere and its shape is another.
    """
    video = open_video(path)
    try:
        _check_whole(video)
        first, picture = _first_picture(video)
        times = _packet_times(video)
        end = max(_end_of_pictures(video), first)
        _check_complete(video, first, end, times)
        width, height = geometry_of(picture, video.stream).upright
        rate = _rate(video, times)
        return Video(
            path=str(Path(path).resolve()),
            fingerprint=fingerprint(video.path),
            width=width,
            height=height,
            duration_s=float(end - first),
            rate_numerator=rate.numerator,
            rate_denominator=rate.denominator,
            variable_rate=_is_variable(times, video.time_base),
            has_audio=bool(video.container.streams.audio),
            first_time_s=float(first),
            spherical=_all_around(video.path, (width, height), float(end - first), projection),
        )
    except (av.FFmpegError, OSError) as error:
        raise MediaError(
            f"the video cannot be read: {why(error)}",
            place=video.path,
            remedy="copy or export it again; if it is whole, check the disk",
        ) from error
    finally:
        video.close()


def _all_around(
    path: Path, size: tuple[int, int], duration_s: float, projection: Projection
) -> bool:
    """Whether a film is equirectangular and whole: by decision, by what its file says, or else by
    its looks."""
    known = decided(projection, path, size)
    if known is not None:
        return known
    if not is_whole_sphere(*size):
        return False
    return says_spherical(path) or _looks_all_around(str(path), path.stat().st_mtime_ns, duration_s)


@lru_cache(maxsize=16)
def _looks_all_around(path: str, changed_ns: int, duration_s: float) -> bool:
    """Judged from some pictures across the film; `changed_ns` tells that the file is another."""
    looks = []
    for share in _LOOKED_AT:
        pictures = read_video_frames(path, max_width=LOOK_WIDTH, start_s=share * duration_s)
        looks += [image for _, image in itertools.islice(pictures, 1)]
    return shows_all_around(looks)


def missing_s(path: str | os.PathLike[str]) -> float:
    """How many seconds before its declared end a video file breaks off; 0 for a whole one.

    Raises
    ------
    MediaError
        If it cannot be opened as a video.
    """
    video = open_video(path)
    try:
        first, _ = _first_picture(video)
        end, declared = _end_of_pictures(video), _declared_end(video)
    finally:
        video.close()
    if declared is None:
        return 0.0
    missing = float(declared - end)
    least = max(LEAST_MISSING_S, LEAST_MISSING_SHARE * float(declared - first))
    return missing if missing > least else 0.0


def fingerprint(path: Path) -> str:
    """SHA-256 (hex) over size, first and last mebibyte: enough to know a video again."""
    size = path.stat().st_size
    digest = hashlib.sha256(str(size).encode())
    with path.open("rb") as handle:
        digest.update(handle.read(_FINGERPRINT_BYTES))
        handle.seek(max(0, size - _FINGERPRINT_BYTES))
        digest.update(handle.read(_FINGERPRINT_BYTES))
    return digest.hexdigest()


def _check_whole(video: OpenVideo) -> None:
    lacking = missing_bytes(video.path, video.container)
    if lacking:
        raise MediaError(
            f"the video is truncated: {lacking:,} bytes are missing at its end",
            place=video.path,
            remedy="copy or export it again",
        )


def _first_picture(video: OpenVideo) -> tuple[Fraction, object]:
    found = next(decode_pictures(video), None)
    if found is None:
        raise no_pictures(video.path)
    return found


def _packet_times(video: OpenVideo) -> list[Fraction]:
    """Presentation times of the first packets, sorted."""
    seek(video, 0.0)
    packets = itertools.islice(video.container.demux(video.stream), _RATE_PACKETS)
    times = [p.pts * Fraction(p.time_base) for p in packets if p.pts is not None and p.size]
    return sorted(set(times))


def _declared_end(video: OpenVideo) -> Fraction | None:
    """Where the file says that its picture ends, in seconds of file time; None if it does not."""
    stream, container = video.stream, video.container
    if stream.duration:
        return (stream.start_time or 0) * video.time_base + stream.duration * video.time_base
    tag = re.fullmatch(r"(\d+):(\d+):(\d+(?:\.\d+)?)", stream.metadata.get("DURATION", ""))
    if tag:  # Matroska says it per stream
        return Fraction(int(tag[1]) * 3600 + int(tag[2]) * 60) + Fraction(tag[3])
    if container.duration and len(container.streams) == 1:
        return Fraction(container.duration + (container.start_time or 0), av.time_base)
    return None


def _end_of_pictures(video: OpenVideo) -> Fraction:
    """End of the last picture that is really there, in seconds of file time."""
    declared = _declared_end(video)
    hint = declared
    if hint is None and video.container.duration:
        hint = Fraction(video.container.duration, av.time_base)
    if hint is not None:
        seek(video, float(hint) * 0.95 - 1.0)
        end = _last_packet_end(video)
        if end is not None:
            return end
    seek(video, 0.0)
    return _last_packet_end(video) or Fraction(0)


def _last_packet_end(video: OpenVideo) -> Fraction | None:
    end: Fraction | None = None
    try:
        for packet in video.container.demux(video.stream):
            if packet.pts is None or not packet.size or packet.is_corrupt:
                continue
            base = Fraction(packet.time_base)
            lasts = packet.duration * base if packet.duration else 1 / video.rate
            end = max(end or Fraction(0), packet.pts * base + lasts)
    except (av.FFmpegError, OSError):
        return end
    return end


def _check_complete(
    video: OpenVideo, first: Fraction, end: Fraction, times: list[Fraction]
) -> None:
    if len(times) < 2:
        if _count_pictures(video) < 2:
            raise MediaError(
                "the video holds a single picture", place=video.path, remedy="give a moving picture"
            )
        return
    declared = _declared_end(video)
    if declared is None or declared <= first:
        return
    missing = float(declared - end) / float(declared - first)
    if missing > MISSING_SHARE:
        raise MediaError(
            f"the video is truncated: it breaks off at {float(end - first):.2f} s of "
            f"{float(declared - first):.2f} s",
            place=video.path,
            remedy="copy or export it again",
        )


def _count_pictures(video: OpenVideo) -> int:
    """How many pictures decode, counted no further than two (streams without packet times)."""
    seek(video, 0.0)
    return sum(1 for _ in itertools.islice(decode_pictures(video), 2))


def _rate(video: OpenVideo, times: list[Fraction]) -> Fraction:
    """Nominal rate: the file's, or the mean one of the first packets where that is absurd."""
    stated = video.rate
    if len(times) >= 8:
        measured = (len(times) - 1) / (times[-1] - times[0])
        if not 0.5 < float(stated / measured) < 2.0:
            return measured.limit_denominator(1001)
    return stated if stated.denominator <= 100_000 else stated.limit_denominator(1001)


def _is_variable(times: list[Fraction], time_base: Fraction) -> bool:
    """Whether the steps between pictures differ by more than the rounding of their clock."""
    if len(times) < 3:
        return False
    steps = np.diff(np.array([float(t) for t in times]))
    # B-frames at the cut-off leave holes among the last few packets that were read
    steps = steps[:-8] if len(steps) > 24 else steps
    tolerance = max(1.5 * float(time_base), 0.02 * float(np.median(steps)))
    return bool(np.any(np.abs(steps - np.median(steps)) > tolerance))
