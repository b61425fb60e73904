"""The generators: weights found, a pipeline loaded once, windows made, the event's level applied.

Torch and diffusers are imported when the first sound is made, which happens in worker processes
and commands, never in the window. Only safetensors in a folder on this machine are read: they hold
numbers and no code, and nothing is fetched.

References
----------
Evans et al., "Stable Audio Open", ICASSP 2025; Liu et al., "AudioLDM 2", IEEE/ACM TASLP 2024.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from engine.errors import PluginError
from engine.plugins import Abilities, Generator
from engine.weights.folder import folder as weights_folder
from plugins.sound_edges import levelled, of_length
from plugins.sound_windows import assembled, resampled
from plugins.weights_identity import identity_of

_MARGIN = 1.02
"""Windows are asked for a little longer, since models round to whole latent steps."""


@dataclass(frozen=True)
class Kind:
    """What differs between the models."""

    name: str
    title: str
    pipeline: str
    steps: int
    guidance: float


STABLE_AUDIO_OPEN = Kind("stable-audio-open", "Stable Audio Open", "StableAudioPipeline", 100, 7.0)
AUDIOLDM2 = Kind("audioldm2", "AudioLDM 2", "AudioLDM2Pipeline", 200, 3.5)


class DiffusionGenerator:
    """Sound of an event from the words of its prompt. Fits `engine.plugins.Generator`.

    Parameters of an event: `negative_prompt`, `steps`, `guidance`, `level_dbfs`.

    Parameters
    ----------
    kind : Kind
    weights : Path
        Folder of the model as diffusers saves it (``model_index.json`` and safetensors).
    """

    version = "1"
    abilities = Abilities(negative_prompt=True, curve=True)

    def __init__(self, kind: Kind, weights: Path) -> None:
        self.name = kind.name
        self._kind = kind
        self._weights = weights

    def settle(self, event: Any) -> Any:
        """The event with what the weights are in its parameters."""
        told = {**event.parameters, "weights": identity_of(self._weights)}
        return structs.replace(event, parameters=told)

    def generate(self, event: Any, sample_rate_hz: int) -> NDArray[np.float32]:
        """(1, samples) float32; the mean of stereo models' channels, for an object in space.

        Raises
        ------
        PluginError
            If diffusers or weights are missing, the weights are others than those of the recipe,
            or the model answers NaN or too little.
        """
        known = event.parameters.get("weights")
        if known is not None and known != identity_of(self._weights):
            raise PluginError(
                f"the weights are not those that made this take ({known})",
                place=self._weights,
                remedy="put those back, or make another take",
            )
        pipeline = _loaded(self._kind, self._weights)
        rate_hz, longest = _measures(self._kind, pipeline)
        wanted = int(np.ceil(event.duration_s * rate_hz)) + 1

        def window(number: int, length: int) -> NDArray[np.float64]:
            return _window(self._kind, pipeline, event, number, length / rate_hz)

        sound = assembled(wanted, longest, rate_hz, window).mean(axis=0, keepdims=True)
        samples = int(np.floor(event.duration_s * sample_rate_hz + 0.5))
        sound = of_length(resampled(sound, rate_hz, sample_rate_hz), samples)
        return levelled(sound, event, sample_rate_hz).astype(np.float32)


def stable_audio_open(weights: Path | None = None) -> Generator:
    """The part, with the weights that were given or put into the folder of weights."""
    return _part(STABLE_AUDIO_OPEN, weights)


def audioldm2(weights: Path | None = None) -> Generator:
    """Likewise."""
    return _part(AUDIOLDM2, weights)


def _part(kind: Kind, weights: Path | None) -> Generator:
    place = weights or weights_folder() / kind.name
    if not (place / "model_index.json").is_file():
        raise PluginError(
            f"{kind.title} needs weights",
            place=place,
            remedy="put the model's folder there, as diffusers saves it (model_index.json, "
            "safetensors); see docs/generators.md",
        )
    return DiffusionGenerator(kind, place)


@lru_cache(maxsize=1)
def _loaded(kind: Kind, weights: Path) -> Any:
    """The pipeline; one is kept, since loading takes longer than a sound."""
    try:
        import diffusers
        import torch
    except ImportError as error:
        raise PluginError(
            f"{kind.title} needs diffusers, transformers and torch ({error})",
            remedy="install them: pip install 'foleystage[generators]'",
        ) from error
    try:
        pipeline = getattr(diffusers, kind.pipeline).from_pretrained(
            str(weights), local_files_only=True, use_safetensors=True
        )
    except Exception as error:  # whatever the libraries say about a folder that is not the model
        words = " ".join(str(error).split())[:120]
        raise PluginError(
            f"not weights of {kind.title} ({type(error).__name__}: {words})",
            place=weights,
            remedy="give the model's whole folder, with safetensors",
        ) from error
    pipeline.set_progress_bar_config(disable=True)
    return pipeline.to("cuda" if torch.cuda.is_available() else "cpu")


def _measures(kind: Kind, pipeline: Any) -> tuple[int, int]:
    """Rate in Hz, and the longest window in samples."""
    if kind is STABLE_AUDIO_OPEN:
        vae = pipeline.vae
        longest = int(pipeline.transformer.config.sample_size * vae.hop_length)
        return int(vae.config.sampling_rate), int(longest / _MARGIN)
    rate_hz = int(pipeline.vocoder.config.sampling_rate)
    return rate_hz, int(10.24 * rate_hz / _MARGIN)


def _window(
    kind: Kind, pipeline: Any, event: Any, number: int, length_s: float
) -> NDArray[np.float64]:
    """(channels, n) of one window; its own seed follows from the event's."""
    import torch

    seed = int(np.random.SeedSequence([abs(event.seed), number]).generate_state(1)[0])
    asked: dict[str, Any] = {
        "prompt": event.prompt or event.layer,
        "negative_prompt": str(event.parameters.get("negative_prompt", "")) or None,
        "num_inference_steps": int(event.parameters.get("steps", kind.steps)),
        "guidance_scale": float(event.parameters.get("guidance", kind.guidance)),
        "generator": torch.Generator("cpu").manual_seed(seed),
    }
    length = {
        "audio_end_in_s" if kind is STABLE_AUDIO_OPEN else "audio_length_in_s": length_s * _MARGIN
    }
    with torch.inference_mode():
        answer = pipeline(**asked, **length).audios[0]
    sound = answer.float().cpu().numpy() if hasattr(answer, "cpu") else np.asarray(answer)
    return np.atleast_2d(sound.astype(np.float64))
