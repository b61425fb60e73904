"""HiViBiX: algorithm 1 and the losses in closed form, shapes of the paper, and what is heeded."""

from __future__ import annotations

from dataclasses import replace
from math import cos, pi, sin

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from engine.models.hivibix.config import CONFIGS, Config  # noqa: E402
from engine.models.hivibix.film import AmbisonicsFilm, Field, logarithmic  # noqa: E402
from engine.models.hivibix.losses import losses_of  # noqa: E402
from engine.models.hivibix.network import HiViBiX  # noqa: E402
from engine.models.hivibix.visual import (  # noqa: E402
    HierarchicalAttention,
    PositionImage,
    Seen,
    enlarged,
)

TINY = CONFIGS["tiny"]


def field(seed: int) -> Field:
    generator = torch.Generator().manual_seed(seed)
    return Field(*(torch.rand(2, 5, 7, generator=generator) for _ in range(3)))


def seen(config: Config, batch: int = 2, parts: int = 3) -> Seen:
    generator = torch.Generator().manual_seed(0)

    def values(*shape: int) -> torch.Tensor:
        return torch.randn(*shape, generator=generator)

    there = torch.ones(batch, parts, dtype=torch.bool)
    there[:, -1] = False
    return Seen(
        values(batch, config.scene_size), values(batch, parts, config.scene_size),
        values(batch, config.depth_size), values(batch, parts, config.depth_size),
        torch.rand(batch, parts, 2, generator=generator), there,
    )  # fmt: skip


def test_the_film_layer_is_algorithm_1() -> None:
    film = AmbisonicsFilm()
    with torch.no_grad():
        film.magnitude_angles.copy_(torch.tensor([0.3, 0.8]))
        film.phase_angles.copy_(torch.tensor([1.1, 0.4]))
        film.magnitude_gain.fill_(1.7)
        film.phase_gain.fill_(2.3)
    magnitude, phase = field(0), field(1)
    left, right = (
        (magnitude.w + cos(0.3) * magnitude.x + side * sin(0.8) * magnitude.y) / 1.7
        for side in (1, -1)
    )
    difference = (cos(1.1) * phase.x - sin(0.4) * phase.y) / 2.3
    ears = film(magnitude, phase)
    assert torch.allclose(torch.log1p(ears[:, 0].abs()), left.clamp(min=0), atol=1e-5)
    assert torch.allclose(torch.log1p(ears[:, 1].abs()), right.clamp(min=0), atol=1e-5)
    turned = torch.polar(torch.ones_like(phase.w), (phase.w + difference) * pi)
    assert torch.allclose(ears[:, 0] / ears[:, 0].abs(), turned, atol=1e-4)
    film.as_printed = True
    difference = difference + phase.w / 2.3
    turned = torch.polar(torch.ones_like(phase.w), (phase.w - difference) * pi)
    heard = film(magnitude, phase)[:, 1]
    assert torch.allclose((heard / heard.abs())[right > 0.1], turned[right > 0.1], atol=1e-4)


def test_without_x_and_y_both_ears_hear_the_mono() -> None:
    spectrum = torch.randn(1, 4, 6, dtype=torch.complex64)
    level, turn = logarithmic(spectrum)
    nothing = torch.zeros_like(level)
    ears = AmbisonicsFilm()(Field(level, nothing, nothing), Field(turn, nothing, nothing))
    assert torch.allclose(ears[:, 0], spectrum, atol=1e-5)
    assert torch.allclose(ears[:, 1], spectrum, atol=1e-5)


def test_losses_have_their_closed_form() -> None:
    true = torch.randn(2, 2, 9, 8, dtype=torch.complex64)
    sound = torch.randn(2, 2, 100)
    same = losses_of(true, true, sound, sound)
    assert (float(same.magnitude), float(same.phase), float(same.waveform)) == (0.0, 0.0, 0.0)
    losses = losses_of(true, 2.0 * true, sound, 0.5 * sound)
    assert losses.magnitude.item() == pytest.approx(true.abs().square().sum(1).mean().item())
    assert losses.phase.item() == pytest.approx(0.0, abs=1e-6)
    assert losses.waveform.item() == pytest.approx(0.25 * sound.square().sum(1).mean().item())
    assert losses.ratio.item() == pytest.approx(15.0 - 4.0, rel=1e-5)
    swapped = losses_of(true, true.flip(1), sound, sound)
    assert swapped.phase.item() == pytest.approx(pi, abs=1e-4)
    expected = losses.magnitude + losses.phase + 100 * losses.waveform + 0.1 * losses.ratio
    assert losses.compound.item() == pytest.approx(expected.item())


