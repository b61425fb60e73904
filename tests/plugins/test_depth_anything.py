"""Depth Anything through transformers, with a tiny network of random numbers."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from engine.errors import PluginError
from engine.plugins import DepthEstimator, create
from plugins.torchvision_on_cpu import mend_torchvision

INSTALLED = all(importlib.util.find_spec(name) for name in ("torch", "transformers", "safetensors"))
needs_transformers = pytest.mark.skipif(not INSTALLED, reason="transformers is not installed")


def test_weights_are_needed() -> None:
    with pytest.raises(PluginError, match="needs weights"):
        create("depth", "depth-anything")


def test_without_transformers_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(PluginError, match=r"pip install 'foleystage\[learned\]'"):
        create("depth", "depth-anything", tmp_path / "a.safetensors")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch = importlib.import_module("torch")
    mend_torchvision()
    transformers = importlib.import_module("transformers")
    torch.manual_seed(3)
    backbone = transformers.Dinov2Config(
        hidden_size=16,
        num_attention_heads=2,
        num_hidden_layers=4,
        image_size=56,
        patch_size=14,
        out_indices=[1, 2, 3, 4],
        reshape_hidden_states=False,
    )
    config = transformers.DepthAnythingConfig(
        backbone_config=backbone,
        reassemble_hidden_size=16,
        neck_hidden_sizes=[4, 8, 8, 8],
        fusion_hidden_size=8,
        head_hidden_size=4,
    )
    place = tmp_path_factory.mktemp("network")
    transformers.DepthAnythingForDepthEstimation(config).save_pretrained(place)
    return place


@needs_transformers
def test_a_map_of_the_pictures_shape(folder: Path) -> None:
    part = create("depth", "depth-anything", folder)
    assert isinstance(part, DepthEstimator)
    assert part.scale == "inverse"
    image = np.random.default_rng(0).integers(0, 255, (90, 160, 3), np.uint8)
    depth = part.depth_map(image)
    assert depth.shape == (90, 160)
    assert depth.dtype == np.float32
    assert np.isfinite(depth).all()
    np.testing.assert_array_equal(depth, create("depth", "depth-anything", folder).depth_map(image))


@needs_transformers
def test_other_files_are_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "a.pt").write_bytes(b"pickle")
    with pytest.raises(PluginError, match="only safetensors"):
        create("depth", "depth-anything", tmp_path / "a.pt")
    (tmp_path / "a.safetensors").write_bytes(b"nothing of the kind")
    with pytest.raises(PluginError, match="not weights of Depth Anything"):
        create("depth", "depth-anything", tmp_path / "a.safetensors")
    alone = tmp_path / "model.safetensors"
    alone.write_bytes((folder / "model.safetensors").read_bytes())
    with pytest.raises(PluginError, match=r"not weights.*config.json"):
        create("depth", "depth-anything", alone)
