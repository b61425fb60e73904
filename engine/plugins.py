"""The public plug-in API: what a replaceable part must offer, and where parts are found.

Each kind of part has an embedded default that works offline. Other packages add parts through
the entry-point groups ``foleystage.detectors``, ``.depth``, ``.generators``, ``.embedders`` and
``.listeners``; an entry point names a callable that returns the part. It is called without
arguments, or, if it has a parameter ``weights``, with the path of the file that the user chose for
it (None: no choice).

Besides this module a part may use `engine.errors`, `engine.resources`, `engine.vocabularies` and
`engine.weights`; the rest of the engine is not for plug-ins and may change at any time.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from engine.errors import FoleystageError, PluginError

GROUPS = {
    "detector": "foleystage.detectors",
    "depth": "foleystage.depth",
    "generator": "foleystage.generators",
    "embedder": "foleystage.embedders",
    "listener": "foleystage.listeners",
}


@dataclass(frozen=True)
class Detection:
    """One object in one video frame; the box is x0, y0, x1, y1 in pixels of the given image."""

    box: tuple[float, float, float, float]
    label: str
    confidence: float


@runtime_checkable
class Detector(Protocol):
    """Finds objects in video frames given in time order.

    `name` is recorded in the session and shown, or a longer `label` where the part has one.
    `prompt` holds the user's words, possibly none. A part that looks at single pictures says so by
    an attribute ``sampled = True``: it is then shown some pictures a second rather than all; by
    ``every_s`` (below 0.5) it may say how often.
    """

    name: str

    def begin(self, width: int, height: int, rate_hz: float, prompt: Sequence[str]) -> None:
        """A new shot starts: forget everything seen so far."""

    def detect(self, image: NDArray[np.uint8], time_s: float) -> list[Detection]:
        """Objects in one (height, width, 3) RGB image."""


@runtime_checkable
class DepthEstimator(Protocol):
    """Gives metres (or a relative depth) for boxes of one video frame.

    An attribute ``scale`` says what its maps hold: 'metres', 'depth' (up to a scale; so it is
    where nothing is said), or 'inverse' (inverse depth up to scale and offset, larger is nearer).
    """

    name: str

    def depth_map(self, image: NDArray[np.uint8]) -> NDArray[np.float32] | None:
        """Map (height, width) of what `scale` says; None when it works from boxes alone."""

    def box_distance_m(self, detection: Detection, width: int, height: int) -> float:
        """Distance in metres of a detected object, from geometry."""


@dataclass(frozen=True)
class Abilities:
    """What a generator takes into account of an event, and what it answers.

    Attributes
    ----------
    prompt, negative_prompt : bool
        Words that say what shall sound, and what shall not (parameter `negative_prompt`).
    longest_s : float, optional
        None: any length. What is longer is asked for in parts.
    curve : bool
        The event's intensity over time.
    onsets : bool
        Single hits start where the event says, within 10 ms.
    place : bool
        Spatial cues; of all others the renderer places what they make.
    pictures : bool
        It looks at the film; see `Generator`.
    seed : bool
        Another seed makes another take.
    channels : tuple of int
        1, 2 (a stereo bed) or 4 (first-order AmbiX).
    """

    prompt: bool = True
    negative_prompt: bool = False
    longest_s: float | None = None
    curve: bool = False
    onsets: bool = False
    place: bool = False
    pictures: bool = False
    seed: bool = True
    channels: tuple[int, ...] = (1,)

    @property
    def words(self) -> str:
        """For people."""
        told = {
            "words": self.prompt,
            "unwanted words": self.negative_prompt,
            "the film's pictures": self.pictures,
            "intensity over time": self.curve,
            "onsets": self.onsets,
            "places": self.place,
            "seeds": self.seed,
        }
        length = "any length" if self.longest_s is None else f"up to {self.longest_s:g} s"
        shapes = {1: "mono", 2: "stereo", 4: "ambisonics"}
        made = "/".join(shapes.get(count, f"{count} channels") for count in self.channels)
        return f"follows {', '.join(name for name, does in told.items() if does)}; {length}; {made}"


@runtime_checkable
class Generator(Protocol):
    """Makes the sound of one script event. Same arguments, same samples.

    `event` is an `engine.project.model.Event`; the answer is (channels, samples) float32 of
    exactly the event's duration: 1 channel, or 2 (a stereo bed) or 4 (first-order AmbiX) for
    ambiences. A part that chooses something by itself (a recording, a checkpoint) may have a method
    ``settle(event)``: the event with the choice written into its parameters, which go to the
    recipe, so that the same recipe gives the same samples.

    An attribute ``abilities`` (`Abilities`) says what it can do; where there is none, it follows
    words and seeds. To a part that looks at the film ``generate`` is given a third argument, a
    function that yields the (height, width, 3) RGB pictures on screen at rising times in seconds of
    the film, whatever its rate; None where there is no film.
    """

    name: str
    version: str

    def generate(self, event: Any, sample_rate_hz: int) -> NDArray[np.float32]:
        """Audio of one event."""


@runtime_checkable
class PatchEmbedder(Protocol):
    """Describes the patches of pictures by numbers that are alike where the patches are."""

    name: str

    def embed(self, images: Sequence[NDArray[np.uint8]]) -> NDArray[np.floating]:
        """Embeddings (t, h, w, d) of t (height, width, 3) RGB images, on a grid of h x w."""


@runtime_checkable
class Listener(Protocol):
    """Describes sounds and words by numbers that are alike where the words tell of the sound.

    `identity` says which weights it listens by: descriptions by other weights are not compared.
    To make one is cheap; what is large is loaded when it first listens.
    """

    name: str
    identity: str
    size: int

    def of_sound(self, sound: NDArray[np.floating], sample_rate_hz: int) -> NDArray[np.float32]:
        """(size,) of unit length, of a mono recording (samples,) of any length."""

    def of_words(self, words: str) -> NDArray[np.float32]:
        """(size,) of unit length."""


def abilities_of(generator: Generator) -> Abilities:
    """What a generator says it can do."""
    said = getattr(generator, "abilities", None)
    return said if isinstance(said, Abilities) else Abilities()


_EMBEDDED: dict[str, dict[str, Callable[[], Any]]] = {kind: {} for kind in GROUPS}


def register(kind: str, name: str, make: Callable[[], Any]) -> None:
    """Offer an embedded part under a name. `kind` is one of `GROUPS`."""
    _EMBEDDED[kind][name] = make


def names(kind: str) -> tuple[str, ...]:
    """Names of all parts of a kind: embedded ones first, then the installed plug-ins."""
    external = sorted(entry.name for entry in metadata.entry_points(group=GROUPS[kind]))
    return (*_EMBEDDED[kind], *(name for name in external if name not in _EMBEDDED[kind]))


def create(kind: str, name: str, weights: Path | None = None) -> Any:
    """Make the part of that kind and name.

    Parameters
    ----------
    weights : Path, optional
        The file it shall load, for parts that load one.

    Raises
    ------
    PluginError
        If there is none of that name, if it takes no weights but was given some, or if its package
        fails to load.
    """
    if name in _EMBEDDED[kind]:
        return _make(kind, name, _EMBEDDED[kind][name], weights)
    for entry in metadata.entry_points(group=GROUPS[kind]):
        if entry.name == name:
            return _load(kind, entry, weights)
    raise PluginError(
        f"there is no {kind} '{name}'", remedy=f"choose one of {', '.join(names(kind))}"
    )


def _load(kind: str, entry: metadata.EntryPoint, weights: Path | None) -> Any:
    try:
        return _make(kind, entry.name, entry.load(), weights)
    except FoleystageError:  # the part's own words are better
        raise
    except Exception as error:  # the plug-in edge: any failure is the plug-in's, told by name
        raise PluginError(
            f"the {kind} '{entry.name}' failed to load: {error}",
            place=entry.value,
            remedy="update or uninstall that plug-in",
        ) from error


def _make(kind: str, name: str, make: Callable[..., Any], weights: Path | None) -> Any:
    if _takes_weights(make):
        return make(weights=weights)
    if weights is not None:
        raise PluginError(
            f"the {kind} '{name}' takes no weights", place=weights, remedy="leave them out"
        )
    return make()


def _takes_weights(make: Callable[..., Any]) -> bool:
    try:
        return "weights" in inspect.signature(make).parameters
    except ValueError:  # some built-in callables do not tell what they take
        return False
