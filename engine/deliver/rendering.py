"""One pass of the renderer for everything: each format streams into a file of floats.

Besides the listening formats it can give 'objects': every source in a channel of its own as it
arrives at the listener, then the ambience bed's four channels. That is what ADM carries.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from engine.deliver.edges import EdgeFades
from engine.deliver.loudness import Loudness, LoudnessMeter
from engine.errors import DeliveryError
from engine.jobs import Progress
from engine.realtime.snapshot import BED_CHANNELS, ChannelEncoder, Snapshot
from engine.render.renderer import render_snapshot
from engine.units import gain_to_db

OBJECTS = "objects"
METERED = ("binaural", "stereo", "5.1")


@dataclass(frozen=True)
class FloatFile:
    """Interleaved float32 samples on disk, read in blocks: memory does not grow with length."""

    path: Path
    channels: int
    samples: int

    def blocks(self, block_samples: int) -> Iterator[NDArray[np.float32]]:
        """Yield consecutive (channels, n) blocks."""
        with self.path.open("rb") as stream:
            for start in range(0, self.samples, block_samples):
                count = min(block_samples, self.samples - start)
                block = np.fromfile(stream, "<f4", count * self.channels)
                yield block.reshape(count, self.channels).T


@dataclass(frozen=True)
class Rendered:
    """One format on disk. `loudness` is there for loudspeaker and headphone mixes."""

    samples: FloatFile
    channel_peaks: NDArray[np.float64]
    """(channels,) largest magnitudes."""
    loudness: Loudness | None

    @property
    def sample_peak_dbfs(self) -> float:
        """Largest sample, in dB; -inf for silence."""
        return peak_dbfs(float(self.channel_peaks.max(initial=0.0)))


def with_objects(snapshot: Snapshot) -> Snapshot:
    """The snapshot with 'objects' as one more format."""
    count = len(snapshot.sources)
    channels = count + BED_CHANNELS
    identity = np.eye(count, channels)

    def gains(directions: NDArray[np.float64], focus: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.tile(identity, (len(directions) // max(count, 1), 1))

    bed = np.zeros((channels, BED_CHANNELS), np.float32)
    bed[count:] = np.eye(BED_CHANNELS)
    return replace(
        snapshot,
        formats=(*snapshot.formats, OBJECTS),
        channels=(*snapshot.channels, channels),
        encoders={**snapshot.encoders, OBJECTS: ChannelEncoder(channels, gains, bed)},
    )


def render_to_files(snapshot: Snapshot, folder: Path, progress: Progress) -> dict[str, Rendered]:
    """Render every format of the snapshot once, fade its edges, and measure as it goes.

    Returns
    -------
    dict
        What was rendered, by format.

    Raises
    ------
    DeliveryError
        If the disk is full, or the render holds NaN or infinity.
    """
    paths = {name: folder / f"{name}.f32" for name in snapshot.formats}
    rate_hz = snapshot.sample_rate_hz
    channels = dict(zip(snapshot.formats, snapshot.channels, strict=True))
    meters = {n: LoudnessMeter(channels[n], rate_hz) for n in snapshot.formats if n in METERED}
    edges = {name: EdgeFades(snapshot.length_samples, rate_hz) for name in snapshot.formats}
    peaks = {name: np.zeros(count) for name, count in channels.items()}
    files: dict[str, BinaryIO] = {}
    try:
        files = {name: path.open("wb") for name, path in paths.items()}
        for blocks in render_snapshot(snapshot, progress):
            for name, rendered in blocks.items():
                block = edges[name].apply(rendered)
                np.maximum(peaks[name], np.abs(block).max(axis=1), out=peaks[name])
                if not np.isfinite(peaks[name]).all():
                    raise _not_numbers(name)
                files[name].write(np.ascontiguousarray(block.T, dtype="<f4").tobytes())
                if name in meters:
                    meters[name].add(block)
        for file in files.values():
            file.flush()
    except OSError as error:
        raise DeliveryError(
            f"the render cannot be kept ({error.strerror or error})",
            place=folder.parent,
            remedy="free some disk space",
        ) from error
    finally:
        for file in files.values():
            with contextlib.suppress(OSError):  # what could not be flushed has been told above
                file.close()
    return {
        name: Rendered(
            FloatFile(paths[name], channels[name], snapshot.length_samples),
            peaks[name],
            meters[name].result() if name in meters else None,
        )
        for name in snapshot.formats
    }


def peak_dbfs(peak: float) -> float:
    """Level of a magnitude in dB; -inf for 0."""
    return float(gain_to_db(peak)) if peak > 0.0 else float("-inf")


def _not_numbers(name: str) -> DeliveryError:
    return DeliveryError(
        f"the {name} render holds NaN or infinity",
        remedy="mute tracks one by one to find the one that makes it",
    )
