"""From a screenplay to what it adds to a script: what the picture shows, and what it does not.

What is in the picture sounds there. What is not becomes a track off the screen, with a place or a
path that the words tell (FoleyDesigner, section 3.1: narrative elements not directly observable).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from engine.project.model import Project, Track, TrackId
from engine.project.palette import TRACK_COLOURS
from engine.script.knowledge import Sound, SoundLayer, shipped_knowledge
from engine.script.layers import LEAD_S, Draft
from engine.script.rules import shipped_rules
from engine.script.screenplay.align import PlacedScene, align
from engine.script.screenplay.placing import place_of, shipped_places
from engine.script.screenplay.scenes import SceneText, Screenplay
from engine.script.screenplay.told_sounds import ToldSound, told_sounds
from engine.script.scribe.description import FilmDescription
from engine.script.scribe.observe import describe
from engine.script.tree.writing import TOLD_LAYER, Told
from engine.script.writer import rule_for

_WAYS = frozenset({"walks", "runs", "drives", "flies", "stands", "sits down", "turns", "rolls"})
"""How things move: that is the picture's to tell, unless the words are about the sound."""
_WEATHER = {"rain": "rain", "wind": "wind", "storm": "wind", "blizzard": "wind"}
"""What is all around, and its bed."""
_NOUNS = {"walker": "person", "paws": "dog"}
_LONGEST_BED_S = 3600.0
_LEAST_S = 0.3
_OFF = ("hear", "hears", "heard", "sound", "sounds", "noise", "off screen", "o.s.", "off-screen")


def implied(project: Project, screenplay: Screenplay, seed: int) -> Told:
    """What a screenplay tells beside the picture.

    Parameters
    ----------
    project : Project
        With analysed tracks and shots.
    screenplay : Screenplay
        Its scenes are aligned to the shots.
    seed : int
        Decides the side of what words leave open.
    """
    description = describe(project)
    writer = _Writer(project, description, seed)
    for placed in align(screenplay, description):
        writer.scene(screenplay.scenes[placed.scene], placed)
    texts = tuple(
        line.text for scene in screenplay.scenes for line in scene.lines if line.kind == "action"
    )
    headings = tuple(scene.heading.text for scene in screenplay.scenes)
    return Told(texts=(*headings, *texts), tracks=writer.tracks, drafts=tuple(writer.drafts))


