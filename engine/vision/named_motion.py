"""The embedded default "motion+names": whatever moves, named by the light network that is shipped.

Motion tells where and when something goes, to a pixel and a picture, but not what it is; a light
network tells what it is, a few times a second. `engine.vision.join_names` brings them together.
Where the network cannot be opened, motion's own rules give names, and the notes say so.
"""

from __future__ import annotations

from pathlib import Path

from engine import plugins
from engine.errors import FoleystageError
from engine.plugins import Detector
from engine.vision.detect import MotionDetector
from engine.weights.choice import weights_for

NAME = "motion+names"
_NETWORK, _TITLE = "picodet", "PicoDet-S"


class NamedMotionDetector(MotionDetector):
    """Motion segmentation and a people detector, with a network beside them that gives names.

    Parameters
    ----------
    weights : Path, optional
        Another PicoDet than the one that is shipped.

    Attributes
    ----------
    network : Detector or None
        What gives the names; None where it cannot be opened, which `notes` tell.
    """

    name = NAME

    def __init__(self, weights: Path | None = None) -> None:
        super().__init__()
        self.network: Detector | None = None
        self.notes: tuple[str, ...] = ()
        try:
            self.network = plugins.create("detector", _NETWORK, weights_for(_NETWORK, weights))
        except FoleystageError as error:
            if weights is not None:
                raise
            self.notes = (f"nothing is named by its looks: {error}",)
            return
        whose = "shipped" if weights is None else weights.name
        self.label = f"{MotionDetector.label}, named by {_TITLE} ({whose})"


plugins.register("detector", NamedMotionDetector.name, NamedMotionDetector)
