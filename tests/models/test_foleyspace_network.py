"""FoleySpace's diffusion: published schedules, sizes of the paper, and the way back from noise."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from engine.models.foleyspace.config import CONFIGS  # noqa: E402
from engine.models.foleyspace.diffusion import (  # noqa: E402
    aligned_schedule,
    even_schedule,
    kept_at,
    noise_source,
    noised,
    sample,
    training_schedule,
)
from engine.models.foleyspace.network import FoleySpaceNet  # noqa: E402

PAPER, TINY = CONFIGS["paper"], CONFIGS["tiny"]


def test_the_training_schedule() -> None:
    """Linear from 1e-4 to 0.02 over 200 steps: 13.2 % of the power is left at the end."""
    schedule = training_schedule(PAPER)
    assert (schedule.betas[0], schedule.betas[-1], len(schedule.betas)) == (1e-4, 0.02, 200)
    assert schedule.kept[-1] == pytest.approx(0.132, abs=5e-4)


def test_six_steps_lie_where_the_noise_is_alike() -> None:
    steps = aligned_schedule(PAPER).steps
    assert steps == pytest.approx([0.0, 3.20, 13.43, 33.82, 73.98, 138.08], abs=0.01)


def test_fifty_steps_end_as_noisy_as_the_training() -> None:
    even, whole = even_schedule(PAPER), training_schedule(PAPER)
    assert len(even.betas) == 50
    assert even.steps[-1] == 199
    assert even.kept == pytest.approx(whole.kept[even.steps.astype(int)])
    every = even_schedule(TINY, 199)
    assert every.betas[1:] == pytest.approx(whole.betas[2:])
    with pytest.raises(ValueError, match="201 steps of 200"):
        even_schedule(PAPER, 201)


def test_the_paper_sizes() -> None:
    """60 layers of 128 channels, dilation cycle 10; parameters as the layers' shapes give them."""
    assert PAPER.receptive_samples == 1 + 6 * 2 * 1023
    with torch.device("meta"):
        network = FoleySpaceNet(PAPER)
        c = PAPER.channels
        layer = (512 * c + c) + (3 * c * 2 * c + 2 * c) + 2 * (c * 2 * c + 2 * c)
        step = (128 * 512 + 512) + (512 * 512 + 512)
        condition = (4 * 3 * c + c) + (3 * c * c + c)
        ends = (2 * c + c) + (c * c + c) + (2 * c + 2)
        parameters = sum(p.numel() for p in network.parameters())
        assert parameters == 60 * layer + step + condition + ends
        assert [one.dilated.dilation[0] for one in network.layers][8:12] == [256, 512, 1, 2]
        told = network.conditions(torch.empty(1, 16_000), torch.empty(1, 3, 201))
        assert told.channels.shape == (1, 128, 16_000)
        assert told.guess is None
        assert network(torch.empty(1, 2, 16_000), torch.empty(1), told).shape == (1, 2, 16_000)


def test_an_output_sample_sees_its_surroundings_and_no_more() -> None:
    torch.manual_seed(0)
    network = FoleySpaceNet(TINY)
    torch.nn.init.normal_(network.end.weight)
    noisy = torch.randn(1, 2, 101, requires_grad=True)
    told = network.conditions(torch.zeros(1, 101), torch.zeros(1, 3, 5))
    network(noisy, torch.zeros(1), told)[0, 0, 50].backward()
    assert noisy.grad is not None
    reach = TINY.receptive_samples // 2
    touched = np.flatnonzero(noisy.grad.abs().sum(dim=(0, 1)).numpy())
    assert (touched[0], touched[-1]) == (50 - reach, 50 + reach)


def test_it_is_told_where_the_source_is() -> None:
    torch.manual_seed(0)
    network = FoleySpaceNet(TINY)
    mono = torch.randn(1, 80)
    way = torch.zeros(1, 3, 8)
    still = network.conditions(mono, way).channels
    way[0, 1, 4:] = 3.0  # to the left in its second half
    moved = network.conditions(mono, way).channels
    assert torch.equal(still[..., :38], moved[..., :38])
    assert not torch.allclose(still[..., 42:], moved[..., 42:])


def test_known_noise_is_taken_out_whole() -> None:
    """A network that knows the signal leads back to it, in fifty steps as in six."""
    clean = 0.3 * torch.randn(2, 2, 500, generator=torch.Generator().manual_seed(1))
    for schedule in (even_schedule(PAPER), aligned_schedule(PAPER)):
        kept_at = {float(s): float(k) for s, k in zip(schedule.steps, schedule.kept, strict=True)}

        def knowing(x: torch.Tensor, steps: torch.Tensor, kept_at: dict = kept_at) -> torch.Tensor:  # type: ignore[type-arg]
            kept = min(kept_at.items(), key=lambda item: abs(item[0] - float(steps[0])))[1]
            return (x - kept**0.5 * clean) / (1.0 - kept) ** 0.5

        made = [
            sample(knowing, (2, 2, 500), schedule, noise_source(s, [0, 500])) for s in (0, 0, 1)
        ]
        assert torch.equal(made[0], made[1])
        assert torch.allclose(made[2], clean, atol=1e-3)


def test_noise_belongs_to_its_moment() -> None:
    """However the sound is cut, a moment has the noise of its step, and no other step's."""
    whole = noise_source(3, [-70])(5, (1, 2, 9_000))
    part = noise_source(3, [4_000])(5, (1, 2, 500))
    assert torch.equal(part[0], whole[0, :, 4_070:4_570])
    assert not torch.equal(noise_source(3, [4_000])(4, (1, 2, 500)), part)
    assert whole.std().item() == pytest.approx(1.0, abs=0.02)


def test_noise_levels_between_steps() -> None:
    kept = training_schedule(PAPER).kept
    found = kept_at(torch.tensor([0.0, 10.5, 199.0]), PAPER).numpy()
    between = ((kept[10] ** 0.5 + kept[11] ** 0.5) / 2) ** 2
    assert found == pytest.approx([kept[0], between, kept[199]], rel=1e-6)


def test_noise_has_the_level_of_its_step() -> None:
    generator = torch.Generator().manual_seed(0)
    clean, noise = torch.zeros(3, 2, 20_000), torch.randn(3, 2, 20_000, generator=generator)
    kept = torch.tensor([1.0, 0.75, 0.0])
    deviations = noised(clean, noise, kept).std(dim=(1, 2)).numpy()
    assert deviations == pytest.approx([0.0, 0.5, 1.0], abs=0.01)


def test_one_way_can_be_learned_by_heart() -> None:
    """Eq. 7 on one sound: what is noise is told better than by guessing zero."""
    torch.manual_seed(0)
    network = FoleySpaceNet(replace(TINY, channels=32))
    mono, way = torch.randn(1, 256), torch.ones(1, 3, 4)
    clean = torch.stack([mono, -mono], dim=1)
    kept = torch.tensor(training_schedule(TINY).kept, dtype=torch.float32)
    adam = torch.optim.Adam(network.parameters(), lr=2e-3)
    losses = []
    for _ in range(100):
        steps = torch.randint(0, 200, (8,))
        noise = torch.randn(8, 2, 256)
        told = network.conditions(mono.expand(8, -1), way.expand(8, -1, -1))
        found = network(noised(clean, noise, kept[steps]), steps.float(), told)
        loss = (found - noise).square().mean()
        adam.zero_grad()
        loss.backward()
        adam.step()
        losses.append(float(loss.detach()))
    assert losses[0] == pytest.approx(1.0, abs=0.1)
    assert np.mean(losses[-10:]) < 0.5
