"""CLAP describes sounds and words in one space: words find recordings that are not called so.

Torch and transformers are imported when it first listens, which happens in worker processes and
commands, never in the window. Only safetensors in a folder on this machine are read: they hold
numbers and no code, and nothing is fetched.

References
----------
Wu et al., "Large-scale contrastive language-audio pretraining with feature fusion and
keyword-to-caption augmentation", ICASSP 2023.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import plugins
from engine.errors import PluginError
from engine.weights.folder import folder as weights_folder
from plugins.sound_windows import resampled
from plugins.torchvision_on_cpu import mend_torchvision
from plugins.weights_identity import identity_of

NAME = "clap"
_MOST_WINDOWS = 3
"""Of a long recording so many windows, evenly over it, are listened to."""
_SMALLEST = 1e-6


class Clap:
    """Fits `engine.plugins.Listener`.

    Parameters
    ----------
    weights : Path
        Folder of the model as transformers saves it: ``config.json``, ``model.safetensors``, and
        the settings of its words and of its sounds (``preprocessor_config.json``).

    Raises
    ------
    PluginError
        If the folder's settings are not those of CLAP.
    """

    name = NAME

    def __init__(self, weights: Path) -> None:
        self._weights = weights
        self.size = _size(weights)
        self.identity = f"CLAP {identity_of(weights)}"

    def of_sound(self, sound: NDArray[np.floating], sample_rate_hz: int) -> NDArray[np.float32]:
        """(size,) of unit length: the mean over up to three windows of a recording.

        Raises
        ------
        PluginError
            If transformers or weights are missing, or the network answers NaN.
        """
        torch, network, _, hearing = _loaded(self._weights)
        rate_hz, longest = int(hearing.sampling_rate), int(hearing.nb_max_samples)
        heard = resampled(np.asarray(sound, np.float64)[None], sample_rate_hz, rate_hz)[0]
        pieces = [heard[start : start + longest] for start in _starts(len(heard), longest)]
        asked = hearing(pieces, sampling_rate=rate_hz, return_tensors="pt")
        with torch.inference_mode():
            return self._unit(network.get_audio_features(**asked))

    def of_words(self, words: str) -> NDArray[np.float32]:
        """(size,) of unit length. Errors are those of `of_sound`."""
        torch, network, tokens, _ = _loaded(self._weights)
        asked = tokens([words], truncation=True, return_tensors="pt")
        wanted = {key: asked[key] for key in ("input_ids", "attention_mask")}
        with torch.inference_mode():
            return self._unit(network.get_text_features(**wanted))

    def _unit(self, answer: Any) -> NDArray[np.float32]:
        """The mean direction of (n, size); newer versions of the library wrap the tensor."""
        found = getattr(answer, "pooler_output", answer).float().cpu().numpy()
        if found.ndim != 2 or found.shape[1] != self.size or not np.isfinite(found).all():
            raise PluginError(
                f"CLAP answered {found.shape} numbers, ({self.size},) finite ones are needed",
                place=self._weights,
                remedy="use other weights",
            )
        mean = (found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), _SMALLEST)).mean(0)
        return np.asarray(mean / max(float(np.linalg.norm(mean)), _SMALLEST), dtype=np.float32)


def clap(weights: Path | None = None) -> plugins.Listener:
    """The part, with the folder that was given or put into the folder of weights."""
    place = weights or weights_folder() / NAME
    if not (place / "config.json").is_file():
        raise PluginError(
            "CLAP needs weights",
            place=place,
            remedy="put the model's folder there, as transformers saves it (config.json, "
            "model.safetensors, tokenizer, preprocessor_config.json); see docs/library.md",
        )
    return Clap(place)


def _starts(samples: int, longest: int) -> list[int]:
    """Where windows begin that are evenly spread over a recording; one where it is short."""
    count = min(_MOST_WINDOWS, max(1, -(-samples // longest)))
    return [int(start) for start in np.linspace(0, max(samples - longest, 0), count)]


def _size(weights: Path) -> int:
    """How many numbers describe a sound, as the settings say."""
    try:
        settings = json.loads((weights / "config.json").read_text(encoding="utf-8"))
        if settings["model_type"] != "clap":
            raise ValueError(f"these are weights of '{settings['model_type']}'")
        return int(settings["projection_dim"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PluginError(
            f"not weights of CLAP ({error})", place=weights, remedy="give the model's whole folder"
        ) from error


@lru_cache(maxsize=1)
def _loaded(weights: Path) -> tuple[Any, Any, Any, Any]:
    """torch, the network, what makes tokens of words, and what makes spectra of sounds."""
    try:
        import torch

        mend_torchvision()
        import transformers
    except ImportError as error:
        raise PluginError(
            f"CLAP needs transformers and torch ({error})",
            remedy="install them: pip install 'foleystage[learned]'",
        ) from error
    transformers.utils.logging.disable_progress_bar()
    try:
        network, report = transformers.ClapModel.from_pretrained(
            str(weights), local_files_only=True, use_safetensors=True, output_loading_info=True
        )
        lacking = sorted(report["missing_keys"]) + sorted(map(str, report["mismatched_keys"]))
        if lacking:
            raise ValueError(f"{len(lacking)} parts are missing or differ, such as {lacking[0]}")
        tokens = transformers.AutoTokenizer.from_pretrained(str(weights), local_files_only=True)
        hearing = transformers.ClapFeatureExtractor.from_pretrained(
            str(weights), local_files_only=True
        )
    except Exception as error:  # whatever the libraries say about a folder that is not the model
        words = " ".join(str(error).split())[:120]
        raise PluginError(
            f"not weights of CLAP ({type(error).__name__}: {words})",
            place=weights,
            remedy="give the model's whole folder, with safetensors",
        ) from error
    return torch, network.eval(), tokens, hearing
