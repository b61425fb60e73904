"""What FilmScribe says of a film: shot by shot what is there, moves and touches, with evidence.

FoleyDesigner (section 3.1) lets a language model turn silent video into a structured text. Here it
is a value, read from what was analysed, so that every claim can be checked.
"""

from __future__ import annotations

from typing import Literal

from engine.project.value import Value

Span = tuple[float, float]
Tempo = Literal["still", "slow", "moderate", "fast"]


class Told(Value, frozen=True, kw_only=True):
    """One claim: what, how sure (0 to 1), and what says so."""

    value: str
    confidence: float
    evidence: str


class Touch(Value, frozen=True, kw_only=True):
    """Something touches at a time; `sounds` where its kind of thing sounds by such touches."""

    track_id: str
    time_s: float
    kind: str
    strength: float
    sounds: bool


class Thing(Value, frozen=True, kw_only=True):
    """Something that is seen in a shot.

    `thing` is what it is taken for, `speed_m_per_s` its usual one while moving. `seen_s` is when
    the shot shows it, `moves_s` when it moves meanwhile.
    """

    track_id: str
    name: str
    thing: Told
    action: Told
    seen_s: Span
    moves_s: tuple[Span, ...]
    speed_m_per_s: float


class Shot(Value, frozen=True, kw_only=True):
    """One shot: its time, what is visible, what touches, and where and how quick it is.

    `place` is 'indoors', 'outdoors' or 'unknown'; `surface` what the ground is.
    """

    start_s: float
    end_s: float
    visible: tuple[Thing, ...]
    touching: tuple[Touch, ...]
    surface: Told
    place: Told
    tempo: Told

    @property
    def moving(self) -> tuple[Thing, ...]:
        """What moves in it."""
        return tuple(thing for thing in self.visible if thing.moves_s)


class FilmDescription(Value, frozen=True, kw_only=True):
    """A whole film, shot by shot; `heard_s` is when each track can be heard (sight and beyond)."""

    duration_s: float
    shots: tuple[Shot, ...]
    heard_s: dict[str, Span] = {}  # noqa: RUF012 (a copy for every value)

    def things(self) -> dict[str, list[Thing]]:
        """What is seen of every track, by id, shot after shot."""
        found: dict[str, list[Thing]] = {}
        for shot in self.shots:
            for thing in shot.visible:
                found.setdefault(thing.track_id, []).append(thing)
        return found

    def touches(self) -> tuple[Touch, ...]:
        """All touches in order of time."""
        return tuple(touch for shot in self.shots for touch in shot.touching)
