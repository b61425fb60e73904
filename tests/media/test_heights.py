"""Ten and eight channels with heights: told apart by the header's mask."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.cli.main import main
from engine.layouts import SURROUND_714
from engine.media.audio_file import write_audio
from engine.media.heights import height_bed
from engine.project.model import Project
from engine.project.store import Bundle
from engine.render.compiler import compile_project
from engine.render.renderer import render_snapshot

RATE_HZ = 48_000
FRONT_LEFT_HEIGHT, REAR_LEFT_HEIGHT = 0x5000, 0x28000
SEVEN, FIVE_BACK, FIVE_SIDE = 0x63F, 0x3F, 0x60F


def written(path: Path, channels: int, mask: int | None) -> Path:
    """A file with a level of its own in every channel."""
    levels = 0.01 * (1.0 + np.arange(channels))
    sound = np.repeat(levels[:, None], 2400, axis=1).astype(np.float32)
    write_audio(path, sound, RATE_HZ, subtype="FLOAT", wave_mask=mask)
    return path


@pytest.mark.parametrize(
    ("channels", "mask", "names"),
    [
        (10, SEVEN | FRONT_LEFT_HEIGHT, "L R C LFE Lrs Rrs Lss Rss Ltf Rtf"),
        (10, SEVEN | REAR_LEFT_HEIGHT, "L R C LFE Lrs Rrs Lss Rss Ltr Rtr"),
        (8, FIVE_BACK | FRONT_LEFT_HEIGHT, "L R C LFE Lrs Rrs Ltf Rtf"),
        (8, FIVE_SIDE | FRONT_LEFT_HEIGHT, "L R C LFE Lrs Rrs Ltf Rtf"),
    ],
)
def test_every_channel_finds_its_loudspeaker(
    tmp_path: Path, channels: int, mask: int, names: str
) -> None:
    matrix = height_bed(written(tmp_path / "bed.wav", channels, mask), channels)
    assert matrix is not None
    places = [SURROUND_714.channel_names[row] for row in matrix.argmax(axis=0)]
    assert places == names.split()
    np.testing.assert_array_equal(matrix.sum(axis=0), 1.0)
    assert matrix.sum(axis=1).max() == 1.0


@pytest.mark.parametrize(
    ("channels", "mask"),
    [
        (10, FIVE_BACK | FRONT_LEFT_HEIGHT | REAR_LEFT_HEIGHT),  # 5.1.4
        (10, FIVE_SIDE | FRONT_LEFT_HEIGHT | REAR_LEFT_HEIGHT),
        (8, SEVEN), (6, FIVE_BACK), (6, FIVE_SIDE), (2, 0x3),
        (10, None), (10, 0),  # no mask
        (9, SEVEN | 0x100),  # a sound field by its number
        (10, SEVEN | 0x900),  # loudspeakers that 7.1.4 has not
    ],
)  # fmt: skip
def test_where_the_number_tells_nothing_is_moved(
    tmp_path: Path, channels: int, mask: int | None
) -> None:
    assert height_bed(written(tmp_path / "bed.wav", channels, mask), channels) is None


def test_what_is_no_wave_file_has_no_say(tmp_path: Path) -> None:
    (tmp_path / "sound.flac").write_bytes(b"fLaC" + bytes(64))
    assert height_bed(tmp_path / "sound.flac", 10) is None


def test_an_imported_7_1_2_sounds_from_its_own_loudspeakers(tmp_path: Path) -> None:
    Bundle.create(tmp_path / "s.foley", Project()).close()
    sound = written(tmp_path / "bed.wav", 10, SEVEN | FRONT_LEFT_HEIGHT)
    assert main(["import", str(tmp_path / "s.foley"), str(sound)]) == 0
    bundle, project, _ = Bundle.open(tmp_path / "s.foley", read_only=True)
    snapshot = compile_project(project, bundle.audio_path, ("7.1.4",))
    heard = np.concatenate([block["7.1.4"] for block in render_snapshot(snapshot)], axis=1)
    bundle.close()
    wanted = [*(0.01 * (1.0 + np.arange(10))), 0.0, 0.0]
    np.testing.assert_allclose(heard[:, 1200], wanted, atol=1e-6)
