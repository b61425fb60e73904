"""What a script can choose: how sources are kept apart, how detailed it is, what tone it takes.

Three Foley design principles of FoleyDesigner (section 3.1, Expand): separation of what sounds in
the scene, agreement with the picture, and a tone that follows the film's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from engine.errors import ScriptError
from engine.script.knowledge import SoundLayer, shipped_knowledge
from engine.script.layers import Draft
from engine.script.scribe.description import FilmDescription, Thing
from engine.script.scribe.repair import Drafts
from engine.script.separation import SEPARATIONS, TURNS, Separation
from engine.script.tree.tones import NEUTRAL, Tone, shipped_tones

Choices = Mapping[str, str]
"""Choice by principle; what is not there is as the rules have it."""

SEPARATION, DETAIL, TONE, REFINED = "separation", "detail", "tone", "refined"
MIND = "mind"
"""A branch that a language model wrote; rules cannot write it again."""
PLAIN, TOLD, SPARE = "plain", "told", "spare"
CLEARER = "clearer"
DESIGNED_LAYER = "designed"
_CLEARER_DB = -6.0
_TOLD_DB = -3.0
_SURE_OF_GROUND = 0.5
_NOUNS = {"walker": "person", "paws": "dog", "horse": "horse"}
"""The table's name of what the rules know."""


def choices_in_words(choices: Choices) -> tuple[str, ...]:
    """Choices as a node keeps them."""
    return tuple(f"{principle}: {choice}" for principle, choice in sorted(choices.items()))


def read_choices(moves: Sequence[str]) -> dict[str, str]:
    """The choices of a node.

    Raises
    ------
    ScriptError
        If this version knows no such choice.
    """
    known: dict[str, set[str]] = {
        SEPARATION: {*SEPARATIONS},
        DETAIL: {PLAIN, TOLD, SPARE},
        TONE: {NEUTRAL, *shipped_tones()},
        REFINED: {CLEARER},
    }
    choices: dict[str, str] = {}
    for move in moves:
        principle, _, choice = move.partition(": ")
        if principle == MIND:
            raise ScriptError(
                f"this branch was written by {choice}, rules cannot write it again",
                remedy="undo back to it, or ask the model again",
            )
        if choice not in known.get(principle, ()):
            raise ScriptError(
                f"the script's tree has an unknown choice '{move}'",
                remedy="write the script again",
            )
        choices[principle] = choice
    return choices


def separation_in(choices: Choices) -> Separation:
    """How a script of some choices keeps apart what sounds at once."""
    return next(one for one in SEPARATIONS if one == choices.get(SEPARATION, TURNS))


def told_details(description: FilmDescription) -> list[tuple[Thing, str, str]]:
    """Things whose ground is told and for which the table knows more: thing, action, surface."""
    found: dict[str, tuple[Thing, str, str]] = {}
    for shot in description.shots:
        if shot.surface.confidence < _SURE_OF_GROUND:
            continue
        for thing in shot.moving:
            action, surface = thing.action.value, shot.surface.value
            sound = shipped_knowledge().find(noun_of(thing), action, surface)
            if sound is not None and surface in sound.surfaces:
                found.setdefault(thing.track_id, (thing, action, surface))
    return list(found.values())


def is_as_told(thing: Thing, action: str, surface: str, line: tuple[str, Draft]) -> bool:
    """Whether a line is what the table says first of a thing's action on a told surface."""
    sound = shipped_knowledge().find(noun_of(thing), action, surface)
    if sound is None or line[0] != thing.track_id:
        return False
    layer, draft = sound.layer[0], line[1]
    presets = [key for key in ("surface", "road", "type") if key in layer.parameters]
    return draft.generator == layer.generator and all(
        draft.parameters.get(key) == layer.parameters[key] for key in presets
    )


def noun_of(thing: Thing) -> str:
    """The table's name of a thing."""
    return _NOUNS.get(thing.thing.value, thing.thing.value)


def with_detail(drafts: Drafts, description: FilmDescription, detail: str) -> Drafts:
    """Drafts with more or less beside what each mover has first."""
    if detail == SPARE:
        first = _first_layers(drafts)
        return tuple(pair for pair in drafts if pair[1].layer == first[pair[0]])
    if detail == TOLD:
        for thing, action, surface in told_details(description):
            drafts = _as_table(drafts, thing, action, surface)
    return drafts


