"""The visual network: residual stages down to a grid of features.

Names and shapes of the tensors are those of torchvision's ResNet-18, so that weights trained on
photographs load as they are where the configuration is the paper's.

References
----------
He, Zhang, Ren, Sun, "Deep residual learning for image recognition", CVPR 2016.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from engine.models.pseudobinaural.config import Config

MEAN_RGB = (0.485, 0.456, 0.406)
DEVIATION_RGB = (0.229, 0.224, 0.225)
"""Of ImageNet's pictures, 0..1: what weights of others expect."""


class Block(nn.Module):
    """Two 3 x 3 convolutions beside a way around them."""

    def __init__(self, before: int, after: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(before, after, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(after)
        self.conv2 = nn.Conv2d(after, after, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(after)
        self.downsample: nn.Module | None = None
        if stride != 1 or before != after:
            self.downsample = nn.Sequential(
                nn.Conv2d(before, after, 1, stride, bias=False), nn.BatchNorm2d(after)
            )

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) to (B, C', H / stride, W / stride)."""
        around = x if self.downsample is None else self.downsample(x)
        inner = torch.relu(self.bn1(self.conv1(x)))
        return torch.relu(self.bn2(self.conv2(inner)) + around)


class VisualNet(nn.Module):
    """Pictures to features on a grid 32 times coarser."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        width = config.visual_width
        self.conv1 = nn.Conv2d(3, width, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.pool = nn.MaxPool2d(3, 2, 1)
        before = width
        for stage, blocks in enumerate(config.visual_blocks):
            after = width * 2**stage
            stride = 1 if stage == 0 else 2
            steps = [Block(before, after, stride)]
            steps += [Block(after, after, 1) for _ in range(blocks - 1)]
            setattr(self, f"layer{stage + 1}", nn.Sequential(*steps))
            before = after

    def forward(self, pictures: Tensor) -> Tensor:
        """(B, 3, H, W), normalised, to (B, 8 width, H / 32, W / 32)."""
        x = self.pool(torch.relu(self.bn1(self.conv1(pictures))))
        for stage in range(1, 5):
            x = getattr(self, f"layer{stage}")(x)
        return x


def normalised_pictures(pictures: Tensor) -> Tensor:
    """(B, H, W, 3) uint8 as (B, 3, H, W) float32 around zero."""
    mean = torch.tensor(MEAN_RGB, device=pictures.device)
    deviation = torch.tensor(DEVIATION_RGB, device=pictures.device)
    return ((pictures.float() / 255.0 - mean) / deviation).permute(0, 3, 1, 2).contiguous()
