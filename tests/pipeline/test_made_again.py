"""Lost takes come back from their recipes: the same bytes, or a new take in the same place."""

from __future__ import annotations

import pytest
from msgspec import structs

from engine.media.lost_files import lost_files
from engine.pipeline.compose import make_takes
from engine.pipeline.made_again import make_again
from engine.project.edits import ApplyTakes
from engine.project.media_folder import MediaFolder
from engine.project.model import Event, Project, Recipe, Track, Trajectory

TRACK = Track(id="ball", name="Ball", trajectory=Trajectory.from_arrays([0.0], [[2.0, 0.0, 0.0]]))
EVENTS = tuple(
    Event(
        id=f"bounce-{number}", track_id="ball", layer="impact", generator="impacts",
        prompt="rubber ball", start_s=float(number), duration_s=0.8, onsets_s=(number + 0.1,),
        seed=number,
    )
    for number in range(2)
)  # fmt: skip


@pytest.fixture
def media(tmp_path) -> MediaFolder:
    return MediaFolder(tmp_path)


@pytest.fixture
def project(media: MediaFolder) -> Project:
    bare = Project(tracks=(TRACK,), events=EVENTS)
    takes, clips = make_takes(EVENTS, bare.sample_rate_hz, media)
    return ApplyTakes(takes=takes, clips=clips).apply(bare)


def test_what_is_gone_or_cut_short_is_back_to_the_bit(media, project) -> None:
    gone, cut = (media.audio_path(take.audio) for take in project.takes)
    whole = [gone.read_bytes(), cut.read_bytes()]
    gone.unlink()
    cut.write_bytes(whole[1][: len(whole[1]) // 2])
    assert len(lost_files(project, media).sounds) == 2
    made = make_again(project, media)
    assert set(made.restored) == {take.audio for take in project.takes}
    assert made.edit is None
    assert not made.failed
    assert [gone.read_bytes(), cut.read_bytes()] == whole
    assert not lost_files(project, media).words


def test_another_sound_is_a_new_take_for_the_same_clips(media, project) -> None:
    take = project.takes[0]
    assert take.recipe is not None
    recipe = structs.replace(take.recipe, seed=take.recipe.seed + 1)  # as of another version
    project = project.with_take(structs.replace(take, recipe=recipe))
    media.audio_path(take.audio).unlink()
    made = make_again(project, media)
    assert made.edit is not None
    after = made.edit.apply(project)
    assert not lost_files(after, media).words
    assert [clip.start_s for clip in after.clips] == [clip.start_s for clip in project.clips]
    locked = project.with_take(structs.replace(project.takes[0], locked=True))
    kept = make_again(locked, media)
    assert kept.edit is None
    assert "locked" in kept.failed[0]


def test_what_cannot_be_made_again_is_told(media, project) -> None:
    take = project.takes[0]
    recipe = Recipe(generator="gone-plugin", version="1", prompt="", seed=0, parameters={})
    project = project.with_take(structs.replace(take, recipe=recipe))
    imported = structs.replace(project.takes[1], recipe=None)
    project = project.with_take(imported)
    for one in project.takes:
        media.audio_path(one.audio).unlink()
    made = make_again(project, media)
    assert made.restored == ()
    assert len(made.failed) == 1
    assert take.name in made.failed[0]
