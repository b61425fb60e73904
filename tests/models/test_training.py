"""Training: the same numbers again, also after a kill; what is kept, and what is refused."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from engine.cli.main import main  # noqa: E402
from engine.errors import WeightsError  # noqa: E402
from engine.media.audio_file import read_audio  # noqa: E402
from engine.models.checkpoint import load_checkpoint, save_checkpoint  # noqa: E402
from engine.models.material import Material  # noqa: E402
from engine.models.pseudobinaural.config import CONFIGS  # noqa: E402
from engine.models.pseudobinaural.infer import load_binauraliser  # noqa: E402
from engine.models.pseudobinaural.looking import coverage, learn_to_look  # noqa: E402
from engine.models.pseudobinaural.material import material_of  # noqa: E402
from engine.models.pseudobinaural.network import PseudoBinaural  # noqa: E402
from engine.models.pseudobinaural.pairs import Recipe, make_pair  # noqa: E402
from engine.models.pseudobinaural.train import Schedule, train  # noqa: E402
from engine.models.sounds import Sound  # noqa: E402
from engine.models.things import THINGS  # noqa: E402
from engine.models.training import Running  # noqa: E402

TINY = CONFIGS["tiny"]
SHORT = Schedule(
    steps=6, batch=2, separation_batch=1, warmup_steps=1, validate_every=2, validation_pairs=4,
    looking_steps=1,
)  # fmt: skip


def tone(number: int) -> np.ndarray:
    turns = 2 * np.pi * (200 + 90 * number) * np.arange(16_000) / 16_000
    return (0.1 * np.sin(turns)).astype(np.float32)


@pytest.fixture
def material() -> Material[Recipe]:
    sounds = [
        Sound(f"{thing.name}-{n}", thing.name, lambda n=n: tone(n))
        for thing in THINGS
        for n in range(4)
    ]
    return material_of(TINY, sounds, seed=2)


def tensors_of(folder: Path) -> dict[str, torch.Tensor]:
    return load_checkpoint(folder / "state.safetensors")[0]


def test_a_killed_training_goes_on_to_the_same_weights(
    material: Material[Recipe], tmp_path: Path
) -> None:
    folders = [tmp_path / name for name in ("whole", "broken")]
    for folder in folders:
        folder.mkdir()
    whole = train(TINY, SHORT, material, folders[0])
    assert (whole.steps, whole.reason) == (6, "done")
    first = train(TINY, SHORT, material, folders[1], Running(most_s=0.0))
    assert (first.steps, first.reason) == (2, "time")
    asked = train(TINY, SHORT, material, folders[1], Running(until=2))
    assert (asked.steps, asked.reason) == (2, "as far as asked")
    # Lines of steps whose state was never kept are written again.
    with (folders[1] / "log.csv").open("a") as handle:
        handle.write("4,1,1,1,1,1,1\n")
    again = train(TINY, SHORT, material, folders[1])
    assert again.best_share == whole.best_share
    one, other = (tensors_of(folder) for folder in folders)
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)
    logs = [list(csv.DictReader((folder / "log.csv").open())) for folder in folders]
    kept = [[{k: v for k, v in row.items() if k != "seconds"} for row in log] for log in logs]
    assert kept[0] == kept[1]
    assert [row["step"] for row in kept[0]] == ["2", "4", "6"]
    assert train(TINY, SHORT, material, folders[0]).steps == 6  # nothing is left to do


def test_it_lets_hear_how_it_gets_on(material: Material[Recipe], tmp_path: Path) -> None:
    """A held-out sound as it is, and as it is made at each look: alike in the sum of both ears."""
    train(TINY, SHORT, material, tmp_path, Running(until=4))
    heard = tmp_path / "heard"
    assert sorted(p.name for p in heard.iterdir()) == ["000002.wav", "000004.wav", "true.wav"]
    (true, rate_hz), (made, _) = (read_audio(heard / n) for n in ("true.wav", "000004.wav"))
    assert (true.shape, rate_hz) == ((2, 32_000), 16_000)
    assert np.allclose(made.sum(axis=0), true.sum(axis=0), atol=1e-5)
    assert not np.allclose(made, true, atol=1e-3)


def test_it_begins_with_what_was_learned_before(material: Material[Recipe], tmp_path: Path) -> None:
    """Weights are taken over, the schedule is the new one's; another network's are refused."""
    train(TINY, SHORT, material, tmp_path, Running(until=2))
    learned = tmp_path / "pseudobinaural.safetensors"
    still = replace(SHORT, steps=1, learning_rate=1e-12)
    further = tmp_path / "further"
    further.mkdir()
    train(TINY, still, material, further, Running(begin_with=learned))
    one, facts = load_checkpoint(further / "pseudobinaural.safetensors")
    other, _ = load_checkpoint(learned)
    assert torch.equal(one["audio.last.weight"], other["audio.last.weight"])
    assert (facts["step"], facts["begun_with"]) == (1, "pseudobinaural.safetensors")
    bigger = replace(TINY, width=8)
    with pytest.raises(WeightsError, match="not those of the network"):
        train(bigger, SHORT, material, tmp_path / "b", Running(begin_with=learned))


def test_it_stops_when_it_gets_no_better(material: Material[Recipe], tmp_path: Path) -> None:
    stuck = replace(SHORT, steps=40, learning_rate=1e-12, patience=2)
    outcome = train(TINY, stuck, material, tmp_path)
    assert outcome.reason == "no longer better"
    assert outcome.steps < 40


def test_the_rate_rises_and_falls() -> None:
    schedule = Schedule(steps=1_000, warmup_steps=100, learning_rate=1.0)
    rates = [schedule.rate_at(step) for step in range(1_000)]
    assert rates[0] == pytest.approx(0.01)
    assert max(rates) == pytest.approx(rates[99], rel=0.01)
    assert rates[550] == pytest.approx(0.5 * (1 + np.cos(np.pi * 0.55)))
    assert rates[-1] < 1e-4


def test_other_settings_do_not_go_on(material: Material[Recipe], tmp_path: Path) -> None:
    train(TINY, SHORT, material, tmp_path, Running(most_s=0.0))
    with pytest.raises(WeightsError, match="other settings"):
        train(TINY, replace(SHORT, batch=3), material, tmp_path)
    state = tmp_path / "state.safetensors"
    state.write_bytes(state.read_bytes()[:-100])
    with pytest.raises(WeightsError, match="damaged"):
        train(TINY, SHORT, material, tmp_path)


def test_learning_to_look_finds_things(material: Material[Recipe]) -> None:
    pair = make_pair(material.recipe, material.train, 0)
    covered = coverage(pair, TINY)
    assert covered.shape == (len(THINGS), 1, 2)
    area = sum((b[2] - b[0]) * (b[3] - b[1]) for b in pair.boxes)
    assert covered.sum() * 32 * 32 == pytest.approx(area, rel=1e-4)
    losses = [
        learn_to_look(
            PseudoBinaural(TINY, torch.Generator().manual_seed(0)).visual,
            TINY, material.recipe, material.train, steps,
        )
        for steps in (1, 14)
    ]  # fmt: skip
    assert losses[1] < 0.9 * losses[0]


def test_the_command_trains(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["train", "pseudobinaural", "-o", str(tmp_path), "--config", "tiny"]
    command += ["--steps", "1", "--batch", "2", "--variants", "3"]
    assert main([*command, "--json", "--looking-steps", "1"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["steps"], report["reason"]) == (1, "done")
    binauraliser = load_binauraliser(Path(report["checkpoint"]))
    assert binauraliser.config == TINY
    _, facts = load_checkpoint(Path(report["checkpoint"]))
    assert facts["validation_share"] == report["best_share"]
    assert main([*command, "--config", "huge"]) == 1
    assert "there is no configuration 'huge'" in capsys.readouterr().err
    sounds = tmp_path / "few"
    sounds.mkdir()
    (sounds / "one.wav").write_bytes(b"RIFF")
    assert main([*command, "--sounds", str(sounds)]) == 1
    assert "too few" in capsys.readouterr().err


def test_checkpoints_that_are_none_are_told(tmp_path: Path) -> None:
    network = PseudoBinaural(TINY)
    facts = {"model": "pseudobinaural", "config": {"width": 8}}
    path = tmp_path / "a.safetensors"
    with pytest.raises(WeightsError, match="no such checkpoint"):
        load_binauraliser(path)
    path.write_bytes(b"pickle")
    with pytest.raises(WeightsError, match="damaged"):
        load_binauraliser(path)
    save_checkpoint(path, network.state_dict(), facts | {"model": "other"})
    with pytest.raises(WeightsError, match="'other'"):
        load_binauraliser(path)
    save_checkpoint(path, network.state_dict(), facts)
    with pytest.raises(WeightsError, match="not those of the network"):
        load_binauraliser(path)
    save_checkpoint(path, network.state_dict(), {"model": "pseudobinaural", "config": {"w": "x"}})
    with pytest.raises(WeightsError, match=r"other settings|another version|not those"):
        load_binauraliser(path)
