"""Sizes of FoleySpace's diffusion network: the paper's, and smaller ones."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Config:
    """Sizes of the network; the defaults are the paper's.

    Attributes
    ----------
    layers, channels : int
        Residual layers, and channels of each.
    cycle : int
        Dilations are 1, 2, 4, ... and begin again after so many layers.
    train_steps : int
        Of the diffusion; its variances rise linearly from `first_beta` to `last_beta`.
    sample_rate_hz : int
        The paper does not state it.
    filters, filter_samples : int
        Of the condition block, which are mixed by where the source is (see `directed`); none in
        the paper.
    emphasis : float
        What is noised is x[n] - emphasis x[n - 1], so that noise lies as sounds do, more in the
        low frequencies; 0 in the paper.

    References
    ----------
    "FoleySpace", section V-B; Kong et al., "DiffWave", ICLR 2021, section 2 and appendix C.
    """

    layers: int = 60
    channels: int = 128
    cycle: int = 10
    train_steps: int = 200
    first_beta: float = 1e-4
    last_beta: float = 0.02
    sample_rate_hz: int = 16_000
    filters: int = 0
    filter_samples: int = 160
    emphasis: float = 0.0

    @property
    def receptive_samples(self) -> int:
        """How many samples of the noisy sound one sample of its output depends on."""
        dilations = [2 ** (layer % self.cycle) for layer in range(self.layers)]
        return 1 + 2 * sum(dilations)

    @property
    def reach_samples(self) -> int:
        """How far on either side a sample depends on anything: layers, condition and filters."""
        return self.receptive_samples // 2 + 2 + self.filter_samples * bool(self.filters)


CONFIGS: dict[str, Config] = {
    "paper": Config(),
    "small": Config(layers=8, channels=16, cycle=4, filters=64, emphasis=0.9),
    "tiny": Config(layers=4, channels=8, cycle=2),
}
"""By name: 'tiny' is for tests."""
