"""What counts as lost, and what is taken for it again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from msgspec import structs

from engine.media.lost_files import LostFiles, find_again, lost_files
from engine.project.media_folder import MediaFolder
from engine.project.model import Clip, ClipId, Project, Scene, Take, TakeId, TrackId


def session(folder: Path) -> tuple[Project, MediaFolder]:
    """One used take and one that no clip uses."""
    media = MediaFolder(folder)
    sounds = [media.put_audio(np.full((1, 480), level), 48_000) for level in (0.1, 0.2)]
    takes = tuple(
        Take(id=TakeId(name), name=name, audio=audio, sample_rate_hz=48_000, channels=1,
             samples=480)
        for name, audio in zip(("used", "spare"), sounds, strict=True)
    )  # fmt: skip
    clip = Clip(
        id=ClipId("c"), track_id=TrackId("t"), take_id=TakeId("used"), name="c", start_s=0.0,
        duration_s=0.01,
    )  # fmt: skip
    return Project(takes=takes, clips=(clip,)), media


def test_only_what_is_used_and_gone_or_cut_short_is_lost(tmp_path: Path) -> None:
    project, media = session(tmp_path)
    used, spare = (media.audio_path(take.audio) for take in project.takes)
    assert lost_files(project, media).words == ()
    spare.unlink()
    assert lost_files(project, media).words == ()
    used.write_bytes(used.read_bytes()[:-4])
    assert lost_files(project, media).words == ("used",)
    used.unlink()
    assert lost_files(project, media).sounds == project.takes[:1]


def test_a_cut_sound_is_replaced_by_its_whole_copy(tmp_path: Path) -> None:
    project, media = session(tmp_path / "session")
    path = media.audio_path(project.takes[0].audio)
    copy = tmp_path / "copies" / "copy.wav"
    copy.parent.mkdir()
    copy.write_bytes(path.read_bytes())
    path.write_bytes(copy.read_bytes()[:-100])
    found = find_again(lost_files(project, media), tmp_path / "copies", media)
    assert found.sounds == (project.takes[0].audio,)
    assert lost_files(project, media).words == ()
    np.testing.assert_array_equal(
        media.audio(project.takes[0].audio)[0], np.full((1, 480), 0.1, np.float32)
    )


def test_a_file_as_long_with_other_samples_is_not_taken(tmp_path: Path) -> None:
    project, media = session(tmp_path / "session")
    path = media.audio_path(project.takes[0].audio)
    other = tmp_path / "other.wav"
    other.write_bytes(path.read_bytes()[:-4] + b"\0\0\0\0")
    path.unlink()
    found = find_again(lost_files(project, media), tmp_path, media)
    assert found.sounds == ()
    assert not list((tmp_path / "session" / "media").glob(".new-*"))


def test_hrir_sets_and_rooms_are_found_by_name(tmp_path: Path) -> None:
    project, media = session(tmp_path / "session")
    scene = Scene(hrir="/gone/ears.sofa", room="/gone/hall.toml")
    lost = lost_files(structs.replace(project, scene=scene), media)
    assert lost.words == ("ears.sofa", "hall.toml")
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "ears.sofa").touch()
    found = find_again(lost, tmp_path / "new", media)
    assert (found.hrir, found.room) == (str(tmp_path / "new" / "ears.sofa"), None)
    assert find_again(LostFiles(), tmp_path, media).sounds == ()
