"""How close learned spatialisers come to true binaural sound, beside those that learn nothing.

``python -m benchmarks.spatialisers [--weights FILE] [--pairs N] [--clips FOLDER] [--each]``
prints the five published figures (lower is better but for snr_db) on pseudo pairs of sounds that no
training has heard, and on clips with binaural sound if a folder of them is given: for Mono-Mono
(the same in both ears), for panning by somebody who knows where the sources are (pseudo pairs
only), for the network, and for the network that is shown the picture mirrored.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import wilcoxon

from engine.media.audio_file import read_audio
from engine.media.decode import VideoReader
from engine.metrics.binaural import METRIC_RATE_HZ, BinauralScores, compare_binaural
from engine.models.binauralise import spread
from engine.models.names import Spatialiser, load_spatialiser
from engine.models.pseudobinaural.pairs import Recipe, make_pair
from engine.models.sounds import SoundBank, parted, synthesised_sounds

FIGURES = ("stft", "env", "mag", "d_phase", "snr_db")
MONO, PANNED, LEARNED, MIRRORED = "mono-mono", "panning, told where", "network", "picture mirrored"
_PAIR_S = 2
_TEST_SEED = 1_000

Audio = NDArray[np.float32]
Estimates = dict[str, Audio]


def pseudo_pairs(spatialiser: Spatialiser, count: int) -> Iterator[tuple[str, Audio, Estimates]]:
    """Name, true sound and estimates of pairs made of sounds held out from training."""
    bank = SoundBank(parted(synthesised_sounds(12, METRIC_RATE_HZ), "test"), METRIC_RATE_HZ)
    recipe = Recipe(spatialiser.config.picture_px, _PAIR_S * METRIC_RATE_HZ, _TEST_SEED)
    for number in range(count):
        pair = make_pair(recipe, bank, number)
        mono = pair.binaural.mean(axis=0)
        powers = np.square(pair.sources).sum(axis=1)
        side = float(np.average(np.sin(np.radians(pair.azimuth_deg)), weights=powers))
        picture = pair.picture
        yield (
            f"{number:04d} {' + '.join(pair.things)}",
            pair.binaural,
            {
                MONO: np.stack([mono, mono]),
                PANNED: np.stack([mono * (1 + side), mono * (1 - side)]),
                LEARNED: _ears(mono, spatialiser, _still(picture)),
                MIRRORED: _ears(mono, spatialiser, _still(picture[:, ::-1])),
            },
        )


def clips(spatialiser: Spatialiser, folder: Path) -> Iterator[tuple[str, Audio, Estimates]]:
    """Name, true sound (at 16 kHz) and estimates of the films of a folder with two channels."""
    for file in sorted(folder.glob("*.mp4")):
        sound, rate_hz = read_audio(file)
        if len(sound) != 2:
            continue
        mono = sound.mean(axis=0)
        reader = VideoReader(file, max_width=512)

        def seen(
            piece: Audio, start_s: float, reader: VideoReader = reader, turned: bool = False
        ) -> Audio:
            def picture_at(time_s: float) -> NDArray[np.uint8]:
                picture = reader.at(time_s)[1]
                return picture[:, ::-1] if turned else picture

            return spatialiser.difference(piece, picture_at, start_s)

        def mirrored(piece: Audio, start_s: float, seen: Callable[..., Audio] = seen) -> Audio:
            return seen(piece, start_s, turned=True)

        rates = (rate_hz, spatialiser.config.sample_rate_hz)
        estimates = {
            MONO: np.stack([mono, mono]),
            LEARNED: spread(mono, *rates, seen, 0.0),
            MIRRORED: spread(mono, *rates, mirrored, 0.0),
        }
        reader.close()
        yield file.stem, *_at_16_khz(sound, estimates, rate_hz)


def compared(
    material: Iterator[tuple[str, Audio, Estimates]], each: bool = False
) -> dict[str, list[BinauralScores]]:
    """Scores by name of the estimate, one for each true sound; printed one by one if asked for."""
    scores: dict[str, list[BinauralScores]] = {}
    for sound, true, estimates in material:
        for name, estimate in estimates.items():
            found = compare_binaural(true, estimate, METRIC_RATE_HZ, normalise=True)
            scores.setdefault(name, []).append(found)
        if each:
            stft = "  ".join(f"{name} {scores[name][-1].stft:.4f}" for name in estimates)
            print(f"{sound:<44} stft: {stft}", flush=True)
    return scores


def print_scores(scores: dict[str, list[BinauralScores]]) -> None:
    """Means, and how surely they differ from Mono-Mono's (Wilcoxon, paired)."""
    print(f"{'':<20}" + "".join(f"{figure:>10}" for figure in FIGURES))
    for name, found in scores.items():
        means = [float(np.mean([getattr(one, figure) for one in found])) for figure in FIGURES]
        print(f"{name:<20}" + "".join(f"{mean:>10.4f}" for mean in means))
        if name == LEARNED:
            cells = [_told(scores, figure) for figure in FIGURES]
            print(f"{'  than mono-mono':<20}" + "".join(f"{cell:>10}" for cell in cells))


def _told(scores: dict[str, list[BinauralScores]], figure: str) -> str:
    """Change of the mean over Mono-Mono's, with * where p < 0.05."""
    ours, theirs = (
        np.array([getattr(one, figure) for one in scores[name]]) for name in (LEARNED, MONO)
    )
    change = ours.mean() - theirs.mean()
    sure = "*" if wilcoxon(ours, theirs).pvalue < 0.05 else ""
    return f"{change:+.2f}{sure}" if figure == "snr_db" else f"{change / theirs.mean():+.1%}{sure}"


def _ears(
    mono: Audio, spatialiser: Spatialiser, picture_at: Callable[[float], NDArray[np.uint8]]
) -> Audio:
    apart = spatialiser.difference(mono, picture_at)
    return np.stack([mono + apart, mono - apart])


def _still(picture: NDArray[np.uint8]) -> Callable[[float], NDArray[np.uint8]]:
    """That picture at any time."""
    return lambda _: picture


def _at_16_khz(sound: Audio, estimates: Estimates, rate_hz: int) -> tuple[Audio, Estimates]:
    """All at the rate that figures are defined at."""
    from math import gcd

    from scipy.signal import resample_poly

    common = gcd(rate_hz, METRIC_RATE_HZ)
    rates = (METRIC_RATE_HZ // common, rate_hz // common)
    return (
        resample_poly(sound, *rates, axis=1),
        {name: resample_poly(one, *rates, axis=1) for name, one in estimates.items()},
    )


def main() -> int:
    """The command; the exit status is returned."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="pseudobinaural")
    parser.add_argument("--weights")
    parser.add_argument("--pairs", type=int, default=100)
    parser.add_argument("--clips", type=Path, help="films with binaural sound")
    parser.add_argument("--each", action="store_true", help="print the STFT distance of each")
    arguments = parser.parse_args()
    spatialiser, path = load_spatialiser(arguments.model, arguments.weights)
    print(f"{arguments.model}, {path.name}")
    if arguments.pairs:
        began_s = time.process_time()
        scores = compared(pseudo_pairs(spatialiser, arguments.pairs), arguments.each)
        print(f"\n{arguments.pairs} pseudo pairs of {_PAIR_S} s, sounds held out")
        print_scores(scores)
        print(f"({time.process_time() - began_s:.1f} s of processor time)")
    if arguments.clips:
        scores = compared(clips(spatialiser, arguments.clips), arguments.each)
        print(f"\n{len(next(iter(scores.values())))} clips of {arguments.clips}")
        print_scores(scores)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
