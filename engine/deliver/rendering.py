"""One pass of the renderer for everything: each format streams into a file of floats.

Besides the listening formats it can give the channels of `engine.deliver.scene_channels`: every
source as it arrives at the listener, beds and the sound field. That is what ADM carries.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from engine.deliver.edges import SpanFades
from engine.deliver.loudness import Loudness, LoudnessMeter, TruePeakMeter, hop_samples
from engine.deliver.scene_channels import OBJECTS
from engine.errors import DeliveryError
from engine.jobs import Progress
from engine.layouts import FORMATS, LOUDSPEAKER_LAYOUTS
from engine.project.format_trims import trim_db
from engine.project.scene import Scene
from engine.realtime.snapshot import Snapshot
from engine.render.renderer import render_passages, render_snapshot
from engine.spatial.equal_loudness import ears_gain
from engine.spatial.hrir import HrirSet
from engine.units import db_to_gain, gain_to_db

MIXES = ("binaural", *LOUDSPEAKER_LAYOUTS)
"""Formats with a loudness of their own; the others are scenes, yet to be rendered by a player."""

_FLOAT_BYTES = 4

NO_GAINS: Mapping[str, float] = {}


def heard_gains(hrirs: HrirSet | None, scene: Scene, formats: Sequence[str]) -> dict[str, float]:
    """The gains that monitoring has, too: each format's trim, and for ears that of their set.

    No HRIR set makes a scene louder than another; `hrirs` is needed for binaural alone.
    """
    gains = {name: float(db_to_gain(trim_db(scene, name))) for name in formats}
    if hrirs is not None and "binaural" in gains:
        gains["binaural"] *= ears_gain(hrirs)
    return gains


@dataclass(frozen=True)
class FloatFile:
    """Interleaved float32 samples on disk, read in blocks: memory does not grow with length."""

    path: Path
    channels: int
    samples: int

    def blocks(
        self, block_samples: int, first: int = 0, after: int | None = None
    ) -> Iterator[NDArray[np.float32]]:
        """Yield consecutive (channels, n) blocks of all samples, or of those in [first, after)."""
        after = self.samples if after is None else min(after, self.samples)
        with self.path.open("rb") as stream:
            stream.seek(first * self.channels * _FLOAT_BYTES)
            for start in range(first, after, block_samples):
                count = min(block_samples, after - start)
                values = np.fromfile(stream, "<f4", count * self.channels)
                yield values.reshape(count, self.channels).T


@dataclass(frozen=True, eq=False)
class Rendered:
    """One format on disk.

    samples : the sound
    sample_rate_hz : int
    omni : (channels,) weights of the channels in a scene's omnidirectional sound (the W channel
        of ambisonics, the sum of all objects); None for a mix
    measured : what listened as it was rendered
    """

    samples: FloatFile
    sample_rate_hz: int
    omni: NDArray[np.float32] | None
    measured: RenderMeter

    def loudness(self, gain_db: float = 0.0) -> Loudness:
        """Of a mix, or of a scene's omnidirectional sound, with a gain; peaks of all channels."""
        return self.measured.result(gain_db)

    def meter(self) -> RenderMeter:
        """A fresh meter that listens in the same way."""
        return RenderMeter(self.samples.channels, self.sample_rate_hz, self.omni)


class RenderMeter:
    """Loudness of a mix, or of a scene's omnidirectional sound; peaks of all channels."""

    def __init__(
        self, channels: int, sample_rate_hz: int, omni: NDArray[np.float32] | None
    ) -> None:
        self._omni = omni
        self._loudness = LoudnessMeter(channels if omni is None else 1, sample_rate_hz)
        self._peak = TruePeakMeter(channels)
        self._hop_samples = hop_samples(sample_rate_hz)
        self._rest = np.zeros(0, np.float32)
        self._hop_peaks: list[NDArray[np.float32]] = []

    @property
    def hop_powers(self) -> NDArray[np.float64]:
        """Weighted power (n,) of every whole tenth of a second."""
        return self._loudness.hop_powers

    @property
    def hop_peaks(self) -> NDArray[np.float32]:
        """Largest sample of any channel in every tenth of a second, the last broken one too."""
        return np.concatenate([*self._hop_peaks, self._rest.max(keepdims=True, initial=0.0)])

    def add(self, block: NDArray[np.float32]) -> None:
        """Measure a (channels, n) block."""
        largest = np.concatenate([self._rest, np.abs(block).max(axis=0)])
        whole = largest.size // self._hop_samples * self._hop_samples
        self._hop_peaks.append(largest[:whole].reshape(-1, self._hop_samples).max(axis=1))
        self._rest = largest[whole:]
        if self._omni is None:
            self._loudness.add(block)
        else:
            self._loudness.add((self._omni @ block)[None])
            self._peak.add(block)

    def result(self, gain_db: float = 0.0) -> Loudness:
        """Everything so far, as it measures with a gain."""
        loudness = self._loudness.result(gain_db)
        if self._omni is None:
            return loudness
        return structs.replace(
            loudness,
            true_peak_dbtp=self._peak.true_peak_dbtp + gain_db,
            sample_peak_dbfs=self._peak.sample_peak_dbfs + gain_db,
        )


