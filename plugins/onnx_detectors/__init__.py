"""Light detectors of the YOLOX, PicoDet and NanoDet families, from ONNX files."""

from plugins.onnx_detectors.detector import nanodet, picodet, yolox

__all__ = ["nanodet", "picodet", "yolox"]
