"""A torchvision built for CUDA, made usable beside a torch that was built for processors.

Package registries carry torchvision as a CUDA build. Beside a small CPU build of torch its
compiled part does not load, and ``import torchvision`` then fails over an operator that nobody
registered, which takes transformers and ultralytics down with it. Where, and only where, the
compiled part does not load, the two operators asked for are given in plain torch.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from typing import Any

_KEPT: list[Any] = []
"""The operators' library: they are gone with it."""


def mend_torchvision() -> bool:
    """Make ``import torchvision`` work, before it is first done; whether anything was mended."""
    if "torchvision" in sys.modules or _KEPT:
        return bool(_KEPT)
    spec = importlib.util.find_spec("torchvision")
    if spec is None or spec.origin is None:
        return False
    torch: Any = importlib.import_module("torch")
    try:
        for compiled in sorted(Path(spec.origin).parent.glob("_C*.so")):
            torch.ops.load_library(str(compiled))
        return False
    except OSError:
        _KEPT.append(_operators(torch))
    importlib.import_module("torchvision")
    extension: Any = importlib.import_module("torchvision.extension")
    extension._has_ops = lambda: True
    return True


def _operators(torch: Any) -> Any:
    library = torch.library.Library("torchvision", "FRAGMENT")
    library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")

    def nms(boxes: Any, scores: Any, iou_threshold: float) -> Any:
        return suppressed(torch, boxes, scores, iou_threshold)

    for name in ("nms", "qnms"):
        library.impl(name, nms, "CPU")
    return library


def suppressed(torch: Any, boxes: Any, scores: Any, iou_threshold: float) -> Any:
    """Indices of the boxes (n, 4) kept, surest first: none overlaps a surer one by more."""
    order = torch.argsort(scores, descending=True, stable=True)
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    kept = []
    while order.numel():
        best, order = order[0], order[1:]
        kept.append(best)
        low = torch.maximum(boxes[best, :2], boxes[order, :2])
        high = torch.minimum(boxes[best, 2:], boxes[order, 2:])
        common = (high - low).clamp(min=0).prod(dim=1)
        iou = common / (areas[best] + areas[order] - common).clamp(min=1e-12)
        order = order[iou <= iou_threshold]
    return torch.stack(kept) if kept else torch.empty(0, dtype=torch.int64)
