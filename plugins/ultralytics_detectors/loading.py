"""A network of ultralytics from a file, and nothing behind the user's back.

ultralytics (AGPL-3.0) fetches weights and installs packages by itself where it may; both are shut
off. Its ``.pt`` files are pickles, so only known or trusted ones are opened.
"""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import Any

from engine.errors import PluginError
from engine.weights.trust import require_trust
from plugins.torchvision_on_cpu import mend_torchvision


def load(weights: Path, *, world: bool) -> Any:
    """The network of a ``.pt`` file, as ultralytics' YOLO or YOLOWorld.

    Raises
    ------
    PluginError
        If ultralytics is not installed, or the file is no network of that kind.
    WeightsError
        If the file is not there, or not trusted.
    """
    if weights.suffix != ".pt":
        raise PluginError(
            "not a .pt file",
            place=weights,
            remedy="give ultralytics' .pt file; ONNX files go to --detector yolox and its kin",
        )
    require_trust(weights)
    ultralytics = _library()
    try:
        network = (ultralytics.YOLOWorld if world else ultralytics.YOLO)(str(weights))
        if network.task != "detect":
            raise ValueError(f"it is made to {network.task}, not to detect")
        if world and not hasattr(network.model, "txt_feats"):
            raise ValueError("its vocabulary is closed")
    except Exception as error:  # whatever the library says about a file that is another's
        words = " ".join(str(error).split())[:120]
        raise PluginError(
            f"not a detector of ultralytics' that can be run ({type(error).__name__}: {words})",
            place=weights,
            remedy="give other weights, or fetch them again",
        ) from error
    return network


def _library() -> Any:
    os.environ["YOLO_AUTOINSTALL"] = "False"
    os.environ.setdefault("YOLO_OFFLINE", "True")
    try:
        importlib.import_module("torch")
        mend_torchvision()
        return importlib.import_module("ultralytics")
    except ImportError as error:
        raise PluginError(
            f"this detector needs ultralytics and torch ({error})",
            remedy="install them: pip install 'foleystage[learned]'",
        ) from error
