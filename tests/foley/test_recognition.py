"""The listener of the recognition benchmark: its classes exist, and it tells sounds apart."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np

from benchmarks.foley_judge import RATE_HZ, features, hear, prepare, train, windows
from benchmarks.foley_recognition import HERE, load_kinds, rates
from engine.foley.generate import GENERATORS


def test_takes_name_families_and_presets_there_are() -> None:
    text = (HERE / "foley_classes.toml").read_text(encoding="utf-8")
    rows = tomllib.loads(text)["class"]
    assert len({row["name"] for row in rows}) == len(rows) >= 28
    for row in rows:
        assert row.get("real") or row.get("berklee"), row["name"]
        for take in row["takes"]:
            family = GENERATORS[take["family"]]
            assert take[family.option] in family.options, row["name"]


def test_classes_have_recordings(shared_data: Path) -> None:
    kinds = load_kinds(shared_data / "sfx_mono")
    assert len(kinds) == 28
    assert sum(len(kind.files) for kind in kinds) >= 60


def test_listener_tells_clicks_hum_and_noise_apart() -> None:
    rng = np.random.default_rng(1)
    times = np.arange(2 * RATE_HZ) / RATE_HZ

    def make(kind: str) -> np.ndarray:
        if kind == "hum":
            return np.sin(2 * np.pi * rng.uniform(90, 140) * times) ** 3
        if kind == "noise":
            return rng.standard_normal(len(times))
        clicks = np.zeros(len(times))
        clicks[:: int(rng.uniform(4000, 6000))] = 1.0
        return clicks

    labels = [kind for kind in ("hum", "noise", "clicks") for _ in range(4)]
    rows = [np.stack([features(s) for s in hear(make(kind), rng, 3)]) for kind in labels]
    listener = train(rows, labels)
    for kind in ("hum", "noise", "clicks"):
        assert listener.best(features(make(kind))[None], 1) == [kind]


def test_windows_are_the_loudest_and_silence_is_cut() -> None:
    sound = np.zeros(10 * RATE_HZ)
    sound[6 * RATE_HZ : 7 * RATE_HZ] = 0.5
    heard = prepare(sound, RATE_HZ)
    assert len(heard) == RATE_HZ
    assert len(windows(np.tile(heard, 9), 3)) == 3


def test_rates_count_classes_alike() -> None:
    judged = {"a": [["a", "b", "c"]] * 9, "b": [["a", "c", "b"]]}
    assert rates(judged) == (0.5, 1.0)
