"""The README says what there is: every command, and what the optional packages are for."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import plugins
from engine.cli import doctor
from engine.cli.main import COMMANDS

README = Path(__file__).parents[2] / "README.md"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_list(command: str) -> None:
    assert f"\n    foleystage {command} " in README.read_text() or (
        f"\n    foleystage {command}\n" in README.read_text()
    )


def test_optional_packages_are_told_with_the_parts_that_need_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(doctor, "_version", lambda name: None)
    notes = {finding.name: finding.note for finding in doctor._learning()}
    for package, part in (
        ("torch", "depth-anything"),
        ("torch", "yolo"),
        ("ultralytics", "yolo"),
        ("safetensors", "depth-anything"),
    ):
        assert part in (*plugins.names("detector"), *plugins.names("depth"))
        assert part in notes[package]
        assert "nothing needs it" not in notes[package]
    assert "nothing needs it yet" in notes["mido"]
