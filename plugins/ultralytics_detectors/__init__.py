"""YOLO-World (open vocabulary), YOLOv8 and YOLO11 through ultralytics."""

from plugins.ultralytics_detectors.detector import yolo, yolo_world

__all__ = ["yolo", "yolo_world"]
