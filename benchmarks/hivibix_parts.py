"""What each part of HiViBiX is worth: the paper's table 3, on pseudo pairs of sounds held out.

``python -m benchmarks.hivibix_parts FILE ... [--pairs N] [--features FILE]`` prints STFT, ENV and
SNR of Mono-Mono, of PseudoBinaural, and of every checkpoint of `foleystage train hivibix` (with
``--without`` and without). HiViBiX is told the boxes of what sounds; PseudoBinaural finds it.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np

from engine.metrics.binaural import METRIC_RATE_HZ, BinauralScores, compare_binaural
from engine.models.hivibix.features import EmbeddedFeatures
from engine.models.hivibix.infer import HivibixSpatialiser, load_hivibix
from engine.models.names import load_spatialiser
from engine.models.pseudobinaural.pairs import Recipe, make_pair
from engine.models.sounds import SoundBank, parted, synthesised_sounds

T = TypeVar("T")
FIGURES = ("stft", "env", "snr_db")
_PAIR_S, _TEST_SEED = 2, 1_000


def name_of(network: HivibixSpatialiser) -> str:
    """What it is without, if anything."""
    parts = {name: getattr(network.config, name) for name in ("position", "depth", "film")}
    left_out = [name for name, is_there in parts.items() if not is_there]
    return f"without {', '.join(left_out)}" if left_out else "HiViBiX"


def always(value: T) -> Callable[[float], T]:
    """That, at any time."""
    return lambda _: value


def main() -> int:
    """The command; the exit status is returned."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", nargs="+", type=Path)
    parser.add_argument("--pairs", type=int, default=50)
    parser.add_argument("--features", help="weights of PseudoBinaural that it has learned with")
    arguments = parser.parse_args()
    features = EmbeddedFeatures(load_spatialiser("pseudobinaural", arguments.features)[0].network)
    seeing = load_spatialiser("pseudobinaural")[0]
    networks = {name_of(n): n for n in map(load_hivibix, arguments.weights)}
    bank = SoundBank(parted(synthesised_sounds(12, METRIC_RATE_HZ), "test"), METRIC_RATE_HZ)
    recipe = Recipe(features.picture_px, _PAIR_S * METRIC_RATE_HZ, _TEST_SEED)
    scores: dict[str, list[BinauralScores]] = {}
    for number in range(arguments.pairs):
        pair = make_pair(recipe, bank, number)
        mono = pair.binaural.mean(axis=0)
        seen = features.seen([pair.picture], [pair.boxes])
        apart = seeing.difference(mono, always(pair.picture))
        made = {"Mono-Mono": np.stack([mono, mono])}
        made["PseudoBinaural"] = np.stack([mono + apart, mono - apart])
        for name, network in networks.items():
            made[name] = network.ears(mono, always(seen))
        for name, ears in made.items():
            found = compare_binaural(pair.binaural, ears, METRIC_RATE_HZ, normalise=True)
            scores.setdefault(name, []).append(found)
    print(f"{arguments.pairs} pseudo pairs of {_PAIR_S} s, sounds held out")
    print(f"{'':<24}" + "".join(f"{figure:>10}" for figure in FIGURES))
    for name, several in scores.items():
        means = [float(np.mean([getattr(one, figure) for one in several])) for figure in FIGURES]
        print(f"{name:<24}" + "".join(f"{mean:>10.4f}" for mean in means))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
