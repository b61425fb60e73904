"""The picture with its new sound: video packets copied as they are, the 5.1 mix beside them.

Containers are tried in turn until one holds the picture's codec, each with the sound codec whose
channel layout every reader finds there: AAC in mp4, 24-bit PCM in mov, FLAC in mkv, AC-3 in avi.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import av.error
import numpy as np
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream
from numpy.typing import NDArray

from engine.errors import DeliveryError
from engine.jobs import Progress
from engine.media.opening import open_local
from engine.media.reasons import why

Blocks = Iterable[NDArray[np.float32]]

_AAC_BITS_PER_S = 768_000
_AAC_OPTIONS = {"aac_pns": "0", "aac_coder": "fast"}
"""No noise substitution: it would put a panned noise everywhere. The fast search takes a quarter of
the time and at this rate is no noisier (25 to 50 dB below the sound of the demo, against 24 to 33).
"""

_AC3_BITS_PER_S = 448_000
_LAYOUT = "5.1"
_PACKETS_TRIED = 8
_KEPT_METADATA = ("title", "artist", "comment", "description", "copyright")


@dataclass(frozen=True)
class Container:
    """A file kind, and the sound codec that goes with it. `highest_rate_hz` bounds that codec."""

    suffix: str
    name: str
    sound_codec: str
    sample_format: str
    bits_per_s: int = 0
    highest_rate_hz: int = 192_000
    lossy: bool = False


MP4 = Container(".mp4", "mp4", "aac", "fltp", _AAC_BITS_PER_S, 96_000, lossy=True)
MOV = Container(".mov", "mov", "pcm_s24le", "s32")
MKV = Container(".mkv", "matroska", "flac", "s32")
AVI = Container(".avi", "avi", "ac3", "fltp", _AC3_BITS_PER_S, 48_000, lossy=True)
CONTAINERS = (MP4, MOV, MKV, AVI)

_MP4_CODECS = {"h264", "hevc", "mpeg4", "av1", "vp9", "mpeg2video", "mpeg1video"}
"""What players expect in mp4; FFmpeg would write more there than they read."""


def choose_container(video_path: Path, suffix: str | None = None) -> Container:
    """The first container that holds the video's packets (or the one of the given suffix).

    Raises
    ------
    DeliveryError
        If none does, or the wanted one does not.
    """
    with _opened(video_path) as source:
        stream = _picture(source, video_path)
        packets = list(itertools.islice(_packets(source, stream), _PACKETS_TRIED))
        codec = stream.codec.canonical_name
        order = [c for c in CONTAINERS if c is not MP4 or codec in _MP4_CODECS]
        if suffix is not None:
            order = [container for container in CONTAINERS if container.suffix == suffix.lower()]
        for container in order:
            if _holds(container, stream, packets):
                return container
    wanted = suffix or "any container"
    raise DeliveryError(
        f"the picture's codec '{codec}' cannot be copied into {wanted}",
        place=video_path,
        remedy="convert the video to H.264 first" if suffix is None else "choose another ending",
    )


def write_video(
    path: Path,
    video_path: Path,
    first_time_s: float,
    container: Container,
    blocks: Blocks,
    sample_rate_hz: int,
    progress: Progress,
) -> None:
    """Write the picture with the 5.1 mix; both start together at 0.

    Parameters
    ----------
    first_time_s : float
        Presentation time of the picture's first frame in its file, where the mix starts. Time
        differences between frames are kept as they are, and so are rotation and aspect.
    blocks : iterable of (6, n) float32
        L R C LFE Ls Rs.

    Raises
    ------
    DeliveryError
        If the video cannot be read to its end, or the file cannot be written.
    """
    try:
        with _opened(video_path) as source, _created(path, container) as output:
            _copy(source, output, video_path, first_time_s, container, blocks, sample_rate_hz,
                  progress)  # fmt: skip
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise DeliveryError(
            f"the video with sound cannot be written: {why(error)}",
            place=video_path,
            remedy="check the video and the free disk space",
        ) from error


def _copy(
    source: InputContainer,
    output: OutputContainer,
    video_path: Path,
    first_time_s: float,
    container: Container,
    blocks: Blocks,
    sample_rate_hz: int,
    progress: Progress,
) -> None:
    picture = _picture(source, video_path)
    copied = output.add_stream_from_template(picture, opaque=True)
    copied.time_base = picture.time_base
    sound = _add_sound(output, container, sample_rate_hz)
    for key in _KEPT_METADATA:
        if key in source.metadata:
            output.metadata[key] = source.metadata[key]
    encoded = _SoundPackets(sound, container, blocks, sample_rate_hz)
    base = picture.time_base or Fraction(1, 90_000)
    shift = round(Fraction(first_time_s).limit_denominator(10**9) / base)
    length = float(picture.duration * base) if picture.duration else 0.0
    for packet in _packets(source, picture):
        packet.dts = (packet.dts or 0) - shift
        packet.pts = None if packet.pts is None else packet.pts - shift
        time_s = float(packet.dts * base)
        progress("writing the video", min(time_s / length, 1.0) if length else 0.0)
        output.mux(encoded.until(time_s))
        packet.stream = copied
        output.mux(packet)
    output.mux(encoded.until(float("inf")))


class _SoundPackets:
    """Encodes the mix only as far as the picture has come, so that neither waits in memory."""

    def __init__(
        self, stream: AudioStream, container: Container, blocks: Blocks, sample_rate_hz: int
    ) -> None:
        self._stream = stream
        self._container = container
        self._blocks: Iterator[NDArray[np.float32]] = iter(blocks)
        self._rate_hz = sample_rate_hz
        self._resampler = av.AudioResampler(
            format=container.sample_format, layout=_LAYOUT, rate=stream.rate
        )
        self._samples = 0
        self._ended = False

    def until(self, time_s: float) -> list[Packet]:
        """Packets of the mix up to a moment (all that remain, and the encoder's rest, at inf)."""
        packets: list[Packet] = []
        while not self._ended and self._samples < time_s * self._rate_hz:
            block = next(self._blocks, None)
            if block is None:
                self._ended = True
                for rest in self._resampler.resample(None):
                    packets += self._stream.encode(rest)
                packets += self._stream.encode(None)
            elif block.shape[1]:
                for piece in self._resampler.resample(self._wrap(block)):
                    packets += self._stream.encode(piece)
        return packets

    def _wrap(self, block: NDArray[np.float32]) -> av.AudioFrame:
        if self._container.sample_format == "s32":
            full_scale = 1 << 23
            steps = np.rint(block.astype(np.float64) * full_scale)
            words = np.clip(steps, -full_scale, full_scale - 1).astype(np.int32) << 8
            packed = np.ascontiguousarray(words.T).reshape(1, -1)
            wrapped = av.AudioFrame.from_ndarray(packed, format="s32", layout=_LAYOUT)
        else:
            planes = np.ascontiguousarray(block, dtype=np.float32)
            wrapped = av.AudioFrame.from_ndarray(planes, format="fltp", layout=_LAYOUT)
        wrapped.sample_rate = self._rate_hz
        wrapped.time_base = Fraction(1, self._rate_hz)
        wrapped.pts = self._samples
        self._samples += block.shape[1]
        return wrapped


def _add_sound(output: OutputContainer, container: Container, sample_rate_hz: int) -> AudioStream:
    rate_hz = sample_rate_hz if sample_rate_hz <= container.highest_rate_hz else 48_000
    options = _AAC_OPTIONS if container is MP4 else {}
    stream = output.add_stream(container.sound_codec, rate=rate_hz, layout=_LAYOUT, options=options)
    assert isinstance(stream, AudioStream)
    stream.codec_context.format = container.sample_format
    if container.bits_per_s:
        stream.codec_context.bit_rate = container.bits_per_s
    return stream


def _holds(container: Container, picture: VideoStream, packets: list[Packet]) -> bool:
    """Try a few packets in a file that nobody sees."""
    try:
        with av.open(_Discard(), "w", format=container.name) as output:
            copied = output.add_stream_from_template(picture, opaque=True)
            _add_sound(output, container, 48_000)
            output.start_encoding()
            for packet in packets:
                packet.stream = copied
                output.mux(packet)
                packet.stream = picture
    except (av.error.FFmpegError, ValueError):
        return False
    return True


class _Discard:
    """A seekable file that keeps nothing."""

    def __init__(self) -> None:
        self._place = 0
        self._length = 0

    def write(self, content: bytes) -> int:
        self._place += len(content)
        self._length = max(self._length, self._place)
        return len(content)

    def seek(self, offset: int, whence: int = 0) -> int:
        self._place = offset + (0, self._place, self._length)[whence]
        return self._place

    def tell(self) -> int:
        return self._place


def _opened(video_path: Path) -> InputContainer:
    try:
        return open_local(video_path, {"fflags": "+genpts"})
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise DeliveryError(
            "the picture cannot be read, so no video can be delivered",
            place=video_path,
            remedy="put the video back in its place or deliver without 'video'",
        ) from error


def _created(path: Path, container: Container) -> OutputContainer:
    # 'bitexact' keeps dates, versions and random identities out of the file.
    return av.open(str(path), "w", format=container.name, options={"fflags": "+bitexact"})


def _picture(source: InputContainer, video_path: Path) -> VideoStream:
    if not source.streams.video:
        raise DeliveryError("the file holds no picture", place=video_path)
    return source.streams.video[0]


def _packets(source: InputContainer, picture: VideoStream) -> Iterator[Packet]:
    """The picture's packets in decoding order, each with a decoding time.

    Matroska leaves out the first decoding times of reordered pictures: they are counted back
    from the first one it gives.
    """
    waiting: list[Packet] = []
    known = False
    for packet in source.demux(picture):
        if packet.size == 0:
            continue
        if known or packet.dts is not None:
            _count_back(waiting, packet)
            yield from waiting
            waiting, known = [], True
            if packet.dts is None:
                packet.dts = packet.pts
            yield packet
        else:
            waiting.append(packet)
    for packet in waiting:
        packet.dts = packet.pts
        yield packet


def _count_back(waiting: list[Packet], first_known: Packet) -> None:
    step = max(first_known.duration or 1, 1)
    for index, packet in enumerate(waiting):
        packet.dts = (first_known.dts or 0) - step * (len(waiting) - index)
