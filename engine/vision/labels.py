"""What a track is called: person, vehicle, flyer or object; or the user's own words for those.

All of it is told from the picture alone, so that it is the same whatever mapping places things.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from engine.vision.ground import above, is_followed, on_street
from engine.vision.merge import roams
from engine.vision.paths import Path

Kind = Literal["person", "vehicle", "object"]
_LEAST_S = {"vehicle": 0.5, "flyer": 0.5}
"""Fragments shorter than this are too little to be called that."""
_UPRIGHT, _ROUND = (0.15, 0.85), (0.6, 1.6)
"""Width over height of people who stand or walk, and of what may be called round."""
_FLYER_SEEN = 0.5
"""Share of its moments in which a flyer is seen, at the least: less is a speck of parallax."""
_LIKELY_PERSON = 0.2
"""Score of the people detector from which it sees one."""
_LOOKS_LIKE_ONE, _WALKS_LIKE_ONE = 0.34, 0.05
"""Share of looks at which it sees one that makes a path a person: by looks alone, or with steps."""
_CERTAIN, _CERTAIN_LOOKS, _CERTAIN_SHARE, _SLENDER = 1.0, 5, 0.07, 0.9
"""Score at which that detector hardly errs; number and share of such looks, and width over height
below which they make a person of somebody who plays or works on the spot, in whatever posture."""
_LOOKS_SURE = 0.7
"""How sure such a look is."""
_LEAST_VEHICLE = 0.45
"""Confidence below which a vehicle is rather called an object."""
_CLEAR_AREA, _CLEAR_S, _CLEAR_SEEN = 0.0015, 0.7, 0.6
"""Share of the picture, duration and share of sightings from which a path is clear."""
FLYER = "flyer"
"""Label of objects that travel well above the horizon and never come down."""
_HIGH, _ALWAYS_HIGH = 0.4, 0.467
"""Shares of the picture's height above which a flyer's centre usually and always is."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


PERSON_WORDS = _words(
    "person people man woman men women boy girl child kid walker pedestrian runner jogger dancer "
    "human actor actress somebody someone player skater worker footsteps steps golfer batter "
    "batsman cricketer drummer"
)
VEHICLE_WORDS = _words(
    "car cars vehicle van truck lorry bus coach taxi tram train motorbike motorcycle scooter "
    "bicycle bike traffic engine motor automobile tractor"
)
FLYING_WORDS = _words(
    "bird goose duck gull eagle crow pigeon plane aeroplane airplane jet helicopter drone bee fly "
    "insect butterfly bat kite balloon rocket arrow"
)
ROUND_WORDS = _words("ball football basketball marble wheel barrel tyre tire bottle can")
ANIMAL_WORDS = _words(
    "dog dogs puppy horse horses pony donkey cat cats kitten cow cows sheep goat pig deer fox wolf "
    "bear lion tiger elephant camel zebra rabbit hen chicken animal animals rider herd cattle "
    "flock bison buffalo wildebeest"
)
"""What walks and runs, so that its motion looks like a person's or a vehicle's."""
PLACE_WORDS = _words(
    "rain rainy raining storm downpour wind windy gale street streets city town urban road forest "
    "woods park garden meadow field lawn beach sea ocean coast surf desert room house kitchen "
    "office corridor hall studio stage interior indoors indoor inside exterior outside outdoors "
    "outdoor night day morning evening crickets birdsong ambience atmosphere background quiet "
    "gravel grass carpet sand mud dirt asphalt concrete cobbles cobblestones puddles wet dry wooden"
)
"""Words of a scene, its ground and its weather; a phrase of nothing else names no thing."""
_SMALL_WORDS = _words("a an the in on at of and with over under near")
_MAY_BE: dict[Kind, tuple[Kind, ...]] = {
    "object": ("vehicle", "person"),
    "person": ("object",),
    "vehicle": ("object",),
}
"""What things that the user names by a word of one kind may be taken for by their motion."""
_MANY = 3
"""So many vehicles in one film are vehicles, whatever animal the user names."""
_TOGETHER = 0.2
"""Share of the shorter of two paths from which they are two things, and not one seen twice."""
_WORD_SURE = 0.5
"""Sureness, at the least, of what the user's word names."""
_REPEATS_SURE = 0.35
"""Sureness from which a word that is used already names another thing as well."""


