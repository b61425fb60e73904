"""PseudoBinaural's networks: sizes of the paper, arithmetic of masks, and that they can learn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from engine.models.pseudobinaural.config import CONFIGS  # noqa: E402
from engine.models.pseudobinaural.network import PseudoBinaural, mask_of  # noqa: E402
from engine.models.pseudobinaural.residual import VisualNet, normalised_pictures  # noqa: E402
from engine.models.pseudobinaural.spectra import (  # noqa: E402
    ears_of,
    masked,
    sound_of,
    spectrum,
)

TINY = CONFIGS["tiny"]


def noise(*shape: int, seed: int = 0) -> torch.Tensor:
    return 0.1 * torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def test_the_paper_sizes() -> None:
    """Appendix C: spectra of 257 x 64 from 0.63 s, pictures of 224 x 448; ResNet-18 without head.

    11,176,512 is ResNet-18's 11,689,512 parameters without the 513,000 of its classifier.
    """
    paper = CONFIGS["paper"]
    assert (paper.samples / paper.sample_rate_hz, paper.grid) == (0.63, (7, 14))
    with torch.device("meta"):
        network = PseudoBinaural(paper)
        assert sum(p.numel() for p in network.visual.parameters()) == 11_176_512
        visual = network.look(torch.empty(1, 3, *paper.picture_px))
        assert visual.shape == (1, 512, 7, 14)
        mixture = torch.empty(1, 2, 257, 64)
        deepest = network.audio.up[0][0]
        assert deepest.in_channels == 512 + 8 * 7 * 14  # 1296: sound's and picture's
        assert network.difference_mask(mixture, visual).shape == (1, 2, 256, 64)
        parted = network.separation_masks(mixture, visual)
        assert parted.left.shape == parted.right.shape == (1, 2, 256, 64)


def test_visual_weights_are_named_as_everybodys() -> None:
    with torch.device("meta"):
        names = VisualNet(CONFIGS["paper"]).state_dict()
    assert names["conv1.weight"].shape == (64, 3, 7, 7)
    assert names["layer2.0.downsample.0.weight"].shape == (128, 64, 1, 1)
    assert names["layer4.1.bn2.running_var"].shape == (512,)
    assert len(names) == 120  # ResNet-18's 122 without the classifier's two


def test_a_mask_is_a_complex_factor() -> None:
    """(a + bi) S: 1 keeps, -1 turns over, i shifts by a quarter; as complex numbers multiply."""
    mixture = spectrum(noise(2, TINY.samples), TINY)
    mask = torch.randn(2, 2, 256, 64, generator=torch.Generator().manual_seed(1))
    product = torch.view_as_complex(masked(mask, mixture).permute(0, 2, 3, 1).contiguous())
    factors = [torch.view_as_complex(x.permute(0, 2, 3, 1).contiguous()) for x in (mask, mixture)]
    assert torch.allclose(product, factors[0] * factors[1][:, :256], atol=1e-6)
    one = torch.cat([torch.ones(2, 1, 256, 64), torch.zeros(2, 1, 256, 64)], dim=1)
    assert torch.equal(masked(one, mixture), mixture[:, :, :256])
    logits = torch.tensor([-100.0, 0.0, 100.0])
    assert mask_of(logits).tolist() == [-1.0, 0.0, 1.0]


def test_spectra_are_those_of_the_metrics() -> None:
    from engine.metrics.binaural import _spectra

    sound = noise(1, TINY.samples)
    ours = spectrum(sound, TINY)[0].numpy()
    theirs = _spectra(sound.double().numpy())[0].T
    assert ours.shape == (2, 257, 64)
    assert ours[0] + 1j * ours[1] == pytest.approx(theirs, abs=1e-5)
    again = sound_of(spectrum(sound, TINY), TINY.samples, TINY)
    assert torch.allclose(again, sound, atol=1e-6)


def test_a_full_mask_puts_all_into_one_ear() -> None:
    """s_D = s_m: left is the sum, right is silent (eq. for l and r)."""
    total = noise(1, TINY.samples)
    left, right = ears_of(total, total)[0]
    assert torch.allclose(left, total[0])
    assert not right.any()
    first, second = noise(2, 500, seed=2)
    ears = ears_of((first + second)[None], (first - second)[None])[0]
    assert torch.allclose(ears, torch.stack([first, second]), atol=1e-7)


def test_the_same_seed_makes_the_same_weights() -> None:
    first, again, other = (
        PseudoBinaural(TINY, torch.Generator().manual_seed(seed)).state_dict() for seed in (3, 3, 4)
    )
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not torch.equal(first["visual.conv1.weight"], other["visual.conv1.weight"])


def test_one_pair_can_be_learned_by_heart() -> None:
    """Overfitting: of one picture's difference next to nothing is left; the picture is heeded."""
    torch.manual_seed(0)
    network = PseudoBinaural(
        replace(TINY, separation=False, width=8), torch.Generator().manual_seed(0)
    )
    total = spectrum(noise(1, TINY.samples).repeat(2, 1), TINY)
    pictures = torch.zeros(2, *TINY.picture_px, 3, dtype=torch.uint8)
    pictures[0, :, :20] = 255
    pictures[1, :, -20:] = 255
    wanted = torch.stack([0.8 * total[0], -0.8 * total[1]])[:, :, :256]
    adam = torch.optim.Adam(network.parameters(), lr=1e-2)
    share = 1.0
    for _ in range(60):
        visual = network.look(normalised_pictures(pictures))
        found = masked(network.difference_mask(total, visual), total)
        loss = (found - wanted).square().mean()
        adam.zero_grad()
        loss.backward()
        adam.step()
        share = float(loss.detach()) / float(wanted.square().mean())
    assert share < 0.1, share


def test_separation_parts_what_is_told_apart_by_place() -> None:
    network = PseudoBinaural(TINY, torch.Generator().manual_seed(0))
    mixture = spectrum(noise(3, TINY.samples), TINY)
    pictures = torch.from_numpy(
        np.random.default_rng(0).integers(0, 255, (3, *TINY.picture_px, 3), dtype=np.uint8)
    )
    parted = network.separation_masks(mixture, network.look(normalised_pictures(pictures)))
    assert parted.left.shape == (3, 2, 256, 64)
    assert not torch.allclose(parted.left, parted.right)
    parted.left.sum().backward()
    assert all(p.grad is not None for p in network.visual.parameters())
