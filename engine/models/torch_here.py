"""PyTorch is optional: who needs it asks here, and is told how to get it."""

from __future__ import annotations

import importlib
from typing import Any

from engine.errors import PluginError


def require_torch(what: str) -> Any:
    """The torch module, imported now.

    Raises
    ------
    PluginError
        If it (or safetensors) is not installed or cannot be loaded.
    """
    try:
        importlib.import_module("safetensors.torch")
        return importlib.import_module("torch")
    except (ImportError, OSError) as error:
        raise PluginError(
            f"{what} needs torch and safetensors ({error})",
            remedy="install them: pip install 'foleystage[learned]'",
        ) from error
