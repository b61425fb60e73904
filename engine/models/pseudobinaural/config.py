"""Sizes of PseudoBinaural's networks: the paper's, and one that two processor cores can train."""

from __future__ import annotations

from dataclasses import dataclass

DOWNSAMPLING = 32
"""Of the picture by the visual network, and of spectra by the U-Net."""


@dataclass(frozen=True)
class Config:
    """Sizes of the networks; the defaults are the paper's.

    Attributes
    ----------
    width : int
        Channels of the U-Net's first layer; the deepest has eight times as many.
    visual_width : int
        Channels of the visual network's first stage; its last has eight times as many.
    visual_blocks : (int, int, int, int)
        Residual blocks of its stages; ResNet-18 has two each.
    picture_px : (height, width)
        What it sees; multiples of 32.
    reduced : int
        Channels its features are brought down to before they are laid beside the sound's.
    separation : bool
        Whether there is a branch that parts two sources (APNet).

    References
    ----------
    Xu et al., CVPR 2021, section 3.3 and appendix C: spectra of 257 x 64, pictures of 224 x 448;
    Gao and Grauman, "2.5D Visual Sound", CVPR 2019: 512-point spectra of 400-sample Hann windows
    every 160 at 16 kHz, 0.63 s at a time.
    """

    width: int = 64
    visual_width: int = 64
    visual_blocks: tuple[int, int, int, int] = (2, 2, 2, 2)
    picture_px: tuple[int, int] = (224, 448)
    reduced: int = 8
    separation: bool = True
    sample_rate_hz: int = 16_000
    fft_samples: int = 512
    window_samples: int = 400
    hop_samples: int = 160
    columns: int = 64

    @property
    def bins(self) -> int:
        """Frequencies the U-Net sees: all but the highest."""
        return self.fft_samples // 2

    @property
    def samples(self) -> int:
        """Length of the sound seen at once: 0.63 s."""
        return (self.columns - 1) * self.hop_samples

    @property
    def grid(self) -> tuple[int, int]:
        """Rows and columns of the visual features."""
        return self.picture_px[0] // DOWNSAMPLING, self.picture_px[1] // DOWNSAMPLING

    @property
    def places(self) -> int:
        """Cells of the grid."""
        return self.grid[0] * self.grid[1]

    @property
    def visual_channels(self) -> int:
        """Channels of the visual features."""
        return 8 * self.visual_width


CONFIGS: dict[str, Config] = {
    "paper": Config(),
    "small": Config(width=16, visual_width=16, visual_blocks=(1, 1, 1, 1), picture_px=(96, 192)),
    "tiny": Config(width=4, visual_width=4, visual_blocks=(1, 1, 1, 1), picture_px=(32, 64)),
}
"""By name: 'tiny' is for tests."""
