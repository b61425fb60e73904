"""Pictures of a video by timestamp: in order, or at any time.

Times are presentation times relative to the first picture that decodes, so variable frame rates
and files that do not start at zero come out exact. Pictures are upright (rotation metadata
applied), with square pixels, 8-bit RGB. One picture is held at a time, whatever the length.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from engine.errors import MediaError
from engine.media.opening import open_local
from engine.media.picture import Geometry, Image, geometry_of, to_image
from engine.media.reasons import why

_NO_PICTURES = frozenset({"tty", "bin", "xbin", "adf", "idf", "lrc", "srt", "webvtt", "ass"})
_CACHE_BYTES = 96 * 2**20
_READ_ON_S = 1.0
"""A reader that must go forward less than this decodes on instead of seeking."""


@dataclass
class Damage:
    """What a reading met that is not whole, counted while it goes on.

    lost : packets from which no picture could be decoded
    patched : pictures that the decoder marks as damaged, after the first whole one
    """

    lost: int = 0
    patched: int = 0

    def notes(self) -> tuple[str, ...]:
        """In words for the user; nothing where all is whole."""
        told = (
            f"{self.lost} could not be decoded" if self.lost else "",
            f"{self.patched} only in part" if self.patched else "",
        )
        words = " and ".join(part for part in told if part)
        if not words:
            return ()
        if not self.lost:
            words = f"{self.patched} could be decoded only in part"
        return (f"the video is damaged: of its pictures {words}; what happens there may be missed",)


@dataclass
class OpenVideo:
    """An opened file and its best picture stream. `close` it."""

    path: Path
    container: Any
    stream: Any

    @property
    def time_base(self) -> Fraction:
        """Seconds per tick of the picture stream."""
        return Fraction(self.stream.time_base or Fraction(1, 1000))

    @property
    def rate(self) -> Fraction:
        """Nominal frame rate in frames per second, 25 where the file does not say."""
        for rate in (self.stream.average_rate, self.stream.guessed_rate, self.stream.base_rate):
            if rate and 0.05 <= rate <= 1000:
                return Fraction(rate)
        return Fraction(25)

    def close(self) -> None:
        """Let go of the file."""
        self.container.close()


def open_video(path: str | os.PathLike[str]) -> OpenVideo:
    """Open a video file and choose its best picture stream.

    Raises
    ------
    MediaError
        If the file is missing, empty, not a video, a still image, or has sound only.
    """
    file = Path(path)
    _check_file(file)
    try:
        container = open_local(file)
    except (av.FFmpegError, OSError, ValueError) as error:
        raise _unreadable(file, error) from error
    try:
        stream = _picture_stream(file, container)
    except MediaError:
        container.close()
        raise
    stream.thread_type = "AUTO"
    return OpenVideo(file, container, stream)


def _check_file(file: Path) -> None:
    if not file.exists():
        raise MediaError("there is no such file", place=file, remedy="check the path")
    if file.is_dir():
        raise MediaError("this is a folder", place=file, remedy="give a video file")
    if not os.access(file, os.R_OK):
        raise MediaError("the file may not be read", place=file, remedy="check its permissions")
    if file.stat().st_size == 0:
        raise MediaError("the file is empty", place=file, remedy="copy or export it again")


def _unreadable(file: Path, error: Exception) -> MediaError:
    with file.open("rb") as handle:
        head = handle.read(64)
    if b"ftyp" in head or b"moov" in head:
        return MediaError(
            "the video is truncated or damaged: its index cannot be read",
            place=file,
            remedy="copy or export it again",
        )
    return MediaError(
        f"not a video that can be read: {why(error)}",
        place=file,
        remedy="give a video file such as .mp4, .mov, .mkv or .webm",
    )


def _picture_stream(file: Path, container: Any) -> Any:
    kind = container.format.name
    if kind in _NO_PICTURES:
        raise MediaError(
            "this is not a video", place=file, remedy="give a video file such as .mp4 or .mov"
        )
    if kind == "image2" or kind.endswith("_pipe"):
        raise MediaError("this is a still image", place=file, remedy="give a moving picture")
    streams = [s for s in container.streams.video if not _is_cover(s)]
    if not streams:
        if container.streams.audio:
            raise MediaError(
                "the file has sound but no picture",
                place=file,
                remedy="give a video, or place this sound with 'foleystage spatialise'",
            )
        raise MediaError("the file holds no picture", place=file, remedy="give a video file")
    best = container.streams.best("video")
    stream = best if best in streams else streams[0]
    if stream.codec_context is None or stream.width <= 0 or stream.height <= 0:
        raise MediaError(
            "no picture can be decoded (truncated, damaged or an unknown codec)",
            place=file,
            remedy="copy the file again, or convert it to H.264",
        )
    return stream


def _is_cover(stream: Any) -> bool:
    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def decode_pictures(
    video: OpenVideo, damage: Damage | None = None
) -> Iterator[tuple[Fraction, Any]]:
    """Presentation time (seconds in the file) and decoded picture, strictly increasing in time.

    Damaged packets are skipped, and counted in `damage`. Pictures without a timestamp follow at
    the nominal rate.
    """
    damage = damage or Damage()
    whole = False
    last: Fraction | None = None
    for packet in video.container.demux(video.stream):
        try:
            pictures = packet.decode()
        except av.FFmpegError:
            damage.lost += 1
            continue
        for picture in pictures:
            whole = whole or not picture.is_corrupt
            damage.patched += whole and picture.is_corrupt
            time = _time_of(picture, video, last)
            if last is None or time > last:
                last = time
                yield time, picture


def _time_of(picture: Any, video: OpenVideo, last: Fraction | None) -> Fraction:
    if picture.pts is not None:
        return Fraction(picture.pts) * Fraction(picture.time_base or video.time_base)
    return Fraction(0) if last is None else last + 1 / video.rate


def read_video_frames(
    path: str | os.PathLike[str],
    *,
    max_width: int | None = None,
    start_s: float = 0.0,
    end_s: float | None = None,
    gray: bool = False,
    damage: Damage | None = None,
) -> Iterator[tuple[float, Image]]:
    """Every picture of a video in order.

    Parameters
    ----------
    path : str or path
    max_width : int, optional
        Scale wider pictures down to this width (pixels), keeping the proportions.
    start_s, end_s : float
        Only pictures with ``start_s <= time < end_s`` (seconds from the first picture).
    gray : bool
        Give luminance only.
    damage : Damage, optional
        Counts what cannot be decoded on the way.

    Yields
    ------
    time_s : float
        Seconds from the first picture, exact by the file's timestamps.
    image : (height, width, 3) uint8 RGB array, or (height, width) if `gray`

    Raises
    ------
    MediaError
        If the file cannot be read or holds no picture that decodes.
    """
    video = open_video(path)
    first: Fraction | None = None
    geometry: Geometry | None = None
    reached_s = 0.0
    try:
        for time, picture in _from(video, start_s, damage):
            if first is None:
                first, geometry = time, geometry_of(picture, video.stream, max_width)
            assert geometry is not None
            time_s = reached_s = float(time - first)
            if end_s is not None and time_s >= end_s:
                return
            if time_s >= start_s:
                yield time_s, to_image(picture, geometry, gray=gray)
    except (av.FFmpegError, OSError) as error:
        raise MediaError(
            f"reading stopped after {reached_s:.2f} s: {why(error)}",
            place=video.path,
            remedy="copy or export it again; if it is whole, check the disk",
        ) from error
    finally:
        video.close()
    if first is None:
        raise no_pictures(video.path)


def _from(
    video: OpenVideo, start_s: float, damage: Damage | None
) -> Iterator[tuple[Fraction, Any]]:
    """The first picture, then (after a seek where that saves work) those from `start_s` on."""
    first: Fraction | None = None
    for time, picture in decode_pictures(video, damage):
        if first is None:
            first = time
            yield time, picture
            if start_s > 2.0:
                break
            continue
        yield time, picture
    else:
        return
    seek(video, float(first) + start_s - 1.0)
    yield from decode_pictures(video, damage)


def seek(video: OpenVideo, file_time_s: float) -> None:
    """Go to the last key picture at or before a time in the file; to its start if that fails."""
    ticks = int(max(file_time_s, 0.0) / video.time_base)
    try:
        video.container.seek(ticks, stream=video.stream, backward=True)
    except av.FFmpegError:
        reopened = open_video(video.path)
        video.container.close()
        video.container, video.stream = reopened.container, reopened.stream


def no_pictures(path: Path) -> MediaError:
    """The error of a video in which nothing decodes."""
    return MediaError(
        "no picture in it can be decoded",
        place=path,
        remedy="copy the file again, or convert it to H.264",
    )


class VideoReader:
    """The picture on screen at any time, exact, with a small cache. Usable from any one thread.

    Parameters
    ----------
    path : str or path
    max_width : int, optional
        Scale wider pictures down to this width.

    Attributes
    ----------
    width, height : int
        Size of the images given.
    """

    def __init__(self, path: str | os.PathLike[str], max_width: int | None = None) -> None:
        self._lock = threading.Lock()
        self._video = open_video(path)
        self._cache: OrderedDict[Fraction, Image] = OrderedDict()
        self._pictures = decode_pictures(self._video)
        self._now = next(self._pictures, None)
        if self._now is None:
            self._video.close()
            raise no_pictures(self._video.path)
        self._next = next(self._pictures, None)
        self._first = self._now[0]
        self._geometry = geometry_of(self._now[1], self._video.stream, max_width)
        self.width, self.height = self._geometry.upright
        self._cache_images = max(2, _CACHE_BYTES // (self.width * self.height * 3))

    def at(self, time_s: float) -> tuple[float, Image]:
        """The picture on screen at `time_s`: the last whose time is not after it.

        Before the first picture it is the first, after the last the last.

        Returns
        -------
        time_s : float
            When that picture appears, seconds from the first picture.
        image : (height, width, 3) uint8 RGB array (shared with the cache: do not change it)
        """
        with self._lock:
            self._go(self._first + Fraction(max(time_s, 0.0)) + Fraction(1, 1_000_000))
            assert self._now is not None
            time, picture = self._now
            image = self._cache.pop(time, None)
            if image is None:
                image = to_image(picture, self._geometry)
            self._cache[time] = image
            while len(self._cache) > self._cache_images:
                self._cache.popitem(last=False)
            return float(time - self._first), image

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._cache.clear()
            self._video.close()

    def __enter__(self) -> VideoReader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _go(self, target: Fraction) -> None:
        """Make `_now` the picture on screen at `target` (time in the file)."""
        assert self._now is not None
        ahead = self._next is not None and target - self._next[0] <= _READ_ON_S
        if not (self._now[0] <= target and (self._next is None or ahead)):
            self._jump(target)
        while self._next is not None and self._next[0] <= target:
            self._advance()

    def _advance(self) -> None:
        self._now, self._next = self._next, next(self._pictures, None)

    def _jump(self, target: Fraction) -> None:
        """Seek so that `_now` is at or before `target`; go further back where a seek lands late."""
        for back_s in (0.0, 1.0, 5.0, 20.0):
            seek(self._video, float(target) - back_s)
            if self._restart(target):
                return
        reopened = open_video(self._video.path)
        self._video.close()
        self._video = reopened
        self._restart(target)

    def _restart(self, target: Fraction) -> bool:
        self._pictures = decode_pictures(self._video)
        now = next(self._pictures, None)
        if now is None:
            return False
        self._now, self._next = now, next(self._pictures, None)
        return now[0] <= target or now[0] <= self._first
