"""The script of a run: the user's own, or one thought of; and another branch of its tree."""

from __future__ import annotations

from pathlib import Path

import cv2
from msgspec import structs

import engine.foley.generate  # noqa: F401  (registers the generators a model may name)
from engine.errors import MediaError
from engine.jobs import Progress, silent_progress
from engine.media.decode import VideoReader
from engine.minds.budget import Estimate
from engine.minds.endpoint import MindSettings, check_mind
from engine.pipeline.settings import RunSettings
from engine.project.model import Project
from engine.project.script_tree import ScriptNode, ScriptTree
from engine.script.minds.endpoint_script import ask_for_script, most_taken
from engine.script.screenplay.implied import implied
from engine.script.screenplay.reading import read_screenplay
from engine.script.scribe.observe import shot_spans_s
from engine.script.script import Script
from engine.script.script_file import load_script
from engine.script.tree.moves import MIND
from engine.script.tree.writing import Told, Written, think_script
from engine.script.writer import Drafted

_MOST_PICTURES = 8
_PICTURE_WIDTH = 640
_JPEG_QUALITY = 80


def script_for(
    project: Project, settings: RunSettings, progress: Progress = silent_progress
) -> tuple[Script, ScriptTree | None]:
    """The script for an analysed project, and the tree it was taken from.

    Raises
    ------
    ScriptError
        If ``settings.script`` or ``settings.screenplay`` cannot be read.
    MindError
        If a language model was to write it and did not.
    """
    if settings.script is not None:
        return load_script(settings.script, project), None
    told = _told(project, settings)
    written = think_script(project, settings.seed, told, separation=settings.separation)
    if settings.mind is not None:
        return _of_mind(project, settings.mind, told, written, progress)
    return written.script, written.tree


def most_taken_by_mind(
    project: Project, settings: RunSettings, progress: Progress = silent_progress
) -> Estimate:
    """What a script for an analysed project takes of ``settings.mind`` at the most.

    Nothing is sent.

    Raises
    ------
    MindError
        If the settings cannot work.
    ScriptError, MediaError
        If the screenplay or the film cannot be read.
    """
    assert settings.mind is not None
    progress("estimating", 0.0)
    check_mind(settings.mind)
    pictures = pictures_of(project) if settings.mind.sees else ()
    return most_taken(project, settings.mind, _told(project, settings), pictures)


def _told(project: Project, settings: RunSettings) -> Told:
    if settings.screenplay is None:
        return Told()
    return implied(project, read_screenplay(settings.screenplay), settings.seed)


def _of_mind(
    project: Project, mind: MindSettings, told: Told, written: Written, progress: Progress
) -> tuple[Script, ScriptTree]:
    """The model's script, as a branch of its own beside those that rules thought of."""
    pictures = pictures_of(project) if mind.sees else ()
    proposed = ask_for_script(project, mind, told, pictures, lambda text: progress(text, 0.0))
    tracks = (*proposed.drafted.tracks, *told.tracks)
    seed = written.tree.seed
    script = Drafted(tracks, proposed.drafted.drafts).finished(project, seed)
    node = ScriptNode(
        id=f"n{len(written.tree.nodes)}",
        parent=written.tree.nodes[0].id,
        step="regenerate",
        moves=(f"{MIND}: {mind.model}",),
        reasons=(proposed.told,),
        kept=True,
    )
    tree = structs.replace(
        written.tree,
        nodes=(*written.tree.nodes, node),
        chosen=node.id,
        mind=mind.model,
        scribe=proposed.told,
    )
    return script, tree


def pictures_of(project: Project) -> tuple[bytes, ...]:
    """Pictures of the film as JPEG files: the middle of each shot, evenly chosen if many.

    Raises
    ------
    MediaError
        If the film cannot be read.
    """
    if project.video is None:
        return ()
    spans = shot_spans_s(project)
    step = max(len(spans) / _MOST_PICTURES, 1.0)
    chosen = [spans[int(i * step)] for i in range(min(len(spans), _MOST_PICTURES))]
    if len(chosen) == 1:  # one picture tells little of a whole take
        (start_s, end_s) = chosen[0]
        third_s = (end_s - start_s) / 3.0
        chosen = [(start_s + i * third_s, start_s + (i + 1) * third_s) for i in range(3)]
    found: list[bytes] = []
    with VideoReader(Path(project.video.path), _PICTURE_WIDTH) as reader:
        for start_s, end_s in chosen:
            _, image = reader.at(0.5 * (start_s + end_s))
            quality = [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY]
            done, data = cv2.imencode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), quality)
            if not done:
                raise MediaError("a picture cannot be encoded", place=project.video.path)
            found.append(data.tobytes())
    return tuple(found)