def _as_table(drafts: Drafts, thing: Thing, action: str, surface: str) -> Drafts:
    """Drafts of one mover with the table's layers: hits and lasting sounds keep their times."""
    noun = noun_of(thing)
    sound = shipped_knowledge().find(noun, action, surface)
    assert sound is not None
    out = list(drafts)
    own = [index for index, (track_id, _) in enumerate(drafts) if track_id == thing.track_id]
    taken: set[int] = set()
    last = own[-1] + 1 if own else len(out)
    for layer in sound.layer:
        why = f"{noun} {action} on {surface}, as is told"
        same = [i for i in own if drafts[i][1].generator == layer.generator]
        hits = [i for i in own if drafts[i][1].onsets_s and i not in taken]
        places = same or (hits if layer is sound.layer[0] else [])
        for i in places:
            taken.add(i)
            changed = replace(
                drafts[i][1],
                generator=layer.generator,
                category=layer.category,
                prompt=layer.prompt,
                parameters={**_edges(drafts[i][1]), **layer.parameters},
                why=f"{drafts[i][1].why}; {why}",
            )
            out[i] = (thing.track_id, changed)
        if not places and thing.moves_s:
            silent = bool(own) and all(drafts[i][1].muted for i in own)
            out.insert(last, (thing.track_id, _added(layer, thing, why, muted=silent)))
    return tuple(out)


def _added(layer: SoundLayer, thing: Thing, why: str, *, muted: bool) -> Draft:
    """A lasting layer of the table while a thing moves."""
    return Draft(
        layer=layer.generator,
        generator=layer.generator,
        prompt=layer.prompt,
        start_s=thing.moves_s[0][0],
        end_s=thing.moves_s[-1][1],
        category=layer.category,
        why=why,
        level_db=_TOLD_DB,
        muted=muted,
        parameters=dict(layer.parameters),
    )


def _edges(draft: Draft) -> dict[str, float | str]:
    return {key: value for key, value in draft.parameters.items() if key.startswith("fade_")}


def with_tone(drafts: Drafts, beds: set[str], tone: str, end_s: float) -> Drafts:
    """Drafts as a tone asks: levels of beds, details and hits, and a designed layer."""
    if tone == NEUTRAL:
        return drafts
    asked, first = shipped_tones()[tone], _first_layers(drafts)
    out = [
        (track_id, _toned(draft, track_id in beds, draft.layer != first[track_id], asked))
        for track_id, draft in drafts
    ]
    bed = next((track_id for track_id, _ in drafts if track_id in beds), None)
    if asked.generator and bed is not None:
        out.append((bed, _designed(asked, end_s)))
    return tuple(out)


def _toned(draft: Draft, bed: bool, detail: bool, tone: Tone) -> Draft:
    change = tone.bed_db if bed else tone.details_db if detail else 0.0
    change += tone.hits_db if draft.onsets_s and not bed else 0.0
    if not change:
        return draft
    why = f"{draft.why}; {change:+.1f} dB for a {tone.name} tone"
    return replace(draft, level_db=round(draft.level_db + change, 2), why=why)


def _designed(tone: Tone, end_s: float) -> Draft:
    fade_s = round(min(2.0, 0.25 * end_s), 3)
    return Draft(
        layer=DESIGNED_LAYER,
        generator=tone.generator,
        prompt=tone.prompt,
        start_s=0.0,
        end_s=end_s,
        category=tone.category,
        why=f"under the whole scene, for a {tone.name} tone",
        level_db=tone.level_db,
        parameters={**tone.parameters, "fade_in_s": fade_s, "fade_out_s": fade_s},
    )


def with_overlaps_clearer(drafts: Drafts, fainter: Sequence[int]) -> Drafts:
    """Drafts in which lasting sounds that cover others (by index) are softer."""
    faint = set(fainter)
    return tuple(
        (
            track_id,
            replace(
                draft,
                level_db=round(draft.level_db + _CLEARER_DB, 2),
                why=f"{draft.why}; {-_CLEARER_DB:.0f} dB softer, so that what is in front is clear",
            ),
        )
        if index in faint
        else (track_id, draft)
        for index, (track_id, draft) in enumerate(drafts)
    )


def _first_layers(drafts: Drafts) -> dict[str, str]:
    """The first layer of every track."""
    first: dict[str, str] = {}
    for track_id, draft in drafts:
        first.setdefault(track_id, draft.layer)
    return first