class _Writer:
    """Collects tracks and drafts, scene after scene."""

    def __init__(self, project: Project, description: FilmDescription, seed: int) -> None:
        self.drafts: list[tuple[str, Draft]] = []
        self._tracks: dict[str, Track] = {}
        self._project, self._description, self._seed = project, description, seed
        beds = [track.id for track in project.tracks if track.kind == "ambience"]
        self._bed = beds[0] if beds else "ambience"

    @property
    def tracks(self) -> tuple[Track, ...]:
        """The tracks off the screen."""
        return tuple(self._tracks.values())

    def scene(self, scene: SceneText, placed: PlacedScene) -> None:
        """Everything that one scene tells."""
        for told in told_sounds(scene):
            if told.thing in _WEATHER:
                self._weather(told, placed)
                continue
            sound = shipped_knowledge().find(told.thing, told.action)
            seen = self._seen(told.thing, placed)
            if sound is None or (told.action in _WAYS and not _is_heard(told)):
                continue
            if seen is not None and told.action in _WAYS:
                continue
            start_s = placed.start_s + told.part * (placed.end_s - placed.start_s)
            self._sound(told, sound, seen, (min(start_s, placed.end_s - _LEAST_S), placed), scene)

    def _seen(self, thing: str, placed: PlacedScene) -> str | None:
        """The track of a thing that is in the picture during a scene."""
        for shot in self._description.shots:
            for seen in shot.visible:
                inside = seen.seen_s[0] < placed.end_s and seen.seen_s[1] > placed.start_s
                if inside and _NOUNS.get(seen.thing.value, seen.thing.value) == thing:
                    return seen.track_id
        return None

    def _sound(
        self,
        told: ToldSound,
        sound: Sound,
        seen: str | None,
        at: tuple[float, PlacedScene],
        scene: SceneText,
    ) -> None:
        start_s, placed = max(at[0], 0.0), at[1]
        made = [
            _draft(layer, told, start_s, min(self._description.duration_s, placed.end_s))
            for layer in sound.layer
        ]
        shown = self._shown(seen)
        made = [
            draft
            for draft in made
            if draft.end_s - draft.start_s >= _LEAST_S and draft.generator not in shown
        ]
        if not made:
            return
        track_id, where = seen, "in the picture"
        if track_id is None:
            span = (min(d.start_s for d in made), max(d.end_s for d in made))
            track_id, where = self._off_screen(told, span, scene.heading.interior is True)
        self.drafts += [(track_id, _with_where(draft, where)) for draft in made]

    def _shown(self, track_id: str | None) -> set[str]:
        """What makes the sounds that the picture tells of a track by itself, and when."""
        if track_id is None:
            return set()
        rule = rule_for(self._project.track(track_id), shipped_rules())
        return {layer.generator for layer in rule.layer}

    def _off_screen(
        self, told: ToldSound, span: tuple[float, float], indoors: bool
    ) -> tuple[str, str]:
        """A track of its own for what is told; its id, and where it is, in words."""
        placed = place_of(told, span, indoors, self._seed)
        name = told.thing.capitalize()
        count = sum(track.label == told.thing for track in self._tracks.values()) + 1
        track = Track(
            id=TrackId(f"told-{told.thing.replace(' ', '-')}-{count}"),
            name=name if count == 1 else f"{name} {count}",
            label=told.thing,
            colour=TRACK_COLOURS[-1 - len(self._tracks) % len(TRACK_COLOURS)],
            trajectory=placed.trajectory,
            occlusion=placed.occlusion,
            doppler=len(placed.trajectory.keyframes) > 1,
            start_s=span[0],
            end_s=span[1],
            off_screen=True,
        )
        self._tracks[track.id] = track
        return track.id, f"off the screen: {placed.why}"

    def _weather(self, told: ToldSound, placed: PlacedScene) -> None:
        """Rain and wind are all around, for the scene."""
        place = _WEATHER[told.thing]
        layer = f"{TOLD_LAYER}-{place}"
        if any(
            draft.layer == layer and draft.start_s == placed.start_s for _, draft in self.drafts
        ):
            return
        rule = next(rule for rule in shipped_rules().scene.weather if rule.place == place)
        draft = Draft(
            layer=layer,
            generator="ambience",
            prompt=rule.prompt,
            start_s=placed.start_s,
            end_s=min(placed.end_s, placed.start_s + _LONGEST_BED_S),
            category=rule.category,
            why=_why(told),
            parameters={"place": place},
        )
        self.drafts.append((self._bed, draft))


def _is_heard(told: ToldSound) -> bool:
    """Whether the words are about a sound, or about something that is not in the picture."""
    text = told.sentence.lower()
    places = (word for place in shipped_places().place for word in place.words)
    return told.heard or any(word in text for word in (*_OFF, *places))


def _draft(layer: SoundLayer, told: ToldSound, start_s: float, end_s: float) -> Draft:
    """One layer of a told sound: strokes, or as long as such a sound lasts, inside its scene."""
    table = shipped_places()
    onsets: tuple[float, ...] = ()
    if layer.generator in table.lasts_s:
        stop_s = min(start_s + table.lasts_s[layer.generator], end_s)
    else:
        onsets = tuple(_strokes(told.action, start_s, end_s))
        ring_s = table.rings_s.get(layer.generator, table.rings_s[""])
        stop_s = min(onsets[-1] + ring_s, end_s)
    return Draft(
        layer=f"{TOLD_LAYER}-{layer.generator}",
        generator=layer.generator,
        prompt=layer.prompt,
        start_s=max(start_s - LEAD_S, 0.0) if onsets else start_s,
        end_s=stop_s,
        category=layer.category,
        why=_why(told),
        onsets_s=onsets,
        strengths=(0.9,) * len(onsets),
        parameters=dict(layer.parameters),
    )


def _strokes(action: str, start_s: float, end_s: float) -> Iterator[float]:
    count, gap_s = shipped_places().repeats.get(action, (1, 1.0))
    for index in range(count):
        time_s = start_s + index * gap_s
        if index == 0 or time_s < end_s - _LEAST_S:
            yield round(time_s, 6)


def _why(told: ToldSound) -> str:
    return f'the screenplay says "{told.sentence}" (line {told.line})'


def _with_where(draft: Draft, where: str) -> Draft:
    return replace(draft, why=f"{draft.why}; {where}")
