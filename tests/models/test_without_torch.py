"""PyTorch is loaded by who trains or binauralises, and missed in words where it is not there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from engine.errors import PluginError
from engine.models import torch_here

_CODE = """
import sys
from engine.cli.main import COMMANDS, build_parser, main
import engine.cli.doctor_weights, engine.models.names, engine.models.foleyspace.moving
import engine.models.pseudobinaural.pairs, engine.models.pseudobinaural.material
build_parser(tuple(COMMANDS))
assert main(["dataset", "foleyspace", "-o", sys.argv[1], "--count", "1", "--variants", "3"]) == 0
assert "torch" not in sys.modules, "torch was loaded"
"""


def test_nothing_else_loads_it(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _CODE, str(tmp_path / "set")], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_it_is_missed_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.setitem(sys.modules, "safetensors.torch", None)
    with pytest.raises(PluginError, match=r"pip install 'foleystage\[learned\]'"):
        torch_here.require_torch("training")
