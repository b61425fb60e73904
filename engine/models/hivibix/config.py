"""Sizes of HiViBiX's networks. Where the paper gives none, they are chosen and said to be."""

from __future__ import annotations

from dataclasses import dataclass

REDUCTION = 4
"""Of the spectrogram's sides by the encoder: 512 x 512 to 128 x 128."""


@dataclass(frozen=True)
class Config:
    """Sizes of the networks; the defaults are the paper's where it states them.

    Attributes
    ----------
    bins, columns : int
        Of the spectrogram; its highest frequency is left out.
    fft_samples, hop_samples : int
        Rectangular windows of the FFT's length.
    levels : int
        Of the latent network; the paper has four.
    width : int
        Channels of its first level (not stated).
    scene_size, depth_size : int
        Length of the feature vectors of CLIP (ViT-B/32) and of DINOv2's small depth estimator (the
        paper names neither size).
    condition_size : int
        Of the vector that all branches are told (not stated).
    heads : int
        Of attention (not stated).
    position_px : (height, width)
        Of the position image (not stated).
    position, depth, film : bool
        Whether it is told where things are, how far they are, and makes ears by the FiLM layer;
        without that layer, levels and phases of both ears are predicted as they are (table 3).
    frequency_waves : int
        Not in the paper: so many waves over the frequencies lie beside the spectrum, so that
        convolutions know where they are; what a head does to a sound depends on it.
    parts_heard : bool
        Not in the paper: every box is a token of its own for attention, which tells what is in it,
        where it is and how far, so that of several sounds each can be told its place.

    References
    ----------
    "HiViBiX", section 4.1 and appendix A.
    """

    bins: int = 512
    columns: int = 512
    fft_samples: int = 1024
    hop_samples: int = 256
    sample_rate_hz: int = 16_000
    levels: int = 4
    width: int = 32
    scene_size: int = 512
    depth_size: int = 384
    condition_size: int = 256
    heads: int = 4
    position_px: tuple[int, int] = (112, 224)
    position: bool = True
    depth: bool = True
    film: bool = True
    frequency_waves: int = 0
    parts_heard: bool = False

    @property
    def samples(self) -> int:
        """Length of the sound seen at once: 8.2 s."""
        return (self.columns - 1) * self.hop_samples


CONFIGS: dict[str, Config] = {
    "paper": Config(),
    "small": Config(
        columns=64, width=8, scene_size=128, depth_size=6, condition_size=64, position_px=(24, 48),
        frequency_waves=4, parts_heard=True,
    ),
    "tiny": Config(
        bins=32, columns=32, fft_samples=64, hop_samples=16, width=8, scene_size=12, depth_size=8,
        condition_size=16, heads=2, position_px=(16, 32),
    ),
}  # fmt: skip
"""By name: 'tiny' is for tests; 'small' takes the embedded features (see `features`)."""
