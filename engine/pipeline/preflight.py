"""What can be known to fail before the work starts is said before the work starts.

What checks a room, an HRIR set or a generator takes half a second to import. It is imported where
one was chosen: those that ship are known to be good.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import engine.vision.analyse  # noqa: F401  (registers the embedded detector and depth)
from engine.deliver.delivered_paths import delivered_paths
from engine.deliver.inputs import keep_inputs
from engine.deliver.mux import choose_container
from engine.errors import FoleystageError, PluginError
from engine.layouts import FILE_NAMES, chosen_formats
from engine.minds.endpoint import check_mind
from engine.pipeline.settings import LOUDNESS_LUFS, REPORT_NAME, SYNTHESIS, RunSettings
from engine.plugins import create, names
from engine.project.limits import LARGEST_SEED, MOST_REFLECTIONS, check_gain, check_number
from engine.project.model import Project
from engine.script.screenplay.reading import read_screenplay
from engine.script.script_file import check_script
from engine.vocabularies import spelt_out
from engine.weights.choice import weights_for

if TYPE_CHECKING:
    from engine.deliver.bounce import AudioFolder

_SHIPPED = RunSettings()


def check_settings(settings: RunSettings, sample_rate_hz: int) -> None:
    """Refuse settings that a run would trip over later.

    Raises
    ------
    FoleystageError
        Of the kind that the part itself would raise, naming the setting and the remedy.
    """
    chosen_formats(settings.formats)
    _check_part("detector", settings.detector, names("detector"))
    _check_part("depth", settings.depth, names("depth"))
    spelt_out(settings.prompt)  # names of vocabularies there are not
    _check_weights(settings)
    _check_generator(settings.generator)
    low, high = LOUDNESS_LUFS
    if not low <= settings.target_lufs <= high:
        raise FoleystageError(
            f"loudness {settings.target_lufs:g} LUFS is out of reach",
            remedy=f"choose one from {low:g} to {high:g}, such as -23",
        )
    if settings.seed < 0:
        raise FoleystageError(f"seed {settings.seed} is negative", remedy="choose 0 or more")
    if settings.seed > LARGEST_SEED:
        raise FoleystageError(
            f"seed {settings.seed} is too large", remedy=f"choose {LARGEST_SEED} or less"
        )
    if settings.script is not None:
        check_script(Path(settings.script))
    if settings.screenplay is not None:
        read_screenplay(settings.screenplay)
    if settings.mind is not None:
        check_mind(settings.mind)
    check_gain(settings.room_level_db, "room level")
    check_number(settings.room_reflections, "reflections", 1, MOST_REFLECTIONS)
    _check_room(settings.room, sample_rate_hz)
    _check_hrirs(settings.hrir, sample_rate_hz)


def check_outputs(video: Path, out_dir: Path, settings: RunSettings) -> None:
    """Refuse a folder in which the run would write over what it reads.

    Raises
    ------
    DeliveryError
        Naming the file; also if no container holds the picture of a wanted video.
    """
    names = {name: FILE_NAMES[name] for name in settings.formats}
    container = choose_container(video) if "video" in names else None
    outputs = delivered_paths(out_dir, names, container, None)
    read = (video, settings.script, settings.screenplay, settings.hrir, settings.room)
    keep_inputs(
        [*outputs, out_dir / REPORT_NAME],
        (*read, settings.weights, settings.depth_weights),
    )


def check_own_sounds(project: Project, bundle: AudioFolder) -> None:
    """Refuse a session whose own sounds (imported ones, which no run can make again) are missing.

    What a generator made is left to the delivery: a run makes most of it again.

    Raises
    ------
    DeliveryError
        Naming the clip and its file.
    """
    if all(take.recipe is not None for take in project.takes):
        return
    from engine.deliver.missing import refuse_missing

    refuse_missing(project, bundle.audio_path, lambda take: take.recipe is None)


def _check_weights(settings: RunSettings) -> None:
    weights = weights_for(settings.detector, settings.weights)
    if weights is not None or settings.detector not in ("motion", "motion+names"):
        create("detector", settings.detector, weights)
    weights = weights_for(settings.depth, settings.depth_weights, "depth")
    if weights is not None or settings.depth != "geometry":
        create("depth", settings.depth, weights)
    if settings.distance_m is not None and not 0.1 <= settings.distance_m <= 1000.0:
        raise FoleystageError(
            f"a distance of {settings.distance_m:g} m is out of reach",
            remedy="give one from 0.1 to 1000",
        )


def _check_generator(name: str) -> None:
    """One that can make every layer: synthesis, or a plug-in; a single family cannot."""
    if name == SYNTHESIS:
        return
    from engine.pipeline.film_generators import (
        check_generator,
        film_generators,
        single_generators,
    )

    check_generator(name)
    whole = film_generators()
    if name in single_generators():
        raise PluginError(
            f"generator '{name}' makes one kind of sound, it cannot make the whole film's",
            remedy=f"choose one of {', '.join(whole)}; or name it for single events in a script "
            "of your own (--script)",
        )
    _check_part("generator", name, whole)


def _check_room(name: str, sample_rate_hz: int) -> None:
    if name != _SHIPPED.room:
        from engine.render.rooms import RoomChoice, check_room

        check_room(RoomChoice(name), sample_rate_hz)


def _check_hrirs(source: str, sample_rate_hz: int) -> None:
    if source != _SHIPPED.hrir:
        from engine.spatial.hrir import load_hrirs

        load_hrirs(source, sample_rate_hz)  # kept, so nothing is read twice


def _check_part(kind: str, name: str, known: tuple[str, ...]) -> None:
    if name not in known:
        choice = ", ".join(dict.fromkeys(known))
        raise PluginError(f"there is no {kind} '{name}'", remedy=f"choose one of {choice}")