@dataclass(frozen=True)
class Naming:
    """Label and confidence of one path."""

    kind: Kind
    label: str
    confidence: float


def kind_of(
    path: Path,
    width: int,
    height: int,
    *,
    walks: bool,
    horizon: float | None = None,
    camera_moves: bool = False,
) -> tuple[Kind, float]:
    """Person, vehicle or object, and how sure that is (0..1; below 0.35 it is a mere guess).

    People: the HOG detector agrees again and again, or an upright thing moves its lower half in
    the rhythm of steps. Vehicles: wide, stiff, faster than anyone walks, and standing on the ground
    below the `horizon` (a row; None where it is not known), or followed by a camera that moves. A
    foreign detector's labels stand as
    they are (see `name_paths`).
    """
    told = told_kind(path)
    if told is not None:
        return told
    kind, sure = _looks_like(path, width, height, walks=walks, horizon=horizon)
    if kind == "object" and camera_moves and not path.parts and is_followed(path, (width, height)):
        kind = "vehicle"
    return kind, sure * clearness(path, width, height)


def told_kind(path: Path) -> tuple[Kind, float] | None:
    """Kind and sureness by a learned detector's labels; None where nothing named the path."""
    if not path.named:
        return None
    named = dict(path.labels)
    parts = set(max(named, key=lambda k: named[k]).lower().split())
    sure = float(path.confidence[path.seen].mean())
    if parts & PERSON_WORDS:
        return "person", sure
    return ("vehicle", sure) if parts & VEHICLE_WORDS else ("object", sure)


def clearness(path: Path, width: int, height: int) -> float:
    """How clearly a path is a thing of its own (0..1): large, lasting, and seen most of the time.

    Specks, flickers and what is mostly guessed between sightings are rather the picture's noise,
    or a part of something else.
    """
    area = float(np.median(np.prod(path.sizes, axis=1))) / (width * height)
    large = min(1.0, area / _CLEAR_AREA)
    lasting = min(1.0, path.duration_s / _CLEAR_S)
    seen = min(1.0, float(path.seen.mean()) / _CLEAR_SEEN)
    return float((large * lasting * seen) ** (1.0 / 3.0))


def _looks_like(
    path: Path, width: int, height: int, *, walks: bool, horizon: float | None
) -> tuple[Kind, float]:
    """Person, vehicle or object, and how much it looks like that."""
    aspect = float(np.median(path.sizes[:, 0] / np.maximum(path.sizes[:, 1], 1.0)))
    upright = _UPRIGHT[0] < aspect < _UPRIGHT[1]
    scores = path.person_scores
    hog = float(np.mean(scores > _LIKELY_PERSON)) if len(scores) else 0.0
    seen = float(path.confidence[path.seen].mean())
    asked = len(scores) >= 2
    looks = asked and hog >= _LOOKS_LIKE_ONE and aspect < 1.0
    if looks or (upright and walks and hog > _WALKS_LIKE_ONE):
        return "person", float(np.clip(0.5 + 0.5 * hog, 0, 1)) * seen
    if upright and walks:
        return "person", 0.6 * seen
    certain = int(np.sum(scores > _CERTAIN))
    if aspect < _SLENDER and certain >= max(_CERTAIN_LOOKS, _CERTAIN_SHARE * len(scores)):
        return "person", _LOOKS_SURE * seen
    if 0.8 * seen >= _LEAST_VEHICLE and _is_vehicle(path, width, height, horizon):
        return "vehicle", 0.8 * seen
    return "object", 0.7 * seen


def _is_vehicle(path: Path, width: int, height: int, horizon: float | None) -> bool:
    if path.parts or path.duration_s < _LEAST_S["vehicle"] or not roams(path, width):
        return False
    return on_street(path, horizon, width, height)


