"""Writing a script by thinking of several, and taking another branch of the tree later."""

from __future__ import annotations

from dataclasses import dataclass, replace

from msgspec import structs

from engine.errors import ScriptError
from engine.project.model import Event, Project, Track
from engine.project.script_tree import ScriptTree
from engine.script.layers import Draft
from engine.script.rules import Rules, shipped_rules
from engine.script.scribe.loop import Scribed
from engine.script.scribe.repair import Drafts
from engine.script.script import Script
from engine.script.separation import TURNS, Separation
from engine.script.tree.candidates import Candidates
from engine.script.tree.moves import MIND, SEPARATION, read_choices, separation_in
from engine.script.tree.search import Limits, Search
from engine.script.tree.tones import tone_of
from engine.script.writer import Drafted

TOLD_LAYER = "told"
"""Layer of what words tell; such events stay when another branch is taken."""


@dataclass(frozen=True)
class Told:
    """What words tell beside the picture.

    Attributes
    ----------
    texts : tuple of str
        The words, for the tone.
    tracks : tuple of Track
        Tracks off the screen.
    drafts : Drafts
        Events on these, or on tracks of the picture.
    """

    texts: tuple[str, ...] = ()
    tracks: tuple[Track, ...] = ()
    drafts: Drafts = ()


@dataclass(frozen=True)
class Written:
    """A script, the tree it was taken from, and what FilmScribe found."""

    script: Script
    tree: ScriptTree
    scribed: Scribed


def think_script(
    project: Project,
    seed: int,
    told: Told = Told(),
    rules: Rules | None = None,
    limits: Limits = Limits(),  # noqa: B008 (likewise)
    separation: Separation = TURNS,
) -> Written:
    """The best of several scripts that are thought of for a project.

    Parameters
    ----------
    project : Project
        With analysed tracks.
    seed : int
        Every event gets a seed of its own, derived from this and its id.
    told : Told
        What words tell beside the picture.
    rules, limits
        Default: those shipped, and `Limits`.
    separation : {'turns', 'soft', 'together'}
        How what sounds at once is kept apart. Where it is 'turns', others are thought of, too.
    """
    rules = shipped_rules() if rules is None else rules
    tone = tone_of((*project.scene.prompt, *told.texts))
    names = [track.id for track in told.tracks]
    candidates = Candidates(_with_tracks(project, told.tracks), rules, tone, told.drafts, names)
    asked = {} if separation == TURNS else {SEPARATION: separation}
    tree = Search(candidates, limits).tree(seed, asked)
    tree = structs.replace(tree, scribe=candidates.scribed.told)
    return Written(_script(project, candidates, told, tree, seed), tree, candidates.scribed)


def take_branch(
    project: Project, node_id: str, rules: Rules | None = None
) -> tuple[Script, ScriptTree]:
    """The script of another branch of a session's tree, and the tree with that one chosen.

    Raises
    ------
    ScriptError
        If the session has no tree.
    ProjectError
        If the tree has no such branch.
    """
    if project.script_tree is None:
        raise ScriptError("this session has no tree of scripts", remedy="write a script first")
    rules = shipped_rules() if rules is None else rules
    tree = structs.replace(project.script_tree, chosen=project.script_tree.node(node_id).id)
    told = told_in(project)
    names = [track.id for track in told.tracks]
    candidates = Candidates(project, rules, tone_of(project.scene.prompt), told.drafts, names)
    return _script(project, candidates, told, tree, tree.seed), tree


def separation_of(tree: ScriptTree) -> Separation:
    """How the chosen script keeps apart what sounds at once; a language model's takes turns."""
    moves = [m for m in tree.node(tree.chosen).moves if not m.startswith(f"{MIND}: ")]
    return separation_in(read_choices(moves))


def told_in(project: Project) -> Told:
    """What words have told in a session: its tracks off the screen, and events of that layer."""
    tracks = tuple(track for track in project.tracks if track.off_screen)
    drafts = tuple(
        (event.track_id, _draft(event))
        for event in project.events
        if event.layer.startswith(TOLD_LAYER) and event.provenance == "machine"
    )
    return Told(tracks=tracks, drafts=drafts)


def _script(
    project: Project, candidates: Candidates, told: Told, tree: ScriptTree, seed: int
) -> Script:
    drafts = candidates.drafts(read_choices(tree.node(tree.chosen).moves))
    tracks = (*candidates.scribed.drafted.tracks, *told.tracks)
    return Drafted(tracks, drafts).finished(project, seed)


def _with_tracks(project: Project, tracks: tuple[Track, ...]) -> Project:
    for track in tracks:
        project = project.with_track(track)
    return project


def _draft(event: Event) -> Draft:
    draft = Draft(
        layer=event.layer,
        generator=event.generator,
        prompt=event.prompt,
        start_s=event.start_s,
        end_s=event.start_s + event.duration_s,
        category=event.category,
        why=event.why,
        onsets_s=event.onsets_s,
        strengths=event.strengths,
        intensity=event.intensity,
        level_db=event.level_db,
        muted=event.muted,
    )
    return replace(draft, parameters=dict(event.parameters))
