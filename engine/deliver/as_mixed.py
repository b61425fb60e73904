"""Delivery as loud as it was mixed: rendered blocks go straight into their files.

Nothing listens on the way but for the largest sample: no target, no limiter, no second pass. What
passes full scale is clipped there, and said.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.deliver.edges import EdgeFades
from engine.deliver.rendering import peak_dbfs
from engine.deliver.report import Deliverable, finite_or_none
from engine.deliver.surround import FILM_ORDER_INDICES
from engine.errors import DeliveryError
from engine.jobs import Progress
from engine.layouts import FORMATS
from engine.media.audio_file import AudioWriter, wave_mask_of
from engine.realtime.snapshot import Snapshot
from engine.render.renderer import render_snapshot


def check_mixes(wanted: tuple[str, ...]) -> None:
    """Refuse what has no levels of its own.

    Raises
    ------
    DeliveryError
        If anything but mixes and ambisonics is wanted.
    """
    others = [name for name in wanted if name not in FORMATS]
    if others:
        raise DeliveryError(
            f"{' and '.join(others)} cannot be delivered as mixed, without a loudness",
            remedy="leave them out, or give a loudness",
        )


def write_as_mixed(
    snapshot: Snapshot,
    folder: Path,
    names: Mapping[str, str],
    gains: Mapping[str, float],
    progress: Progress,
    *,
    film_order: bool = False,
) -> list[Deliverable]:
    """Render every format of the snapshot once, into 24-bit files of the given names.

    Parameters
    ----------
    gains : mapping
        Linear, of every format: `engine.deliver.rendering.heard_gains`.
    film_order : bool
        5.1 as L C R Ls Rs LFE.

    Raises
    ------
    DeliveryError
        If a file cannot be written, or the render holds NaN or infinity.
    """
    with contextlib.ExitStack() as closing:
        lines = {
            name: closing.enter_context(
                _Line(snapshot, name, folder / names[name], gains[name], film_order=film_order)
            )
            for name in snapshot.formats
        }
        for blocks in render_snapshot(snapshot, progress):
            for name, block in blocks.items():
                lines[name].write(block)
    return [line.described(names[name]) for name, line in lines.items()]


class _Line:
    """One format on its way into its file. A context manager."""

    def __init__(
        self, snapshot: Snapshot, name: str, path: Path, gain: float, *, film_order: bool
    ) -> None:
        self._name = name
        self._gain = np.float32(gain)
        self._length, self._rate_hz = snapshot.length_samples, snapshot.sample_rate_hz
        self._order = list(FILM_ORDER_INDICES) if film_order and name == "5.1" else None
        self._edges = EdgeFades(self._length, self._rate_hz)
        self._peak = 0.0
        mask = wave_mask_of(name) if self._order is None else 0
        self._writer = AudioWriter(path, FORMATS[name], self._rate_hz, wave_mask=mask)

    def __enter__(self) -> _Line:
        self._writer.__enter__()
        return self

    def __exit__(self, *raised: object) -> None:
        self._writer.__exit__(*raised)  # type: ignore[arg-type]

    def write(self, rendered: NDArray[np.float32]) -> None:
        block = self._edges.apply(rendered if self._gain == 1.0 else rendered * self._gain)
        self._peak = max(self._peak, float(block.max()), -float(block.min()))
        self._writer.write(block if self._order is None else block[self._order])

    def described(self, relative: str) -> Deliverable:
        peak = peak_dbfs(self._peak)
        over = f"clipped: peaks pass full scale by {peak:.1f} dB; lower the master by as much"
        return Deliverable(
            format=self._name,
            path=relative,
            channels=FORMATS[self._name],
            sample_rate_hz=self._rate_hz,
            duration_s=self._length / self._rate_hz,
            sample_peak_dbfs=finite_or_none(peak),
            notes=("as mixed", *((over,) if peak > 0.0 else ())),
        )
