"""The generator: what is seen and an event's words become sound that is in time with the picture.

Torch and MMAudio are imported when the first sound is made, which happens in worker processes and
commands, never in the window.

References
----------
Cheng et al., "MMAudio: Taming multimodal joint training for high-quality video-to-audio
synthesis", CVPR 2025.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from engine import plugins
from engine.errors import PluginError
from engine.weights.folder import folder as weights_folder
from plugins.mmaudio_sounds import loading
from plugins.mmaudio_sounds.sights import Pictures, seen
from plugins.sound_edges import levelled, of_length
from plugins.sound_windows import assembled, plan, resampled
from plugins.weights_identity import identity_of

NAME = "mmaudio"
_STEPS, _GUIDANCE = 25, 4.5
_SHORTEST_S = 2.0
"""A window is never asked shorter: what looks for movement needs 0.64 s at the least."""


class MMAudioGenerator:
    """Sound of an event from the film's pictures and its words. Fits `engine.plugins.Generator`.

    Parameters of an event: `negative_prompt`, `steps`, `guidance`, `level_dbfs`.

    Parameters
    ----------
    weights : Path
        Folder with MMAudio's files.
    """

    name = NAME
    version = "1"
    abilities = plugins.Abilities(negative_prompt=True, curve=True, pictures=True)

    def __init__(self, weights: Path) -> None:
        self._weights = weights

    def settle(self, event: Any) -> Any:
        """The event with what the weights are in its parameters."""
        told = {**event.parameters, "weights": identity_of(self._weights)}
        return structs.replace(event, parameters=told)

    def generate(
        self, event: Any, sample_rate_hz: int, pictures: Pictures | None = None
    ) -> NDArray[np.float32]:
        """(1, samples) float32. Without pictures the words alone tell what is heard.

        Raises
        ------
        PluginError
            If MMAudio or weights are missing, the weights are others than those of the recipe, or
            the model answers NaN or too little.
        """
        known = event.parameters.get("weights")
        if known is not None and known != identity_of(self._weights):
            raise PluginError(
                f"the weights are not those that made this take ({known})",
                place=self._weights,
                remedy="put those back, or make another take",
            )
        model = loading.loaded(self._weights)
        rate_hz = int(model.sequence.sampling_rate)
        longest = int(model.sequence.duration * rate_hz)
        wanted = int(np.ceil(event.duration_s * rate_hz)) + 1
        starts = [start for start, _ in plan(wanted, longest, rate_hz)]

        def window(number: int, length: int) -> NDArray[np.float64]:
            start_s = event.start_s + starts[number] / rate_hz
            return _window(model, event, pictures, number, start_s, length / rate_hz)

        sound = assembled(wanted, longest, rate_hz, window)
        samples = int(np.floor(event.duration_s * sample_rate_hz + 0.5))
        sound = of_length(resampled(sound, rate_hz, sample_rate_hz), samples)
        return levelled(sound, event, sample_rate_hz).astype(np.float32)


def mmaudio(weights: Path | None = None) -> plugins.Generator:
    """The part, with the folder that was given or put into the folder of weights."""
    place = weights or weights_folder() / NAME
    if loading.variant_in(place) is None:
        raise PluginError(
            "MMAudio needs weights",
            place=place,
            remedy="put its files there (mmaudio_large_44k_v2.pth and what it needs); see "
            "docs/generators.md",
        )
    return MMAudioGenerator(place)


def _window(
    model: loading.Model,
    event: Any,
    pictures: Pictures | None,
    number: int,
    start_s: float,
    length_s: float,
) -> NDArray[np.float64]:
    """(1, n) of one window; its own seed follows from the event's."""
    import torch

    length_s = max(length_s, _SHORTEST_S)
    span = dataclasses.replace(model.sequence, duration=length_s)
    model.network.update_seq_lengths(span.latent_seq_len, span.clip_seq_len, span.sync_seq_len)
    clip, sync = _looked(span, pictures, start_s)
    told = event.parameters
    device = next(model.network.parameters()).device
    seed = int(np.random.SeedSequence([abs(event.seed), number]).generate_state(1)[0])
    with torch.inference_mode():
        answer = model.generate(
            clip,
            sync,
            [event.prompt or event.layer],
            negative_text=[str(told.get("negative_prompt", ""))],
            feature_utils=model.features,
            net=model.network,
            fm=model.flow(int(told.get("steps", _STEPS))),
            rng=torch.Generator(device).manual_seed(seed),
            cfg_strength=float(told.get("guidance", _GUIDANCE)),
        )
    return np.atleast_2d(answer.float().cpu().numpy()[0].astype(np.float64))


def _looked(span: Any, pictures: Pictures | None, start_s: float) -> tuple[Any, Any]:
    """Both series of pictures as (1, n, 3, height, width) tensors; None where nothing is seen."""
    if pictures is None:
        return None, None
    import torch

    syncs = int(span.duration * span.sync_frame_rate)
    both = seen(
        pictures, start_s, span.clip_frame_rate, span.clip_seq_len, span.sync_frame_rate, syncs
    )
    return tuple(torch.from_numpy(series[None]) for series in both)  # type: ignore[return-value]