def flies(path: Path, width: int, height: int, horizon: float | None = None) -> bool:
    """Whether it travels and stays well above the horizon (a row; if unknown, the middle)."""
    if path.duration_s < _LEAST_S[FLYER] or float(path.seen.mean()) < _FLYER_SEEN:
        return False
    if horizon is not None:
        return above(path, horizon, height) and roams(path, width)
    usual, lowest = np.percentile(path.centres[:, 1], (50, 90)) / height
    return bool(usual < _HIGH and lowest < _ALWAYS_HIGH and roams(path, width))


def name_paths(
    paths: Sequence[Path],
    kinds: Sequence[tuple[Kind, float]],
    prompt: Sequence[str],
    size: tuple[int, int],
    horizon: float | None = None,
) -> tuple[list[Naming], list[str]]:
    """Names of the paths, and notes for the user about words that found no object.

    A foreign detector's own label wins. Otherwise a word of the prompt is used for the paths of
    its kind: words for people and vehicles by vocabulary; among objects, flying words for what
    stays above the horizon, round words for what is about as wide as high, the others in turn.
    What the user says outranks what motion makes of a thing (see `_with_left_over`). Words of
    places and weather name nothing.
    Objects that fly, above the horizon and all ground where anyone was seen to go, are called
    'flyer' otherwise. `size` is the picture's width and height,
    `horizon` its row if it is known.
    """
    names: list[Naming] = []
    words = _by_kind(prompt)
    used: set[str] = set()
    bearers: list[tuple[str, Path]] = []
    ground = _highest_ground(paths, kinds)
    for path, (kind, sure) in zip(paths, kinds, strict=True):
        if path.named:
            names.append(Naming(kind, _in_words(path, prompt, used), sure))
            continue
        free = {k: [w for w in some if _is_free(w, path, bearers)] for k, some in words.items()}
        word = _word_for(path, (kind, sure), words if kind != "object" else free, used, size[1])
        used |= {word} if word else set()
        bearers += [(word, path)] if word else []
        sure = max(sure, _WORD_SURE) if word else sure
        aloft = flies(path, *size, horizon) and above(path, ground, size[1])
        plain = FLYER if kind == "object" and aloft else kind
        names.append(Naming(kind, word or plain, sure))
    names = _with_left_over(paths, names, words, used)
    return names, _notes(words, used)


def _notes(words: dict[Kind, list[str]], used: set[str]) -> list[str]:
    """What became of the user's words."""
    notes = [
        f"label '{word}' from the prompt stands for moving {kind}s (by motion, not by looks)"
        for kind, some in words.items()
        for word in some
        if word in used
    ]
    notes += [
        f"nothing that moves was found for '{word}'"
        for some in words.values()
        for word in some
        if word not in used
    ]
    return notes


def _in_words(path: Path, prompt: Sequence[str], used: set[str]) -> str:
    """A learned detector's label, or the user's words for the same: 'ball' for 'sports ball'."""
    label = max(path.labels, key=lambda entry: entry[1])[0]
    parts = set(label.lower().split())
    for group in (parts, PERSON_WORDS if parts & PERSON_WORDS else parts):
        for phrase in prompt:
            if group & set(phrase.lower().split()):
                used.add(phrase.strip())
                return phrase.strip()
    return label


def _highest_ground(paths: Sequence[Path], kinds: Sequence[tuple[Kind, float]]) -> float:
    """Highest row at which a person or vehicle was seen to stand; infinite if none was."""
    feet = [
        float(np.percentile(path.smooth[:, 3], 25))
        for path, (kind, _) in zip(paths, kinds, strict=True)
        if kind != "object"
    ]
    return min(feet, default=np.inf)


def _by_kind(prompt: Sequence[str]) -> dict[Kind, list[str]]:
    words: dict[Kind, list[str]] = {"person": [], "vehicle": [], "object": []}
    for phrase in (p.strip() for p in prompt):
        parts = set(phrase.lower().replace("-", " ").split())
        if parts <= PLACE_WORDS | _SMALL_WORDS:
            continue
        if parts & PERSON_WORDS:
            words["person"].append(phrase)
        elif parts & VEHICLE_WORDS:
            words["vehicle"].append(phrase)
        else:
            words["object"].append(phrase)
    return words


