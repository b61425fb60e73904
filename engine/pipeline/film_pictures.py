"""The film's pictures for generators that see; see `engine.plugins.Generator`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from msgspec import structs

from engine.errors import MediaError
from engine.media.decode import VideoReader
from engine.media.picture import Image
from engine.project.model import Event, Project

Pictures = Callable[[Sequence[float]], Iterator[Image]]
"""Given rising times in seconds of the film, the (height, width, 3) picture on screen at each."""

_PARAMETER = "film"
"""Of an event whose generator sees: the film's path, which goes to the recipe."""
_MAX_WIDTH = 1024


def film_of(project: Project) -> Path | None:
    """The session's film; None where it has none."""
    return Path(project.video.path) if project.video is not None else None


def with_film(event: Event, film: Path) -> Event:
    """The event, and the film that its generator is to see."""
    return structs.replace(event, parameters={**event.parameters, _PARAMETER: str(film)})


def pictures_of(event: Event) -> Pictures | None:
    """The pictures of the event's film, whatever its rate; None where it has none.

    Raises
    ------
    MediaError
        If the film is not there any more.
    """
    told = str(event.parameters.get(_PARAMETER, ""))
    if not told:
        return None
    film = Path(told)
    if not film.is_file():
        raise MediaError(
            "the film that this sound was made for is not there",
            place=film,
            remedy="put it back, or make another take",
        )

    def pictures(times_s: Sequence[float]) -> Iterator[Image]:
        reader = VideoReader(film, max_width=_MAX_WIDTH)
        try:
            for time_s in times_s:
                yield reader.at(time_s)[1]
        finally:
            reader.close()

    return pictures