def test_the_paper_sizes() -> None:
    """Section 4.1 and appendix A: 512 x 512 of 8.2 s, a latent of 128 x 128, four branches."""
    paper = CONFIGS["paper"]
    assert paper.samples / paper.sample_rate_hz == pytest.approx(8.2, abs=0.05)
    with torch.device("meta"):
        network = HiViBiX(paper)
        told = torch.empty(1, 2, paper.bins, paper.columns)
        branch = network.branches["phase_y"]
        latent = branch.encoder(told)
        assert latent.shape == (1, paper.width, 128, 128)
        assert branch.decoder(latent).shape == (1, 1, 512, 512)
        assert len(branch.latent.down) == 4
    assert set(network.branches) == {"magnitude_x", "magnitude_y", "phase_x", "phase_y"}


def test_a_small_one_runs_and_learns() -> None:
    torch.manual_seed(0)
    network = HiViBiX(TINY, torch.Generator().manual_seed(0))
    mono = torch.randn(2, TINY.bins, TINY.columns, dtype=torch.complex64)
    wanted = torch.stack([mono, 0.3 * mono], dim=1)
    adam = torch.optim.AdamW(network.parameters(), lr=5e-3)
    losses = []
    for _ in range(15):
        ears = network(mono, seen(TINY))
        assert ears.shape == (2, 2, TINY.bins, TINY.columns)
        loss = (ears.abs() - wanted.abs()).square().mean()
        adam.zero_grad()
        loss.backward()
        adam.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.6 * losses[0], losses
    heeded = network.branches["magnitude_y"].parameters()
    assert all(p.grad is not None for p in heeded)


def test_the_picture_matters() -> None:
    torch.manual_seed(0)
    network = HiViBiX(TINY).eval()
    for branch in network.branches.values():  # which begin with nothing
        torch.nn.init.normal_(branch.decoder[-1].weight)
    mono = torch.randn(2, TINY.bins, TINY.columns, dtype=torch.complex64)
    first = seen(TINY)
    plain = network(mono, first)
    assert not torch.allclose(plain, network(mono, replace(first, depth=first.depth + 1.0)))
    assert not torch.allclose(plain, network(mono, replace(first, centres=1.0 - first.centres)))
    absent = first.scene_parts.clone()
    absent[:, -1] += 5.0  # that part is not there
    assert torch.allclose(plain, network(mono, replace(first, scene_parts=absent)))


def test_positions_are_gaussians() -> None:
    """Inner products of many Fourier features are nearly a Gaussian, highest at the source."""
    image = PositionImage(replace(TINY, position_px=(40, 80)), torch.Generator().manual_seed(0))
    centres = torch.tensor([[[0.25, 0.5], [0.7, 0.3]]])
    drawn = image(centres, torch.tensor([[True, False]]))[0, 0].detach()
    row, column = np.unravel_index(int(drawn.argmax()), drawn.shape)
    assert (abs(row - 19.5), abs(column - 19.5)) <= (1.0, 1.0)
    assert drawn.max() == pytest.approx(1.0, abs=0.02)
    away = np.hypot(
        *np.meshgrid((np.arange(80) + 0.5) / 80 - 0.25, ((np.arange(40) + 0.5) / 40 - 0.5) / 2)
    )
    gaussian = np.exp(-0.5 * (away / 0.1) ** 2)
    assert np.abs(drawn.numpy() - gaussian).mean() < 0.12
    both = image(centres, torch.tensor([[True, True]])).detach()
    other = image(centres, torch.tensor([[False, True]])).detach()
    assert torch.allclose(both[0, 0], drawn + other[0, 0], atol=1e-5)


def test_wholes_without_parts_stand_alone() -> None:
    attention = HierarchicalAttention(12, 16, 2).eval()
    whole, parts = torch.randn(2, 12), torch.randn(2, 3, 12)
    nobody = torch.zeros(2, 3, dtype=torch.bool)
    alone = attention(whole, parts, nobody)
    assert alone.isfinite().all()
    assert torch.allclose(alone, attention(whole, parts + 1.0, nobody))
    assert not torch.allclose(alone, attention(whole, parts, ~nobody))


def test_boxes_are_enlarged_within_the_picture() -> None:
    boxes = torch.tensor([[10.0, 10.0, 20.0, 30.0], [0.0, 0.0, 50.0, 50.0]])
    grown = enlarged(boxes, (100, 55))
    assert grown.tolist() == [[9.0, 8.0, 21.0, 32.0], [0.0, 0.0, 55.0, 55.0]]
