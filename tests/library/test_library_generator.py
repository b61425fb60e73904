"""The generator of recordings: chosen by words and seed, the same again by its recipe."""

from pathlib import Path

import numpy as np
import pytest
from library_files import RATE_HZ, noise, tone, write
from msgspec import structs

from engine.errors import LibraryError
from engine.library.credits import credits_of
from engine.library.database import Database
from engine.library.generator import LEVEL_DBFS, LibraryGenerator
from engine.library.indexing import index_folder
from engine.pipeline.sounding import check_library, settled, sound_of, with_generator
from engine.plugins import Generator, create
from engine.project.model import Clip, Event, Project, Take

PART = LibraryGenerator()


def event(prompt, duration_s=1.0, onsets_s=(), **more):
    return Event(
        id="e", track_id="t", layer=more.pop("layer", "l"),
        generator=more.pop("generator", "library"), prompt=prompt, start_s=0.0,
        duration_s=duration_s, onsets_s=onsets_s, **more,
    )  # fmt: skip


@pytest.fixture
def library(database: Database, tmp_path: Path) -> Path:
    folder = tmp_path / "sounds"
    for number in (1, 2, 3):
        burst = noise(number, 0.3) * np.exp(-np.arange(7200) / 700)
        write(folder / f"knock wood {number:02d}.wav", burst)
    write(folder / "RAINMetl_Rain on Roof_AB_HOME.wav", noise(7, 3.0))
    write(folder / "wind in trees.wav", noise(8, 3.0))
    write(folder / "wind howling.wav", tone(200, 3.0))
    write(folder / "sea shore.wav", np.concatenate([noise(9, 3.0), noise(10, 3.0)]))
    index_folder(database, folder, licence="CC BY 4.0", source="my recorder")
    return folder


def test_it_is_a_generator_that_is_offered() -> None:
    assert isinstance(create("generator", "library"), Generator)


def test_an_event_sounds_what_its_words_name(library: Path) -> None:
    chosen = PART.settle(event("rain on a roof", category="RAIN"))
    assert Path(str(chosen.parameters["recordings"])).name == "RAINMetl_Rain on Roof_AB_HOME.wav"
    assert chosen.parameters["licences"] == "CC BY 4.0"
    assert chosen.parameters["sources"] == "AB, HOME"
    take = PART.generate(chosen, 48_000)
    assert take.dtype == np.float32
    assert take.shape == (1, 48_000)
    rms_db = 20 * np.log10(np.sqrt(np.mean(take**2)))
    assert rms_db == pytest.approx(LEVEL_DBFS, abs=6.0)  # unweighted, of a K-weighted level


def test_single_hits_use_all_variants(library: Path) -> None:
    chosen = PART.settle(event("a knock on wood", 3.0, (0.5, 1.0, 1.5, 2.0)))
    assert len(str(chosen.parameters["recordings"]).split("\n")) == 3
    assert len(str(chosen.parameters["sha256"]).split("\n")) == 3


def test_another_seed_is_another_recording(library: Path) -> None:
    names = {
        Path(str(PART.settle(event("wind", seed=seed)).parameters["recordings"])).name
        for seed in range(4)
    }
    assert names == {"wind in trees.wav", "wind howling.wav"}


def test_the_same_recipe_gives_the_same_samples_whatever_is_indexed_since(
    library: Path, database: Database
) -> None:
    first, recipe = sound_of(settled(event("wind", 6.0, seed=3)), RATE_HZ)
    write(library / "aaa wind wind.wav", noise(99, 3.0))
    index_folder(database, library)
    told = {key: recipe.parameters[key] for key in ("recordings", "sha256", "licences", "sources")}
    again, _ = sound_of(settled(event("wind", 6.0, seed=3, parameters=told)), RATE_HZ)
    assert np.array_equal(first, again)


def test_a_recording_that_changed_or_went_is_told(library: Path) -> None:
    chosen = PART.settle(event("rain roof"))
    path = Path(str(chosen.parameters["recordings"]))
    write(path, noise(1, 1.0))
    with pytest.raises(LibraryError, match="not the one that was used"):
        PART.generate(chosen, RATE_HZ)
    path.unlink()
    with pytest.raises(LibraryError, match="not there"):
        PART.generate(chosen, RATE_HZ)


def test_what_nothing_answers_is_told(library: Path) -> None:
    with pytest.raises(LibraryError, match="no recording answers 'accordion polka'"):
        PART.settle(event("accordion polka"))


def test_another_category_does_not_stand_for_it(library: Path) -> None:
    with pytest.raises(LibraryError):
        PART.settle(event("rain drops", category="FOOTSTEPS"))


def test_a_file_can_be_named_and_a_fit_chosen(library: Path) -> None:
    path = str(library / "wind howling.wav")
    named = event("", 2.0, parameters={"recordings": path, "fit": "texture"})
    take, recipe = sound_of(settled(named), RATE_HZ)
    assert np.abs(take).max() > 0.01
    assert recipe.parameters["recordings"] == path
    with pytest.raises(LibraryError, match="fit 'squeeze' is unknown"):
        PART.generate(event("", 2.0, parameters={"recordings": path, "fit": "squeeze"}), RATE_HZ)


def test_ambience_keeps_both_channels_and_objects_have_one(library: Path) -> None:
    assert PART.generate(event("sea shore", 5.0, layer="ambience"), RATE_HZ).shape == (2, 120_000)
    assert PART.generate(event("sea shore", 5.0), RATE_HZ).shape == (1, 120_000)


def test_a_film_takes_recordings_where_there_are_some(library: Path) -> None:
    check_library()
    rain = event("rain on the roof", generator="water")
    steps = event("footsteps", generator="footsteps", onsets_s=(0.2,))
    by_recording, by_synthesis = with_generator((rain, steps), "library")
    assert by_recording.generator == "library"
    assert by_recording.parameters["level_dbfs"] == -26.0
    assert by_synthesis == steps


def test_an_empty_library_is_refused(database: Database) -> None:
    with pytest.raises(LibraryError, match="no recordings in the index"):
        check_library()


def test_whose_recordings_sound_is_told(library: Path) -> None:
    _, recipe = sound_of(settled(event("knock wood", 2.0, (0.5, 1.0))), RATE_HZ)
    take = Take(
        id="take-e-1", event_id="e", name="x", audio="0" * 64, sample_rate_hz=RATE_HZ, channels=1,
        samples=RATE_HZ, recipe=recipe,
    )  # fmt: skip
    clip = Clip(id="c", track_id="t", take_id=take.id, name="x", start_s=0.0, duration_s=1.0)
    told = credits_of(Project(takes=(take, structs.replace(take, id="take-e-2")), clips=(clip,)))
    assert [Path(one["path"]).name for one in told] == [f"knock wood 0{i}.wav" for i in (1, 2, 3)]
    assert {one["licence"] for one in told} == {"CC BY 4.0"}
    assert told[0]["events"] == ["e"]
