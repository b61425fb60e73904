"""A film with damaged pictures in its middle is analysed, and the damage is told."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from engine.media.decode import Damage, read_video_frames
from engine.vision.analyse import analyse_video
from tests.vision.scenes import MOTION


def _film(path: Path, broken: range = range(0), *, key_every: int = 250) -> Path:
    """50 pictures of a moving bar in H.264, those packets in `broken` overwritten with 0xff."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"bf": "0", "g": str(key_every)})
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        count = 0
        for index in range(51):
            image = np.full((96, 160, 3), 90, np.uint8)
            image[30:60, 2 * index : 2 * index + 30] = (230, 60, 40)
            picture = av.VideoFrame.from_ndarray(image, "rgb24") if index < 50 else None
            for packet in stream.encode(picture):
                if count in broken:
                    whole = bytes(packet)
                    hurt = av.Packet(whole[:4] + b"\xff" * (len(whole) - 4))
                    hurt.pts, hurt.dts, hurt.time_base = packet.pts, packet.dts, packet.time_base
                    hurt.stream = stream
                    packet = hurt
                container.mux(packet)
                count += 1
    return path


def _read(path: Path) -> tuple[int, Damage]:
    damage = Damage()
    return sum(1 for _ in read_video_frames(path, damage=damage)), damage


def test_a_whole_film_has_no_damage(tmp_path):
    count, damage = _read(_film(tmp_path / "whole.mp4"))
    assert (count, damage, damage.notes()) == (50, Damage(), ())
    notes = analyse_video(tmp_path / "whole.mp4", MOTION).analysis.notes
    assert not any("damaged" in note for note in notes)


def test_pictures_that_cannot_be_decoded_are_counted_and_told(tmp_path):
    film = _film(tmp_path / "broken.mp4", range(20, 26))
    count, damage = _read(film)
    assert count + damage.lost == 50
    assert damage.lost + damage.patched >= 6
    notes = analyse_video(film).analysis.notes
    assert damage.notes()[0] in notes
    assert "the video is damaged" in damage.notes()[0]


def test_what_is_after_the_damage_is_neither_early_nor_late(tmp_path):
    result = analyse_video(_film(tmp_path / "broken.mp4", range(20, 26), key_every=10), MOTION)
    assert any("damaged" in note for note in result.analysis.notes)
    rows = np.concatenate([seen.boxes for seen in result.objects])
    middle = 0.5 * (rows[:, 1] + rows[:, 3])
    for whole in (rows[:, 0] < 0.7, rows[:, 0] > 1.3):
        assert whole.sum() > 10
        true = 15.0 + 50.0 * rows[whole, 0]  # two pixels a picture
        assert np.median(np.abs(middle[whole] - true)) < 4.0


def test_words_of_damage():
    assert "of its pictures 3 could not be decoded;" in Damage(lost=3).notes()[0]
    assert "of its pictures 2 could be decoded only in part;" in Damage(patched=2).notes()[0]
    assert "3 could not be decoded and 2 only in part;" in Damage(3, 2).notes()[0]


@pytest.mark.parametrize("name", ["decord__corrupted.mp4"])
def test_real_damage(shared_data, name):
    count, damage = _read(shared_data / "odd_media" / name)
    assert (count, damage.lost) == (49, 1)
