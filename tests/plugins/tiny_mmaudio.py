"""MMAudio with random numbers: its own network where it is installed, else one that is asked alike.

What looks, reads and turns latents into sound is tiny in either case: the makers' are of gigabytes.
"""

from __future__ import annotations

import importlib
import importlib.util
import math
from dataclasses import dataclass
from typing import Any

from plugins.mmaudio_sounds.loading import Model

INSTALLED = importlib.util.find_spec("mmaudio") is not None
RATE_HZ, HOP, WINDOW_S = 2000, 20, 2.0
WIDTH, TEXT = 8, 77


@dataclass
class Span:
    """As MMAudio's ``SequenceConfig``: how many latents and pictures a window has."""

    duration: float = WINDOW_S
    sampling_rate: int = RATE_HZ
    clip_frame_rate: int = 8
    sync_frame_rate: int = 25

    @property
    def latent_seq_len(self) -> int:
        return math.ceil(self.duration * self.sampling_rate / HOP / 2)

    @property
    def clip_seq_len(self) -> int:
        return int(self.duration * self.clip_frame_rate)

    @property
    def sync_seq_len(self) -> int:
        return int(((self.duration * self.sync_frame_rate - 16) // 8 + 1) * 8)


def tiny_model(real: bool) -> Model:
    """The parts of MMAudio, the network and its sampling being the real ones or not."""
    torch: Any = importlib.import_module("torch")
    torch.manual_seed(0)
    features = _features(torch)
    if not real:
        return Model(_stand_in(torch), features, Span(), lambda steps: steps, _generate)
    networks, flows, settings, spans = (
        importlib.import_module(f"mmaudio.{name}")
        for name in ("model.networks", "model.flow_matching", "eval_utils", "model.sequence_config")
    )
    span = spans.SequenceConfig(
        duration=WINDOW_S, sampling_rate=RATE_HZ, spectrogram_frame_rate=HOP
    )
    network = networks.MMAudio(
        latent_dim=4, clip_dim=WIDTH, sync_dim=WIDTH, text_dim=WIDTH, hidden_dim=16, depth=2,
        fused_depth=1, num_heads=2, latent_seq_len=span.latent_seq_len,
        clip_seq_len=span.clip_seq_len, sync_seq_len=span.sync_seq_len,
        latent_mean=torch.zeros(4), latent_std=torch.ones(4), v2=True,
    )  # fmt: skip
    for parameter in network.parameters():  # it begins with layers of nothing
        if parameter.requires_grad:
            torch.nn.init.normal_(parameter, std=0.2)
    return Model(
        network.eval(), features, span,
        lambda steps: flows.FlowMatching(0.0, inference_mode="euler", num_steps=steps),
        settings.generate,
    )  # fmt: skip


def _features(torch: Any) -> Any:
    class Features(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.mix = torch.nn.Linear(3, WIDTH)
            self.sound = torch.nn.Linear(4, 2 * HOP)
            self.device, self.dtype = torch.device("cpu"), torch.float32

        def encode_video_with_clip(self, x: Any, batch_size: int = -1) -> Any:
            assert x.shape[2:] == (3, 384, 384), x.shape
            assert 0.0 <= x.min() <= x.max() <= 1.0
            return self.mix(x.mean(dim=(-2, -1)))

        def encode_video_with_sync(self, x: Any, batch_size: int = -1) -> Any:
            assert x.shape[2:] == (3, 224, 224), x.shape
            segments = (x.shape[1] - 16) // 8 + 1
            return self.mix(x.mean(dim=(-2, -1)))[:, : segments * 8]

        def encode_text(self, text: list[str]) -> Any:
            told = torch.tensor([[float(len(one)), 1.0, 0.0] for one in text]) / 10.0
            return self.mix(told)[:, None].expand(-1, TEXT, -1)

        def decode(self, z: Any) -> Any:
            return z

        def vocode(self, spec: Any) -> Any:
            return self.sound(spec).flatten(1)[:, None]  # (B, 1, samples)

    return Features().eval()


def _stand_in(torch: Any) -> Any:
    class Network(torch.nn.Linear):
        def update_seq_lengths(self, latents: int, clips: int, syncs: int) -> None:
            self.lengths = latents, clips, syncs

    return Network(WIDTH, 4)


def _generate(
    clip_video: Any, sync_video: Any, text: list[str], *, negative_text: list[str],
    feature_utils: Any, net: Any, fm: int, rng: Any, cfg_strength: float,
) -> Any:  # fmt: skip
    """Asks for what ``mmaudio.eval_utils.generate`` asks for."""
    torch: Any = importlib.import_module("torch")
    latents, clips, syncs = net.lengths
    assert len(text) == len(negative_text) == 1
    told = feature_utils.encode_text(text).mean(dim=1, keepdim=True)
    if clip_video is not None:
        seen = feature_utils.encode_video_with_clip(clip_video)
        moving = feature_utils.encode_video_with_sync(sync_video)
        assert (seen.shape[1], moving.shape[1]) == (clips, syncs)
        told = told + seen.mean(dim=1, keepdim=True) + moving.mean(dim=1, keepdim=True)
    noise = torch.randn(1, latents, 4, generator=rng)
    return feature_utils.vocode(feature_utils.decode(noise + cfg_strength / fm * net(told)))
