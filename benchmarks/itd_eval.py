"""The clips' REAL binaural sound against where the picture says its vehicle is.

``python -m benchmarks.itd_eval DATA_FOLDER [--detector NAME --weights FILE] [--svg FILE]`` lifts
the vehicles of every street clip from the picture alone and takes, at every moment, the nearest
one for the one that sounds. Its azimuth is compared with the interaural time difference measured in
the clip's own sound: rank correlation a clip, over windows of half a second. ``--svg`` draws them.

Which vehicle is heard the picture does not say: while the nearest one in sight is far, or silent,
another that has gone by or is still to come is louder. The data's listeners noted when a vehicle
stands out; `heard` is the correlation over those windows alone, `all` over all in which one is in
sight. The time difference is taken between 300 and 1200 Hz: below, a street's rumble reaches both
ears alike, above, its phase turns more than once.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from benchmarks.street_truth import NOTES
from engine.metrics.direction import interaural_differences
from engine.vision.analyse import SeenObject, VisionSettings, analyse_video, spherical_of

Array = NDArray[np.float64]

RELIABLE = ("lisbon1076_42301", "lisbon1067_41198", "milan1166_44225")
"""Those in which the data's description says that sound follows the picture."""
WINDOW_S, HOP_S = 0.5, 0.25
BAND_HZ = (300.0, 1200.0)
_VEHICLES = ("vehicle", "car", "truck", "bus", "motorcycle", "train")
_LEAST_WINDOWS = 6
_PANEL, _MARGIN, _COLUMNS = 180, 26, 4


@dataclass(frozen=True)
class Heard:
    """One clip: azimuth (n,) in degrees by the picture, ITD (n,) in microseconds by the sound, and
    whether (n,) listeners noted a vehicle then."""

    name: str
    azimuth_deg: Array
    itd_us: Array
    noted: NDArray[np.bool_]

    @property
    def correlation(self) -> float:
        """Rank correlation over all windows, NaN where there is too little to compare."""
        return _rank(self.azimuth_deg, self.itd_us)

    @property
    def heard(self) -> float:
        """Rank correlation over the windows in which a vehicle was noted."""
        return _rank(self.azimuth_deg[self.noted], self.itd_us[self.noted])


def _rank(azimuth_deg: Array, itd_us: Array) -> float:
    if len(itd_us) < _LEAST_WINDOWS or np.ptp(azimuth_deg) < 20.0:
        return float("nan")
    return float(spearmanr(azimuth_deg, itd_us).statistic)


def noted(notes: dict, name: str, times_s: Array) -> NDArray[np.bool_]:
    """Whether (n,) listeners noted a vehicle in the picture at some times."""
    there = np.zeros(len(times_s), dtype=bool)
    for event in notes.get(name, {}).get("audio_objects", ()):
        if event["label"] != "offscreen":
            there |= (times_s >= event["start"]) & (times_s <= event["end"])
    return there


def stereo_of(clip: Path) -> tuple[Array, int]:
    """(2, samples) of a clip's own sound, and its rate."""
    with av.open(str(clip)) as container:
        stream = container.streams.audio[0]
        rate_hz = int(stream.rate)
        resampler = av.AudioResampler(format="fltp", layout="stereo", rate=rate_hz)
        parts = [
            part.to_ndarray()
            for block in container.decode(stream)
            for part in resampler.resample(block)
        ]
    return np.concatenate(parts, axis=1).astype(np.float64), rate_hz


def nearest_azimuth_deg(objects: tuple[SeenObject, ...], times_s: Array) -> Array:
    """Azimuth (n,) of the nearest vehicle in sight; NaN where there is none."""
    azimuth, distance = np.full(len(times_s), np.nan), np.full(len(times_s), np.inf)
    for seen in objects:
        if seen.label not in _VEHICLES:
            continue
        at, places = seen.boxes[:, 0], spherical_of(seen)
        here = (times_s >= at[0]) & (times_s <= at[-1])
        far = np.interp(times_s, at, places[:, 2])
        nearer = here & (far < distance)
        azimuth[nearer] = np.interp(times_s[nearer], at, places[:, 0])
        distance[nearer] = far[nearer]
    return azimuth


