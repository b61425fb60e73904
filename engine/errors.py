"""Every error Foleystage raises on purpose.

Each message is one line that says what is wrong, where, and what to do about it; the command
line prints it as it stands and the window shows it in the jobs panel.
"""

from __future__ import annotations

from pathlib import Path


class FoleystageError(Exception):
    """Something the user can mend. `str(error)` is the one line to show.

    Parameters
    ----------
    problem : str
        What is wrong, with the offending value and the limit it breaks.
    place : str or Path, optional
        File, line, track or device where it happened.
    remedy : str, optional
        What to do about it.
    """

    def __init__(self, problem: str, *, place: str | Path | None = None, remedy: str = "") -> None:
        self.problem = problem
        self.place = None if place is None else str(place)
        self.remedy = remedy
        where = f"{self.place}: " if self.place else ""
        then = f"; {remedy}" if remedy else ""
        super().__init__(" ".join(f"{where}{problem}{then}".split()))

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.problem, self.place, self.remedy)


def _rebuild(
    kind: type[FoleystageError], problem: str, place: str | None, remedy: str
) -> FoleystageError:
    return kind(problem, place=place, remedy=remedy)


class ShapeError(FoleystageError):
    """An array has the wrong number of axes, channels or samples."""


class MediaError(FoleystageError):
    """A video or audio file cannot be read, or holds nothing usable."""


class TrajectoryError(FoleystageError):
    """A trajectory (or its CSV file) is malformed."""


class HrirError(FoleystageError):
    """A SOFA file or HRIR set cannot be used."""


class LayoutError(FoleystageError):
    """A loudspeaker layout or format is unknown, or does not fit the audio."""


class ProjectError(FoleystageError):
    """A session bundle or an edit does not make sense."""


class DeviceError(FoleystageError):
    """An audio device is missing or refused the request."""


class DeliveryError(FoleystageError):
    """A deliverable could not be written."""


class PluginError(FoleystageError):
    """A plug-in is missing, refused to load, or answered nonsense."""


class WeightsError(FoleystageError):
    """Weights of a learned part are not there, not whole, or not the ones that are meant."""


class LibraryError(FoleystageError):
    """The index of the user's own recordings, or one of those, cannot be used as asked."""


class ScriptError(FoleystageError):
    """A Foley script or one of its rule files is malformed."""


class MindError(FoleystageError):
    """A language model that was asked did not answer, or nothing that can be used."""


class CancelledError(FoleystageError):
    """The user cancelled the job; nothing of it is kept."""
