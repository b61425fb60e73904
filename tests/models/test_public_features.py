"""CLIP and DINOv2 before HiViBiX: tiny networks of the real classes with random numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from engine.cli.main import main  # noqa: E402
from engine.errors import WeightsError  # noqa: E402
from engine.models.checkpoint import load_checkpoint  # noqa: E402
from engine.models.hivibix.public_features import (  # noqa: E402
    PublicFeatures,
    load_public_features,
)
from engine.models.names import load_spatialiser  # noqa: E402


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    place = tmp_path_factory.mktemp("features")
    torch.manual_seed(0)
    clip = transformers.CLIPVisionModelWithProjection(
        transformers.CLIPVisionConfig(
            hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2,
            image_size=32, patch_size=8, projection_dim=12,
        )
    )  # fmt: skip
    dino = transformers.Dinov2Model(
        transformers.Dinov2Config(
            hidden_size=16, num_hidden_layers=2, num_attention_heads=2, image_size=28,
            patch_size=14, mlp_ratio=2,
        )
    )  # fmt: skip
    for network, name in ((clip, "clip"), (dino, "dino")):
        network.save_pretrained(place / name)
    return place / "clip", place / "dino"


@pytest.fixture(scope="module")
def features(folders: tuple[Path, Path]) -> PublicFeatures:
    return load_public_features(*folders)


def picture(seed: int = 0, size: tuple[int, int] = (64, 128)) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 255, (*size, 3), dtype=np.uint8)


def test_wholes_and_parts_are_looked_at(features: PublicFeatures) -> None:
    """A part that is the whole picture has the whole's features; what is elsewhere has others."""
    boxes = np.array([[0.0, 0.0, 128.0, 64.0], [0.0, 32.0, 32.0, 64.0]])
    seen = features.seen([picture(), picture(1)], [boxes, np.zeros((0, 4))])
    assert (features.scene_size, features.depth_size) == (12, 16)
    assert seen.scene.shape == (2, 12)
    assert seen.depth_parts.shape == (2, 4, 16)
    assert seen.there.tolist() == [[True, True, False, False], [False] * 4]
    for whole, parts in ((seen.scene, seen.scene_parts), (seen.depth, seen.depth_parts)):
        assert torch.allclose(parts[0, 0], whole[0], atol=1e-5)
        assert not torch.allclose(parts[0, 1], whole[0], atol=1e-2)
        assert not parts[1].any()
    alone = features.seen([picture(1)], [np.zeros((0, 4))])
    assert torch.allclose(alone.scene[0], seen.scene[1], atol=1e-5)
    assert seen.centres[0, :2].tolist() == [[0.5, 0.5], [0.125, 0.75]]


def test_a_box_at_the_edge_and_one_of_nothing_are_seen(features: PublicFeatures) -> None:
    boxes = np.array([[127.5, 63.5, 128.0, 64.0], [10.0, 10.0, 10.0, 10.0]])
    seen = features.seen([picture()], [boxes])
    assert seen.scene_parts.isfinite().all()


def test_the_digest_is_that_of_both(
    features: PublicFeatures, folders: tuple[Path, Path], tmp_path: Path
) -> None:
    assert load_public_features(*folders).digest == features.digest
    other = transformers.Dinov2Model.from_pretrained(folders[1])
    other.layernorm.weight.data += 1.0
    other.save_pretrained(tmp_path / "dino")
    assert load_public_features(folders[0], tmp_path / "dino").digest != features.digest


def test_folders_that_hold_something_else_say_so(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    with pytest.raises(WeightsError, match="no CLIP in this folder"):
        load_public_features(tmp_path, folders[1])
    with pytest.raises(WeightsError, match=r"CLIP"):
        load_public_features(folders[1], folders[1])
    damaged = tmp_path / "clip"
    damaged.mkdir()
    (damaged / "config.json").write_bytes((folders[0] / "config.json").read_bytes())
    (damaged / "model.safetensors").write_bytes(b"nothing")
    with pytest.raises(WeightsError, match="cannot be opened"):
        load_public_features(damaged, folders[1])


def test_it_learns_and_works_with_them_by_command(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    command = ["train", "hivibix", "-o", str(tmp_path), "--config", "tiny", "--steps", "1"]
    command += ["--batch", "1", "--variants", "3", "--features", *map(str, folders)]
    assert main(command) == 0
    made = tmp_path / "hivibix.safetensors"
    _, facts = load_checkpoint(made)
    assert (facts["config"]["scene_size"], facts["config"]["depth_size"]) == (12, 16)
    assert load_spatialiser("hivibix", str(made), folders)[0].config.depth_size == 16
    with pytest.raises(WeightsError, match="another visual network"):
        load_spatialiser("hivibix", str(made))  # with our own features