def _in_upper_half(path: Path, height: int) -> bool:
    """Whether its lower edge hardly ever leaves the upper half of the picture.

    Weaker than `flies`: the user's word says already that something flies here.
    """
    return float(np.percentile(path.smooth[:, 3], 90)) < 0.5 * height


def _with_left_over(
    paths: Sequence[Path], names: Sequence[Naming], words: dict[Kind, list[str]], used: set[str]
) -> list[Naming]:
    """Names, words that found no thing of their kind given to what may be one all the same.

    An animal walks like a person and goes along like a vehicle: its word takes the most relevant
    of those that nobody called so, and every vehicle of a film with one or two, where the user
    names none. What somebody works or plays with on the spot is not seen apart from them, so that
    its word names both. A person who does not walk, and a vehicle that the camera keeps
    in its place, look like any object: their words take the most relevant of these. `used` grows.
    """
    found = list(names)
    taken = [
        index
        for index, (path, name) in enumerate(zip(paths, names, strict=True))
        if name.kind == "vehicle" and not path.named
    ]
    animal = next((word for word in words["object"] if _is_animal(word)), None)
    if animal is not None and not words["vehicle"] and 0 < len(taken) < _MANY:
        used.add(animal)
        bearers = [(n.label, path) for path, n in zip(paths, names, strict=True)]
        for index in (i for i in taken if _is_free(animal, paths[i], bearers)):
            found[index] = Naming("object", animal, max(names[index].confidence, _WORD_SURE))
            bearers.append((animal, paths[index]))
    for kind, other in _MAY_BE.items():
        for word in words[kind]:
            tool = kind == "object" and not _is_animal(word)
            free = [
                index
                for index, (path, name) in enumerate(zip(paths, found, strict=True))
                if name.kind in other
                and name.label in (name.kind, FLYER)
                and not path.named
                and not (tool and (name.kind != "person" or not path.parts))
            ]
            if word not in used and free:
                first = min(free, key=lambda index: (other.index(found[index].kind), index))
                sure = max(found[first].confidence, _WORD_SURE)
                found[first] = Naming(kind, word, sure)
                used.add(word)
    return found


def _is_free(word: str, path: Path, bearers: Sequence[tuple[str, Path]]) -> bool:
    """Whether a word may name a path beside its bearers: one "dog" at a time, many "dogs"."""
    if word.lower().endswith("s") and not word.lower().endswith("ss"):
        return True
    return all(other != word or not _together(path, bearer) for other, bearer in bearers)


def _together(a: Path, b: Path) -> bool:
    """Whether two paths are there at the same time, for a fifth of the shorter one's or more."""
    common = min(a.times_s[-1], b.times_s[-1]) - max(a.times_s[0], b.times_s[0])
    return bool(common > _TOGETHER * min(a.duration_s, b.duration_s))


def _is_animal(word: str) -> bool:
    return bool(set(word.lower().split()) & ANIMAL_WORDS)


def _word_for(
    path: Path,
    guess: tuple[Kind, float],
    words: dict[Kind, list[str]],
    used: set[str],
    height: int,
) -> str | None:
    kind, sure = guess
    if kind != "object":
        return words[kind][0] if words[kind] else None
    high = _in_upper_half(path, height)
    aspect = float(np.median(path.sizes[:, 0] / np.maximum(path.sizes[:, 1], 1.0)))
    best: str | None = None
    best_points = 0.0
    for word in words["object"]:
        parts = set(word.lower().split())
        if word in used and sure < _REPEATS_SURE:
            continue
        points = 1.0 - (0.6 if word in used else 0.0)
        if parts & FLYING_WORDS:
            points += 1.0 if high else -2.0
        if parts & ROUND_WORDS:
            points += 1.0 if _ROUND[0] < aspect < _ROUND[1] and not high else -2.0
        if points > best_points:
            best, best_points = word, points
    return best
