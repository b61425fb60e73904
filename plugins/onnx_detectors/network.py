"""An ONNX file that can be run: by onnxruntime where it is installed, else by OpenCV."""

from __future__ import annotations

import importlib
import importlib.util
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.errors import PluginError
from plugins.onnx_detectors.shuffles import flattened

Array = NDArray[np.float32]

_ERRORS = 3
"""Severity from which onnxruntime says something: of older exports it warns at every tensor."""

_LARGEST_REWRITTEN_BYTES = 64_000_000
"""Larger files hold no light network; they are opened as they are."""


class Network(Protocol):
    """A network with one picture in. `size` is (width, height) of it, None where it is open."""

    runtime: str
    size: tuple[int, int] | None

    def run(self, picture: Array) -> list[Array]:
        """Outputs for one (1, 3, height, width) input, in the file's order."""


def open_network(weights: Path) -> Network:
    """Open an ONNX file.

    Raises
    ------
    PluginError
        If it is not there, or is not a network that can be run here.
    """
    if not weights.is_file():
        raise PluginError("these weights are not there", place=weights, remedy="check the path")
    try:
        if importlib.util.find_spec("onnxruntime") is not None:
            return _Onnxruntime(weights)
        return _OpenCv(weights)
    except Exception as error:  # whatever a library says about a file that is not ONNX
        raise PluginError(
            "not an ONNX network that can be run here",
            place=weights,
            remedy="give other weights, or fetch them again",
        ) from error


class _OpenCv:
    """OpenCV's DNN module."""

    runtime = "OpenCV"
    size: tuple[int, int] | None = None

    def __init__(self, weights: Path) -> None:
        quicker = None
        if weights.stat().st_size <= _LARGEST_REWRITTEN_BYTES:
            quicker = flattened(weights.read_bytes())
        self._net: Any = cv2.dnn.readNetFromONNX(
            str(weights) if quicker is None else np.frombuffer(quicker, np.uint8)
        )
        self._names = self._net.getUnconnectedOutLayersNames()

    def run(self, picture: Array) -> list[Array]:
        self._net.setInput(picture)
        try:
            return [np.asarray(one, np.float32) for one in self._net.forward(self._names)]
        except cv2.error as error:
            shape = f"{picture.shape[3]} x {picture.shape[2]}"
            raise PluginError(
                f"the network does not run on pictures of {shape}",
                remedy="give weights of this detector's family",
            ) from error


class _Onnxruntime:
    """Microsoft's onnxruntime, on the processor: one thread, less than half of OpenCV's time."""

    runtime = "onnxruntime"

    def __init__(self, weights: Path) -> None:
        runtime: Any = importlib.import_module("onnxruntime")
        options = runtime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = (
            1  # waiting threads would spin
        )
        options.log_severity_level = _ERRORS
        self._session = runtime.InferenceSession(
            str(weights), options, providers=["CPUExecutionProvider"]
        )
        given = self._session.get_inputs()[0]
        self._name = given.name
        height, width = given.shape[2:4]
        fixed = isinstance(height, int) and isinstance(width, int)
        self.size: tuple[int, int] | None = (width, height) if fixed else None

    def run(self, picture: Array) -> list[Array]:
        return [np.asarray(one) for one in self._session.run(None, {self._name: picture})]
