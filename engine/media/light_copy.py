"""Light copies of heavy films: small, every picture by itself, shown at the very same times.

They are made to be looked at while one works. Nothing is measured in them or delivered from them.
"""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path

import av
import platformdirs

from engine.errors import MediaError
from engine.jobs import Progress, silent_progress
from engine.media.decode import decode_pictures, open_video
from engine.media.picture import Geometry, geometry_of, to_image
from engine.media.reasons import why

HEAVY_PX_PER_S = 1920 * 1088 * 31
"""Films of more pixels a second than this are heavy: larger or faster than 1080p at 30."""
MOST_BYTES = 20 * 2**30
"""Room for all copies together; those used longest ago go."""
_COARSENESS = "3"
_SUFFIX = ".mov"


def is_heavy(width: int, height: int, rate: Fraction) -> bool:
    """Whether a film of that size and rate is hard to show at any moment."""
    return width * height * rate > HEAVY_PX_PER_S


def folder() -> Path:
    """Where light copies are kept, beside what else can be made again."""
    return Path(platformdirs.user_cache_dir("foleystage")) / "pictures"


def copy_of(fingerprint: str, width_px: int) -> Path:
    """Where the light copy of a film is, or would be."""
    return folder() / f"{fingerprint[:40]}-{width_px}{_SUFFIX}"


def make_light_copy(
    video: str | os.PathLike[str],
    target: Path,
    width_px: int,
    progress: Progress = silent_progress,
) -> Path:
    """Copy a film's pictures, no wider than `width_px`, each at its time and by itself.

    The file appears when it is whole. Its first picture is at 0 s; sound is not copied.

    Raises
    ------
    MediaError
        If the film cannot be read or the copy not be written.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f"{target.stem}.{os.getpid()}.part{_SUFFIX}")
    try:
        _write(video, unfinished, width_px, progress)
        unfinished.replace(target)
    except (OSError, av.FFmpegError) as error:
        raise MediaError(
            f"the light copy cannot be made ({why(error)})", place=target,
            remedy="make room there, or switch light copies off in the View menu",
        ) from error  # fmt: skip
    finally:
        unfinished.unlink(missing_ok=True)
    _drop_oldest(target)
    return target


def _write(video: str | os.PathLike[str], target: Path, width_px: int, progress: Progress) -> None:
    source = open_video(video)
    try:
        length_s = float(source.container.duration or 0) / av.time_base
        pictures = decode_pictures(source)
        first_s: Fraction | None = None
        with av.open(str(target), "w") as out:
            for time, picture in pictures:
                if first_s is None:
                    first_s = time
                    geometry = _even(geometry_of(picture, source.stream, width_px))
                    stream = out.add_stream("mjpeg", rate=source.rate)
                    stream.width, stream.height = geometry.upright
                    stream.pix_fmt, stream.codec_context.time_base = "yuvj420p", source.time_base
                    stream.options = {"qmin": _COARSENESS, "qmax": _COARSENESS}
                image = av.VideoFrame.from_ndarray(to_image(picture, geometry), format="rgb24")
                small = image.reformat(format="yuvj420p")
                small.pts = round((time - first_s) / source.time_base)
                small.time_base = source.time_base
                out.mux(stream.encode(small))
                progress("copying pictures", min(float(time - first_s) / max(length_s, 1e-3), 1.0))
            if first_s is not None:
                out.mux(stream.encode())
    finally:
        source.close()


def _even(geometry: Geometry) -> Geometry:
    """Sides that halve, as colours are kept at half the size."""
    width, height = (max(2, side // 2 * 2) for side in (geometry.width, geometry.height))
    return Geometry(width, height, geometry.turns)


def _drop_oldest(kept: Path) -> None:
    """Make the folder fit; the copy made last stays."""
    files = [(file.stat().st_mtime, file.stat().st_size, file) for file in _copies_beside(kept)]
    total = sum(size for _, size, _ in files)
    for _, size, file in sorted(files):
        if total <= MOST_BYTES:
            return
        if file != kept:
            file.unlink(missing_ok=True)
            total -= size


def _copies_beside(kept: Path) -> list[Path]:
    """All whole copies in a copy's folder."""
    return [file for file in kept.parent.glob(f"*{_SUFFIX}") if ".part" not in file.name]
