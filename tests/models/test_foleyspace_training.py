"""Training of FoleySpace's diffusion: taken up after a kill, and what it is shown."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from engine.cli.main import main  # noqa: E402
from engine.models.checkpoint import load_checkpoint  # noqa: E402
from engine.models.foleyspace.config import CONFIGS  # noqa: E402
from engine.models.foleyspace.levels import PIECE_RMS  # noqa: E402
from engine.models.foleyspace.material import material_of  # noqa: E402
from engine.models.foleyspace.moving import Recipe  # noqa: E402
from engine.models.foleyspace.network import FoleySpaceNet  # noqa: E402
from engine.models.foleyspace.train import Schedule, loss_of, make_batch, train  # noqa: E402
from engine.models.material import Material  # noqa: E402
from engine.models.sounds import Sound  # noqa: E402
from engine.models.training import Running  # noqa: E402

TINY = CONFIGS["tiny"]
SHORT = Schedule(
    steps=2, batch=1, piece_segments=2, validate_every=1, validation_samples=1, learning_rate=1e-3
)


def noise(seed: int) -> np.ndarray:
    return 0.1 * np.random.default_rng(seed).normal(size=128_000).astype(np.float32)


@pytest.fixture
def material() -> Material[Recipe]:
    sounds = [Sound(f"bird-{n}", "bird", lambda n=n: noise(n)) for n in range(8)]
    return material_of(TINY, sounds, "fine", 1)


def test_a_killed_training_goes_on_to_the_same_weights(
    material: Material[Recipe], tmp_path: Path
) -> None:
    folders = [tmp_path / name for name in ("whole", "broken")]
    for folder in folders:
        folder.mkdir()
    whole = train(TINY, SHORT, material, folders[0])
    assert (whole.steps, whole.reason) == (2, "done")
    assert train(TINY, SHORT, material, folders[1], Running(most_s=0.0)).steps == 1
    assert train(TINY, SHORT, material, folders[1]).best_share == whole.best_share
    one, other = (load_checkpoint(folder / "state.safetensors")[0] for folder in folders)
    assert all(torch.equal(one[name], other[name]) for name in one)
    assert len((folders[1] / "log.csv").read_text().splitlines()) == 3


def test_what_it_is_shown_belongs_together(material: Material[Recipe]) -> None:
    """Ears, mono and way are of the same time: the louder ear is on the side of the way."""
    batch = make_batch(TINY, SHORT, material.recipe, material.train, 0)
    assert batch.clean.shape == batch.noise.shape == (1, 2, 1_280)
    assert (batch.mono.shape, batch.positions_m.shape) == ((1, 1_280), (1, 3, 3))
    sides = []
    for step in range(16):
        shown = make_batch(TINY, SHORT, material.recipe, material.train, step)
        power = shown.clean.square().mean(dim=2)
        left_m = shown.positions_m[:, 1].mean(dim=1)
        ahead_m = shown.positions_m[:, 0].mean(dim=1)
        aside = left_m.abs() > 0.3 * ahead_m
        sides += torch.eq(power[:, 0] > power[:, 1], left_m > 0)[aside].tolist()
    assert len(sides) > 5
    assert np.mean(sides) > 0.9
    assert batch.mono.square().mean().sqrt() == pytest.approx(PIECE_RMS, rel=1e-4)
    again = make_batch(TINY, SHORT, material.recipe, material.train, 0)
    assert torch.equal(batch.noise, again.noise)
    assert torch.equal(batch.steps, again.steps)


def test_nothing_is_known_at_first(material: Material[Recipe]) -> None:
    """The last layer begins at zero: of the noise all is left."""
    network = FoleySpaceNet(TINY)
    torch.nn.init.zeros_(network.end.bias)
    batch = make_batch(TINY, SHORT, material.recipe, material.train, 0)
    left, whole = loss_of(network, batch)
    assert left.item() == pytest.approx(whole.item())
    assert whole.item() == pytest.approx(1.0, abs=0.1)
    weighed, most = loss_of(network, batch, most_weight=1e-3)
    assert weighed.item() == pytest.approx(most.item())
    assert most.item() < 1e-2


def test_the_command_trains(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["train", "foleyspace", "-o", str(tmp_path), "--config", "tiny", "--json"]
    assert main([*command, "--steps", "1", "--batch", "1", "--variants", "3"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["steps"], report["reason"]) == (1, "done")
    tensors, facts = load_checkpoint(Path(report["checkpoint"]))
    assert (facts["model"], facts["step"]) == ("foleyspace", 1)
    assert tensors["begin.weight"].dtype == torch.float16