def listen(clip: Path, settings: VisionSettings, notes: dict) -> Heard:
    """Compare one clip's picture and sound."""
    sound, rate_hz = stereo_of(clip)
    ears = interaural_differences(sound, rate_hz, window_s=WINDOW_S, hop_s=HOP_S, band_hz=BAND_HZ)
    azimuth = nearest_azimuth_deg(analyse_video(clip, settings).objects, ears.times_s)
    there = np.isfinite(azimuth)
    name = clip.stem.removeprefix("urbansas_")
    told = noted(notes, name, ears.times_s)
    return Heard(name, azimuth[there], ears.itd_us[there], told[there])


def draw(clips: list[Heard], out: Path) -> None:
    """Write a figure: a panel a clip, azimuth to the left along x, ITD upwards."""
    rows = -(-len(clips) // _COLUMNS)
    side = _PANEL + _MARGIN
    width, height = _COLUMNS * side + _MARGIN, rows * (side + 12) + _MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        'font-family="sans-serif" font-size="10">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
    ]
    for index, clip in enumerate(clips):
        x, y = _MARGIN + index % _COLUMNS * side, _MARGIN + index // _COLUMNS * (side + 12)
        parts += _panel(clip, x, y)
    out.write_text("\n".join([*parts, "</svg>"]) + "\n", encoding="utf-8")


def _panel(clip: Heard, x: int, y: int) -> list[str]:
    mark = " *" if clip.name in RELIABLE else ""
    middle_x, middle_y = x + _PANEL / 2, y + _PANEL / 2
    parts = [
        f'<text x="{x}" y="{y - 4}">{clip.name}{mark}  {clip.heard:.2f} '
        f"({clip.correlation:.2f})</text>",
        f'<rect x="{x}" y="{y}" width="{_PANEL}" height="{_PANEL}" fill="none" stroke="#999"/>',
        f'<path d="M{middle_x} {y}v{_PANEL}M{x} {middle_y}h{_PANEL}" stroke="#ddd"/>',
        f'<text x="{x}" y="{y + _PANEL + 11}">60 left</text>',
        f'<text x="{x + _PANEL}" y="{y + _PANEL + 11}" text-anchor="end">right -60</text>',
    ]
    for azimuth, itd, told in zip(clip.azimuth_deg, clip.itd_us, clip.noted, strict=True):
        across = float(np.clip(0.5 - azimuth / 120.0, 0.0, 1.0))
        up = float(np.clip(0.5 - itd / 2000.0, 0.0, 1.0))
        parts.append(
            f'<circle cx="{x + across * _PANEL:.1f}" cy="{y + up * _PANEL:.1f}" r="2.5" '
            f'fill="{"#0b6e99" if told else "#bbb"}" fill-opacity="0.7"/>'
        )
    return parts


def main() -> None:
    """Print a line a clip, and draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--detector", default="motion+names")
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--svg", type=Path)
    parser.add_argument("--only", nargs="*", default=())
    arguments = parser.parse_args()
    settings = VisionSettings(detector=arguments.detector, weights=arguments.weights)
    notes = json.loads((arguments.data / NOTES).read_text())["meta"]
    clips = []
    for file in sorted((arguments.data / "av_binaural_gt").glob("*.mp4")):
        if "720p" in file.name or (
            arguments.only and not any(name in file.name for name in arguments.only)
        ):
            continue
        clip = listen(file, settings, notes)
        clips.append(clip)
        mark = "reliable" if clip.name in RELIABLE else ""
        print(f"{clip.name:18s} heard {clip.heard:5.2f} ({clip.noted.sum():2d} windows)  all "
              f"{clip.correlation:5.2f} ({len(clip.itd_us):2d})  {mark}", flush=True)  # fmt: skip
    for label, values in (
        ("heard", [c.heard for c in clips]), ("all", [c.correlation for c in clips])
    ):  # fmt: skip
        known = [v for v in values if np.isfinite(v)]
        print(f"{label}: median {np.median(known):.2f} over {len(known)} clips")
    if arguments.svg:
        draw(clips, arguments.svg)


if __name__ == "__main__":
    main()
