"""Figure 6 of FoleySpace made again: what both ears hear while a source moves, as one picture.

``python -m benchmarks.moving_figure -o FIGURE.svg [--weights FILE] [--steps N]`` draws two sounds
that no training has heard on ways that it has not seen: those of the first twenty whose sources
cross the most of the picture. Below the way: the mono in both ears, the measured responses, and the
network. Red is the left ear, blue the right one; solid boxes are where the source is on the right,
dashed ones where it is on the left. Each level is that of 50 ms.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.moving_spatialisers import made
from engine.metrics.direction_errors import ear_errors
from engine.models.foleyspace.moving import Recipe, Sample, make_sample
from engine.models.names import load_moving_spatialiser
from engine.models.sounds import SoundBank, parted, synthesised_sounds

_TEST_SEED = 1_000
_LOOKED_AT = 20
_WIDE, _HIGH, _LEFT, _TOP, _GAP = 420, 96, 118, 34, 14
_COLUMN_S = 0.05
_ASIDE_DEG = 15.0
_RED, _BLUE, _INK = "#d1495b", "#2e6fbb", "#444444"

Audio = NDArray[np.float32]


def crossing(recipe: Recipe, bank: SoundBank) -> list[Sample]:
    """The two samples whose sources cross the most while they sound, of the first twenty."""
    samples = [sounding(make_sample(recipe, bank, number)) for number in range(_LOOKED_AT)]
    return sorted(samples, key=lambda one: -float(np.ptp(one.positions[:, 0])))[:2]


def sounding(sample: Sample) -> Sample:
    """Without the silence after it."""
    loud = np.flatnonzero(np.abs(sample.mono) > 1e-3 * np.abs(sample.mono).max())
    share = (int(loud[-1]) + 1) / len(sample.mono)
    kept = max(round(share * len(sample.mono)), 1)
    places = max(round(share * len(sample.positions)), 2)
    return replace(
        sample,
        mono=sample.mono[:kept],
        binaural=sample.binaural[:, :kept],
        positions=sample.positions[:places],
    )


def levels(ears: Audio, rate_hz: int) -> NDArray[np.float64]:
    """(2, columns) RMS of both ears."""
    size = round(_COLUMN_S * rate_hz)
    whole = ears[:, : ears.shape[1] // size * size].reshape(2, -1, size)
    return np.sqrt(np.mean(np.square(whole, dtype=np.float64), axis=2))


def stretches(azimuth_deg: NDArray[np.float64]) -> Iterator[tuple[float, float, bool]]:
    """Start and end, as shares of the time, of where the source is aside; whether on the right."""
    sides = np.where(azimuth_deg > _ASIDE_DEG, 1, np.where(azimuth_deg < -_ASIDE_DEG, -1, 0))
    edges = [0, *(np.flatnonzero(np.diff(sides)) + 1).tolist(), len(sides)]
    for first, after in pairwise(edges):
        if sides[first] and after - first > len(sides) // 20:
            yield first / len(sides), after / len(sides), bool(sides[first] < 0)


def drawn_way(azimuth_deg: NDArray[np.float64], x: float, y: float) -> str:
    """Azimuth over time, left up."""
    across = x + np.linspace(0.0, _WIDE, len(azimuth_deg))
    down = y + _HIGH * (0.5 - azimuth_deg / 200.0)
    points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(across, down, strict=True))
    middle = y + _HIGH / 2.0
    return (
        f'<line x1="{x}" x2="{x + _WIDE}" y1="{middle}" y2="{middle}" stroke="#bbbbbb"/>'
        f'<polyline points="{points}" fill="none" stroke="{_INK}" stroke-width="1.5"/>'
    )


def drawn_ears(heard: NDArray[np.float64], top: float, x: float, y: float) -> str:
    """Left ear upwards, right ear downwards, `top` being the loudest."""
    middle, columns = y + _HIGH / 2.0, heard.shape[1]
    step = _WIDE / columns
    parts = []
    for ear, colour, sign in ((0, _RED, -1.0), (1, _BLUE, 1.0)):
        heights = middle + sign * heard[ear] / top * _HIGH / 2.0
        points = " ".join(f"{x + (k + 0.5) * step:.1f},{h:.1f}" for k, h in enumerate(heights))
        ends = f"{x + _WIDE},{middle} {x},{middle}"
        parts.append(f'<polygon points="{points} {ends}" fill="{colour}"/>')
    return "".join(parts)


def drawn_boxes(azimuth_deg: NDArray[np.float64], x: float, y: float) -> str:
    """Where the source is aside."""
    return "".join(
        f'<rect x="{x + _WIDE * start:.1f}" y="{y}" width="{_WIDE * (end - start):.1f}" '
        f'height="{_HIGH}" fill="none" stroke="{_INK}"{"" if right else dashes}/>'
        for dashes in (' stroke-dasharray="5 4"',)
        for start, end, right in stretches(azimuth_deg)
    )


def figure(columns: list[tuple[Sample, dict[str, Audio]]], rate_hz: int) -> str:
    """The picture as SVG."""
    rows = ["way", *columns[0][1]]
    width = _LEFT + len(columns) * (_WIDE + _GAP)
    height = _TOP + len(rows) * (_HIGH + _GAP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'font-family="sans-serif" font-size="13" fill="{_INK}">'
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>'
    ]
    for row, name in enumerate(rows):
        y = _TOP + row * (_HIGH + _GAP)
        parts.append(f'<text x="8" y="{y + _HIGH / 2 + 4}">{name}</text>')
    for column, (sample, heard) in enumerate(columns):
        x = _LEFT + column * (_WIDE + _GAP)
        azimuth_deg = sample.positions[:, 0].astype(np.float64)
        seconds = len(sample.mono) / rate_hz
        parts.append(f'<text x="{x}" y="20">{seconds:.1f} s; left is up</text>')
        parts.append(drawn_way(azimuth_deg, x, _TOP))
        told = {name: levels(ears, rate_hz) for name, ears in heard.items()}
        top = max(float(one.max()) for one in told.values())
        for row, (name, one) in enumerate(told.items(), 1):
            y = _TOP + row * (_HIGH + _GAP)
            parts.append(drawn_ears(one, top, x, y))
            if name != "mono":
                parts.append(drawn_boxes(azimuth_deg, x, y))
    return "\n".join([*parts, "</svg>", ""])


def main() -> int:
    """The command; the exit status is returned."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-o", "--out", type=Path, required=True)
    parser.add_argument("--weights")
    parser.add_argument("--steps", type=int, default=6)
    arguments = parser.parse_args()
    spatialiser, path = load_moving_spatialiser("foleyspace", arguments.weights)
    rate_hz = spatialiser.config.sample_rate_hz
    bank = SoundBank(parted(synthesised_sounds(12, rate_hz), "test"), rate_hz)
    recipe = Recipe(hrir=spatialiser.hrir, seed=_TEST_SEED, distances_m=spatialiser.distances_m)
    columns = []
    for sample in crossing(recipe, bank):
        ears = made(spatialiser, sample, arguments.steps)
        mono = np.stack([sample.mono] * 2)
        columns.append((sample, {"mono": mono, "measured": sample.binaural, "FoleySpace": ears}))
        errors = ear_errors(sample.binaural, ears, rate_hz)
        print(
            f"medians against measured: {np.median(errors.itd_us):.1f} us, "
            f"{np.median(errors.ild_db):.2f} dB"
        )
    arguments.out.write_text(figure(columns, rate_hz), encoding="utf-8")
    print(f"{path.name}, {arguments.steps} steps: {arguments.out}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
