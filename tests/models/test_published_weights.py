"""Published weights of 2.5D Visual Sound and PseudoBinaural load into our network, and run.

The networks with their published names are written down here once more, from the papers and the
names alone: what they make and what ours makes of their weights is the same.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from torch import nn  # noqa: E402

from engine.cli.main import main  # noqa: E402
from engine.errors import WeightsError  # noqa: E402
from engine.models.names import load_spatialiser  # noqa: E402
from engine.models.pseudobinaural.published import adopt  # noqa: E402


def half(before: int, after: int) -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(before, after, 4, 2, 1), nn.BatchNorm2d(after), nn.LeakyReLU(0.2)
    )


def twice(before: int, after: int) -> nn.Module:
    return nn.Sequential(
        nn.ConvTranspose2d(before, after, 4, 2, 1), nn.BatchNorm2d(after), nn.ReLU()
    )


class PublishedAudio(nn.Module):
    """The U-Net by its published names."""

    def __init__(self) -> None:
        super().__init__()
        for number, (a, b) in enumerate(((2, 64), (64, 128), (128, 256), (256, 512), (512, 512))):
            setattr(self, f"audionet_convlayer{number + 1}", half(a, b))
        ups = ((1296, 512), (1024, 256), (512, 128), (256, 64))
        for number, (a, b) in enumerate(ups):
            setattr(self, f"audionet_upconvlayer{number + 1}", twice(a, b))
        last = nn.Sequential(nn.ConvTranspose2d(128, 2, 4, 2, 1), nn.Sigmoid())
        self.audionet_upconvlayer5 = last
        self.conv1x1 = nn.Sequential(nn.Conv2d(512, 8, 1), nn.BatchNorm2d(8), nn.ReLU())

    def forward(self, mixture: torch.Tensor, visual: torch.Tensor) -> torch.Tensor:
        down = [mixture]
        for number in range(1, 6):
            down.append(getattr(self, f"audionet_convlayer{number}")(down[-1]))
        seen = self.conv1x1(visual).flatten(1)[:, :, None, None]
        x = torch.cat([seen.expand(-1, -1, *down[-1].shape[2:]), down[-1]], dim=1)
        for number in range(1, 5):
            x = getattr(self, f"audionet_upconvlayer{number}")(x)
            x = torch.cat([x, down[5 - number]], dim=1)
        return 2.0 * self.audionet_upconvlayer5(x) - 1.0


class Residual(nn.Module):
    def __init__(self, before: int, after: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(before, after, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(after)
        self.conv2 = nn.Conv2d(after, after, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(after)
        self.downsample = None
        if stride == 2:
            self.downsample = nn.Sequential(
                nn.Conv2d(before, after, 1, 2, bias=False), nn.BatchNorm2d(after)
            )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        inner = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        return torch.relu(inner + (x if self.downsample is None else self.downsample(x)))


class PublishedVisual(nn.Module):
    """ResNet-18 without its last two layers, as a sequence."""

    def __init__(self) -> None:
        super().__init__()
        first = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU()]
        stages = [
            nn.Sequential(Residual(a, b, 1 if a == b else 2), Residual(b, b, 1))
            for a, b in ((64, 64), (64, 128), (128, 256), (256, 512))
        ]
        self.feature_extraction = nn.Sequential(*first, nn.MaxPool2d(3, 2, 1), *stages)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        return self.feature_extraction(pictures)


@pytest.fixture(scope="module")
def networks() -> tuple[nn.Module, nn.Module]:
    torch.manual_seed(0)
    made = PublishedVisual(), PublishedAudio()
    for module in (m for network in made for m in network.modules()):
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.running_var, 0.5, 2.0)
            nn.init.uniform_(module.running_mean, -0.1, 0.1)
    return made[0].eval(), made[1].eval()


@pytest.fixture(scope="module")
def files(networks, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("published")
    paths = folder / "visual_best.pth", folder / "audio_best.pth"
    for network, path in zip(networks, paths, strict=True):
        torch.save(network.state_dict(), path)
    return paths


def test_ours_makes_of_them_what_theirs_does(networks, files, tmp_path: Path) -> None:
    out = tmp_path / "ours.safetensors"
    facts = adopt(*files, out)
    assert set(facts["published"]) == {"visual_best.pth", "audio_best.pth"}
    network = load_spatialiser("pseudobinaural", str(out))[0].network
    generator = torch.Generator().manual_seed(1)
    pictures = torch.randn(1, 3, 224, 448, generator=generator)
    mixture = torch.randn(1, 2, 257, 64, generator=generator)
    visual, audio = networks
    with torch.no_grad():
        features = visual(pictures)
        assert torch.allclose(network.look(pictures), features, atol=1e-4)
        wanted = audio(mixture[:, :, :256], features)
        assert torch.allclose(network.difference_mask(mixture, features), wanted, atol=1e-4)
    assert wanted.std() > 1e-3


def test_by_command_and_at_work(files, tmp_path: Path) -> None:
    out = tmp_path / "ours.safetensors"
    assert main(["models", "adopt", *map(str, files), "-o", str(out)]) == 0
    spatialiser = load_spatialiser("pseudobinaural", str(out))[0]
    mono = 0.1 * np.random.default_rng(0).normal(size=3_200).astype(np.float32)
    picture = np.zeros((224, 448, 3), np.uint8)
    heard = spatialiser.difference(mono, lambda _: picture)
    assert heard.shape == mono.shape
    assert np.isfinite(heard).all()


def test_names_of_parallel_training_and_safetensors_do(networks, tmp_path: Path) -> None:
    from safetensors.torch import save_file

    visual, audio = tmp_path / "visual.safetensors", tmp_path / "audio.pth"
    save_file({f"module.{k}": v for k, v in networks[0].state_dict().items()}, visual)
    torch.save({f"module.{k}": v for k, v in networks[1].state_dict().items()}, audio)
    adopt(visual, audio, tmp_path / "ours.safetensors")


class Danger:
    """What runs something when it is unpickled."""

    def __reduce__(self):
        return (print, ("unpickled",))


def test_nothing_else_is_taken(files, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    visual, audio = files
    out = tmp_path / "ours.safetensors"
    with pytest.raises(WeightsError, match="another network"):
        adopt(audio, visual, out)
    with pytest.raises(WeightsError, match="no such file"):
        adopt(tmp_path / "none.pth", audio, out)
    broken = tmp_path / "broken.pth"
    broken.write_bytes(visual.read_bytes()[:5_000])
    with pytest.raises(WeightsError, match="damaged"):
        adopt(broken, audio, out)
    dangerous = tmp_path / "dangerous.pth"
    torch.save({"feature_extraction.0.weight": Danger()}, dangerous)
    with pytest.raises(WeightsError, match="not opened"):
        adopt(dangerous, audio, out)
    assert "unpickled" not in capsys.readouterr().out
    lacking = tmp_path / "lacking.pth"
    held = dict(torch.load(visual, weights_only=True))
    del held["feature_extraction.7.1.conv2.weight"]
    torch.save(held, lacking)
    with pytest.raises(WeightsError, match="not those of the network"):
        adopt(lacking, audio, out)
    assert not out.exists()
