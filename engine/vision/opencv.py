"""OpenCV, imported in this one place.

Its wheel points Qt at plug-ins of its own when it is imported, which breaks a window of another
Qt in the same process, so both variables are put back as they were.
"""

from __future__ import annotations

import os
from typing import Any

_BEFORE = {name: os.environ.get(name) for name in ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR")}

import cv2 as _cv2  # noqa: E402

for _name, _value in _BEFORE.items():
    if _value is None:
        os.environ.pop(_name, None)
    else:
        os.environ[_name] = _value

cv2: Any = _cv2
"""The module; its stubs are too vague about array types to be of use."""
