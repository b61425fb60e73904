"""How long questions to a sound library of 100,000 recordings take.

    python -m benchmarks.sound_library [--sounds N]

The index is synthetic: rows with names, descriptions and UCS categories drawn from a vocabulary by
a Zipf law, as words in real libraries are, and random descriptions of their sound. Words are asked
for that are rare, common and unfinished; 'more like this' includes listening to the file asked
for. Medians of eleven in processor time, which other programs on the machine do not prolong.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.results import Figure, print_figures
from engine.library.database import Database
from engine.library.features import SIZE
from engine.library.meaning import search_meaning, vectors_of
from engine.library.recording import Recording
from engine.library.search import like, search
from engine.library.ucs import categories
from engine.media.audio_file import write_audio

SOUNDS = 100_000
LIMIT_MS = 100.0
_REPEATS = 11
_SYLLABLES = [
    "ba",
    "ce",
    "di",
    "fo",
    "gu",
    "ka",
    "le",
    "mi",
    "no",
    "pu",
    "ra",
    "se",
    "ti",
    "vo",
    "zu",
]


def main() -> int:
    """The command; the exit status is 1 where a question takes longer than 100 ms."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sounds", type=int, default=SOUNDS)
    figures = measure_library(parser.parse_args().sounds)
    print_figures(figures)
    return int(any(figure.value > LIMIT_MS for figure in figures))


def measure_library(sounds: int = SOUNDS) -> list[Figure]:
    """Processor time of questions to an index of that many recordings."""
    with tempfile.TemporaryDirectory() as folder, Database(Path(folder)) as database:
        words = vocabulary()
        fill(database, sounds, words)
        asked = Path(folder) / "asked.wav"
        rng = np.random.default_rng(1)
        listener = _Listener()
        listen_at_random(database, listener)
        write_audio(asked, rng.standard_normal((1, 48_000)) * 0.1, 48_000)
        questions: dict[str, Callable[[], object]] = {
            "rare word": lambda: search(database, words[900]),
            "commonest word": lambda: search(database, words[0]),
            "two common words": lambda: search(database, f"{words[0]} {words[1]}"),
            "unfinished word": lambda: search(database, words[0][:2]),
            "words that never meet": lambda: search(database, " ".join(words[:900:150])),
            "category": lambda: search(database, f"category:doors {words[3]}"),
            "more like this": lambda: like(database, asked),
            "by meaning": lambda: search_meaning(database, listener, "a door"),
        }
        return [_figure(name, ask) for name, ask in questions.items()]


class _Listener:
    """As large as CLAP's descriptions are; what the network itself takes is not measured."""

    name, identity, size = "random", "random", 512

    def of_words(self, words: str) -> NDArray[np.float32]:
        drawn = np.random.default_rng(len(words)).standard_normal(self.size)
        return np.asarray(drawn / np.linalg.norm(drawn), dtype=np.float32)

    def of_sound(self, sound: NDArray[np.floating], sample_rate_hz: int) -> NDArray[np.float32]:
        return self.of_words("")


def listen_at_random(database: Database, listener: _Listener) -> None:
    """A description for every recording."""
    rng = np.random.default_rng(2)
    ids = database.ids().tolist()
    drawn = rng.standard_normal((len(ids), listener.size), dtype=np.float32)
    drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
    vectors_of(database, listener).put(dict(zip(ids, drawn, strict=True)))


def vocabulary() -> list[str]:
    """A thousand words, commonest first."""
    rng = np.random.default_rng(0)
    made = dict.fromkeys("".join(rng.choice(_SYLLABLES, 3)) for _ in range(3000))
    return list(made)[:1000]


def fill(database: Database, count: int, words: list[str]) -> None:
    """Rows of a library of that size."""
    rng = np.random.default_rng(0)
    share = 1.0 / np.arange(1, len(words) + 1)
    drawn = rng.choice(len(words), (count, 12), p=share / share.sum())
    kinds = list(categories().values())
    root = Path("/library")
    ids = []
    for index, row in enumerate(drawn):
        texts = [words[i] for i in row]
        kind = kinds[index % len(kinds)]
        recording = Recording(
            path=f"/library/{index:06d}.wav", title=" ".join(texts[:4]),
            description=" ".join(texts[4:]), category=kind.category, subcategory=kind.subcategory,
            licence="CC0", duration_s=1.0, sample_rate_hz=48_000, channels=1,
        )  # fmt: skip
        ids.append(database.put(recording, root, (1, 1), " ".join(texts[:4]), "library"))
    vectors = rng.standard_normal((count, SIZE)).astype(np.float32)
    database.put_vectors(dict(zip(ids, vectors, strict=True)))
    database.sql.commit()


def _figure(name: str, ask: Callable[[], object]) -> Figure:
    times_ms: list[float] = []
    passed_ms: list[float] = []
    for _ in range(_REPEATS):
        begun_s, worked_s = time.perf_counter(), time.process_time()
        ask()
        passed_ms.append(1000.0 * (time.perf_counter() - begun_s))
        times_ms.append(1000.0 * (time.process_time() - worked_s))
    key = f"library_{name.replace(' ', '_')}_ms"
    print(f"{name}: {np.median(passed_ms):.1f} ms passed, at most {max(passed_ms):.1f} ms")
    return Figure(key, round(float(np.median(times_ms)), 1), "ms")


if __name__ == "__main__":
    sys.exit(main())