def render_to_files(
    snapshot: Snapshot,
    folder: Path,
    progress: Progress,
    objects_omni: NDArray[np.float32] | None = None,
    gains: Mapping[str, float] = NO_GAINS,
    spans: Sequence[tuple[int, int]] | None = None,
) -> dict[str, Rendered]:
    """Render every format of the snapshot once, fade its edges, and measure as it goes.

    Parameters
    ----------
    objects_omni : (channels,) float32, optional
        Weights of `OBJECTS` in the omnidirectional sound, where it is among the formats.
    gains : mapping, optional
        Gains of formats that have one of their own, see `heard_gains`.
    spans : sequence of (start sample, samples), optional
        Nothing but these, one after the other, each with faded edges; all of it by default.

    Returns
    -------
    dict
        What was rendered, by format.

    Raises
    ------
    DeliveryError
        If the disk is full, or the render holds NaN or infinity.
    """
    takers = {
        name: _Taker(
            name, folder, snapshot, objects_omni if name == OBJECTS else _omni(name),
            [samples for _, samples in spans or ((0, snapshot.length_samples),)],
            gains.get(name, 1.0),
        )
        for name in snapshot.formats
    }  # fmt: skip
    rendering = (
        render_snapshot(snapshot, progress)
        if spans is None
        else render_passages(snapshot, spans, progress)
    )
    with contextlib.ExitStack() as closing:
        for taker in takers.values():
            closing.enter_context(taker)
        for blocks in rendering:
            for name, block in blocks.items():
                takers[name].add(block)
    return {name: taker.result() for name, taker in takers.items()}


class _Taker:
    """Takes in one format's blocks: fades the edges, measures, writes floats. A context manager."""

    def __init__(
        self, name: str, folder: Path, snapshot: Snapshot, omni: NDArray[np.float32] | None,
        lengths_samples: Sequence[int], gain: float = 1.0,
    ) -> None:  # fmt: skip
        rate_hz = snapshot.sample_rate_hz
        channels = snapshot.channels[snapshot.formats.index(name)]
        self._name, self._folder, self._rate_hz = name, folder, rate_hz
        self._samples = FloatFile(folder / f"{name}.f32", channels, sum(lengths_samples))
        self._omni, self._gain = omni, np.float32(gain)
        self._meter = RenderMeter(channels, rate_hz, omni)
        self._edges = SpanFades(lengths_samples, rate_hz)

    def __enter__(self) -> _Taker:
        try:
            self._file: BinaryIO = self._samples.path.open("wb")
        except OSError as error:
            raise self._refusal(error) from error
        return self

    def add(self, rendered: NDArray[np.float32]) -> None:
        block = self._edges.apply(rendered * self._gain)
        if not np.isfinite(block).all():
            raise _not_numbers(self._name)
        try:
            self._file.write(np.ascontiguousarray(block.T, dtype="<f4").tobytes())
        except OSError as error:
            raise self._refusal(error) from error
        self._meter.add(block)

    def result(self) -> Rendered:
        return Rendered(self._samples, self._rate_hz, self._omni, self._meter)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            self._file.close()
        except OSError as error:  # buffered bytes that no longer fit
            if kind is None:
                raise self._refusal(error) from error

    def _refusal(self, error: OSError) -> DeliveryError:
        return DeliveryError(
            f"the render cannot be kept ({error.strerror or error})",
            place=self._folder.parent,
            remedy="free some disk space",
        )


def _omni(name: str) -> NDArray[np.float32] | None:
    """See `Rendered`; the W of ambisonics."""
    return None if name in MIXES else np.eye(1, FORMATS[name], dtype=np.float32)[0]


def peak_dbfs(peak: float) -> float:
    """Level of a magnitude in dB; -inf for 0."""
    return float(gain_to_db(peak)) if peak > 0.0 else float("-inf")


def _not_numbers(name: str) -> DeliveryError:
    return DeliveryError(
        f"the {name} render holds NaN or infinity",
        remedy="mute tracks one by one to find the one that makes it",
    )
