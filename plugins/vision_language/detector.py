"""The detector "vision-language": some pictures are sent to the user's model, boxes come back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.errors import PluginError
from engine.plugins import Detection, Detector
from engine.vocabularies import spelt_out
from plugins.vision_language.asking import ask
from plugins.vision_language.settings import CONSENT, Endpoint, read_endpoint

_EVERY_S = 0.4
"""Each picture takes a model seconds; rarer ones could not be told to be of the same thing."""


class VisionLanguageDetector:
    """Asks a model about some pictures a second; between them boxes are drawn through."""

    name = "vision-language"
    sampled = True
    every_s = _EVERY_S
    """How often it wants to be shown pictures, in seconds."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._words: tuple[str, ...] = ()
        self.label = f"{endpoint.model} at {endpoint.host}"

    def begin(self, width: int, height: int, rate_hz: float, prompt: Sequence[str]) -> None:
        """A new shot starts; the prompt says what is looked for, nothing: whatever can sound."""
        self._words = spelt_out(prompt)

    def detect(self, image: NDArray[np.uint8], time_s: float) -> list[Detection]:
        """What the model finds in one (height, width, 3) RGB image.

        Raises
        ------
        PluginError
            If it does not answer, or not as asked.
        """
        height, width = image.shape[:2]
        found = ask(self._endpoint, image, self._words)
        return [
            Detection(
                (
                    float(np.clip(one.box[0], 0.0, width)),
                    float(np.clip(one.box[1], 0.0, height)),
                    float(np.clip(one.box[2], 0.0, width)),
                    float(np.clip(one.box[3], 0.0, height)),
                ),
                one.label.strip(),
                one.confidence,
            )
            for one in sorted(found, key=lambda one: -one.confidence)
        ]


def vision_language(weights: Path | None = None) -> Detector:
    """The detector, with the settings file that the user gives in the place of weights."""
    if weights is None:
        raise PluginError(
            "the detector 'vision-language' needs to know whom to ask; it sends pictures there",
            remedy=f'give --weights FILE.toml with url, model and consent = "{CONSENT}"',
        )
    return VisionLanguageDetector(read_endpoint(weights))
