"""The picture panel: the video at the playhead with boxes, labels, trails and timecode."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QPushButton, QWidget

from app import theme
from app.doubts import UNSURE
from app.selection import Selection
from app.views.picture import around, overlay, pointing, signs
from app.views.picture.decoder import DISPLAY_WIDTH_PX, PictureDecoder
from app.views.picture.look import LookAround
from app.views.picture.snapping import snapped_here
from app.words import tr
from engine.media.timecode import format_timecode
from engine.project.model import Project, Track
from engine.vision.geometry import is_spherical

LEAD_S = 0.012
"""What it takes from asking for a picture to seeing it: half a poll, decoding and painting."""


class PictureView(QWidget):
    """Follows the playhead; a click on a box selects its track."""

    relink_requested = Signal()
    distance_turned = Signal(str, float, float)
    """(track id, seconds, notches of the wheel away from the user)."""
    menu_requested = Signal(float, object, object, QPoint)
    """(time of the picture, (x, y) in video pixels, id of the track there or None, place)."""
    follow_requested = Signal(float, object)
    """(time of the picture, a drawn box x0, y0, x1, y1 in pixels of the video)."""
    box_moved = Signal(str, float, object)
    """(id of a track, time of the picture, (left, top, right, bottom): how far its box's edges
    went, in pixels of the video)."""

    def __init__(
        self, selection: Selection, boxes: overlay.BoxSource, energy: overlay.EnergySource
    ) -> None:
        super().__init__()
        self._selection = selection
        self._boxes = boxes
        self._energy = energy
        self._project = Project()
        self._position_s = 0.0
        self._picture_s: float | None = None
        self._image: QImage | None = None
        self._problem = ""
        self._drag: pointing.BoxDrag | None = None
        self._drawn: QRectF | None = None
        self._width_px = DISPLAY_WIDTH_PX
        self._light_copy: str | None = None
        self._shown: tuple[object, QImage] | None = None
        self.look = LookAround(self)
        self.look.changed.connect(self.update)
        self.overlays = overlay.Overlays()
        self._monitor = "binaural"
        self.decoder = PictureDecoder(self)
        self.decoder.decoded.connect(self._take_picture)
        self.decoder.failed.connect(self._take_problem)
        self._relink = QPushButton(tr("Find the file…"), self)
        self._relink.clicked.connect(self.relink_requested)
        self._relink.hide()
        self.setMinimumSize(240, 160)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAccessibleName(tr("Picture"))
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        selection.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(640, 380)

    def set_monitor_format(self, name: str) -> None:
        """A dragged box can snap to the loudspeakers of this format, where it has any."""
        self._monitor = name

    def set_project(self, project: Project) -> None:
        """Show another project; the file is opened anew only when it is another one."""
        old, self._project = self._project.video, project
        video = project.video
        path = video.path if video else None
        anew = path != (old.path if old else None)
        if anew:
            self._light_copy = None
            self.look.reset()
        if anew or (old is not None and video is not None and old.spherical != video.spherical):
            there = video if video is not None and Path(video.path).is_file() else None
            self.look.offer(there is not None and is_spherical(there))
            self._place_buttons()
            self._open(path)
        self.update()

    def set_position(self, position_s: float, speed: float = 0.0) -> None:
        """Move to another time; `speed` times the plain one, pictures are asked for ahead."""
        self._position_s = max(0.0, position_s + speed * LEAD_S)
        if self._project.video is not None and not self._problem:
            self.decoder.request(self._position_s)
        if self._picture_s is None:
            self.update()  # with a picture, what is drawn changes when the next one comes

    def set_overlays(self, overlays: overlay.Overlays) -> None:
        """Choose what is drawn over the picture."""
        self.overlays = overlays
        self.update()

    def set_width(self, width_px: int) -> None:
        """Decode pictures no wider than this."""
        if width_px != self._width_px:
            self._width_px = width_px
            if self._project.video is not None:
                self._open(self._project.video.path)

    @property
    def decoded_width_px(self) -> int:
        """Pictures are decoded no wider than this."""
        return max(self._width_px, around.ROUND_WIDTH_PX if self.look.offered else 0)

    def set_light_copy(self, path: str | None) -> None:
        """Show pictures from a light copy of the film, or (None) from the film itself."""
        if path != self._light_copy:
            self._light_copy = path
            if self._project.video is not None:
                self._open(self._project.video.path)

    def close_decoder(self) -> None:
        """End the decoding thread; the view is not used after this."""
        self.decoder.finish()

    def _open(self, path: str | None) -> None:
        self._image, self._picture_s, self._problem = None, None, ""
        if path is not None and not Path(path).is_file():
            self._problem, path = f"{path} is not there", None
        self._relink.setVisible(bool(self._problem))
        self.decoder.width_px = self.decoded_width_px
        self.decoder.open(self._light_copy if path is not None and self._light_copy else path)
        if path is not None:
            self.decoder.request(self._position_s)

    def _take_picture(self, time_s: float, image: QImage) -> None:
        self._image, self._picture_s = image, time_s
        self.update()

    def _take_problem(self, message: str) -> None:
        self._problem, self._image, self._picture_s = message, None, None
        self._relink.show()
        self.update()

    def resizeEvent(self, event: object) -> None:
        self._place_buttons()

    def _place_buttons(self) -> None:
        self._relink.adjustSize()
        size = self._relink.size()
        self._relink.move((self.width() - size.width()) // 2, self.height() // 2 + 44)
        self.look.adjustSize()
        self.look.move(self.width() - self.look.width() - 8, 8)

    @property
    def shown_s(self) -> float:
        """Time of the picture on screen: boxes and timecode belong to it, not to the playhead."""
        return self._position_s if self._picture_s is None else self._picture_s

    def picture_area(self) -> QRectF:
        """Where the video is drawn: as large as fits, in its own shape; a viewport fills all."""
        video = self._project.video
        room = QRectF(self.rect())
        if video is None or self.look.on:
            return room
        scale = min(room.width() / video.width, room.height() / video.height)
        width, height = video.width * scale, video.height * scale
        return QRectF((room.width() - width) / 2, (room.height() - height) / 2, width, height)

    def placed(self) -> overlay.Placing | None:
        """How the video's pixels and the widget's places belong together, if there is a video."""
        video, area = self._project.video, self.picture_area()
        if video is None:
            return None
        if self.look.on:
            return around.PlacedAround(area, video, self.look.view)
        return overlay.Placed(area, video)

    def track_at(self, point: QPointF) -> Track | None:
        """The track whose box is under a point; the smallest one where they overlap."""
        found = [(area.width() * area.height(), track) for track, area in self._boxes_now()
                 if area.adjusted(-3, -3, 3, 3).contains(point)]  # fmt: skip
        return min(found, key=lambda pair: pair[0])[1] if found else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        here = event.position()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._drawn = QRectF(here, here)
            return
        if (held := self._handle_at(here)) is not None:
            self._drag = held
            return
        track = self.track_at(here)
        self._selection.select_track(track.id if track else None)
        if track is not None:
            area = next(area for one, area in self._boxes_now() if one.id == track.id)
            self._drag = pointing.BoxDrag(track, area, here, here)
        elif self.look.on:
            self.look.hold(here)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Beside the boxes of a film all around: look straight ahead again."""
        if self.look.on and self.track_at(event.position()) is None:
            self.look.reset()
        else:
            super().mouseDoubleClickEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drawn is not None:
            self._drawn.setBottomRight(event.position())
        elif self._drag is not None:
            self._drag.here = event.position()
            placed = self.placed()
            if placed is not None and self._selection.snapping_in_space(event.modifiers()):
                self._drag.here = snapped_here(
                    self._drag, placed, self._project, self.shown_s, self._monitor
                )
        elif self.look.held:
            self.look.drag(event.position(), self.picture_area().width())
        else:
            held = self._handle_at(event.position())
            self.setCursor(pointing.cursor_of(held.edges if held else None))
            return
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Over a box: its source goes away or comes nearer; with Ctrl, all around, see wider."""
        notches = event.angleDelta().y() / 120.0
        if self.look.on and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.look.widen(notches)
            event.accept()
            return
        track = self.track_at(event.position())
        if track is None or not notches or self._drag is not None:
            event.ignore()
            return
        self._selection.select_track(track.id)
        self.distance_turned.emit(track.id, self.shown_s, notches)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape abandons what is being dragged or drawn."""
        if event.key() == Qt.Key.Key_Escape and (self._drag or self._drawn):
            self._drag = self._drawn = None
            self.update()
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        drag, drawn = self._drag, self._drawn
        self._drag = self._drawn = None
        self.look.let_go()
        self.update()
        placed = self.placed()
        if placed is None:
            return
        if drawn is not None:
            box = drawn.normalized()
            if min(box.width(), box.height()) >= pointing.LEAST_BOX_PX:
                self.follow_requested.emit(self.shown_s, pointing.shown_box(placed, box))
        elif drag is not None and drag.is_drag:
            self.box_moved.emit(drag.track.id, self.shown_s, drag.shift_px(placed))

    def _handle_at(self, point: QPointF) -> pointing.BoxDrag | None:
        """What taking hold of the selected box's handle there would begin."""
        chosen = self._selection.value.track_id
        if chosen is None or not self.overlays.boxes:
            return None
        for track, area in self._boxes_now():
            if track.id == chosen:
                edges = pointing.handle_at(area, point)
                return pointing.BoxDrag(track, area, point, point, edges) if edges else None
        return None

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        placed, point = self.placed(), QPointF(event.pos())
        if placed is None or not placed.area.contains(point):
            return
        track = self.track_at(point)
        track_id = track.id if track else None
        pixels = placed.video_point(point)
        self.menu_requested.emit(self.shown_s, pixels, track_id, event.globalPos())

    def _boxes_now(self) -> list[tuple[Track, QRectF]]:
        placed = self.placed()
        if placed is None:
            return []
        found = []
        for track in self._project.tracks:
            boxes = self._boxes.boxes(track)
            if boxes is not None and len(boxes):
                box = overlay.box_at(boxes, self.shown_s)
                area = None if box is None else placed.rect(box)
                if area is not None:
                    found.append((track, area))
        return found

    def paintEvent(self, event: QPaintEvent) -> None:
        table = theme.colours()
        painter = QPainter(self)
        painter.fillRect(self.rect(), table.ground)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        placed = self.placed()
        if self._project.video is None or placed is None or self._problem:
            signs.paint_placeholder(painter, QRectF(self.rect()), self._problem)
            return
        area = placed.area
        if self._image is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(area, self._image_in(placed, self._image))
        if self.overlays.saliency:
            energy = self._energy.at(self._project.video, self.shown_s)
            if energy is not None:
                overlay.paint_saliency(painter, area, placed.energy(energy))
        if self.overlays.safe_areas:
            overlay.paint_safe_areas(painter, area)
        if self.overlays.boxes:
            self._paint_boxes(painter, placed)
        if self._drawn is not None:
            painter.setPen(table.text)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self._drawn.normalized())
        timecode = format_timecode(max(0.0, self.shown_s), self._project.video.rate)
        signs.paint_timecode(painter, area, timecode, tr("light copy") if self._light_copy else "")
        if self.look.on:
            around.paint_direction(painter, area, self.look.view)

    def _image_in(self, placed: overlay.Placing, image: QImage) -> QImage:
        """The picture as it is seen; what a viewport shows is kept until it or that changes."""
        if not isinstance(placed, around.PlacedAround):
            return image
        key = (image.cacheKey(), placed.view, placed.area.width(), placed.area.height())
        if self._shown is None or self._shown[0] != key:
            self._shown = key, placed.image(image)
        return self._shown[1]

    def _paint_boxes(self, painter: QPainter, placed: overlay.Placing) -> None:
        chosen = self._selection.value.track_id
        painter.save()
        painter.setClipRect(placed.area)
        for track in self._project.tracks:
            boxes = self._boxes.boxes(track)
            if boxes is not None and self.overlays.trails:
                overlay.paint_trail(painter, placed, track, boxes, self.shown_s)
        painter.restore()
        for track, box in sorted(self._boxes_now(), key=lambda pair: pair[0].id == chosen):
            if self._drag is not None and self._drag.is_drag and track.id == self._drag.track.id:
                box = self._drag.shown
            boxes = self._boxes.boxes(track)
            assert boxes is not None
            sure = overlay.confidence_at(boxes, self.shown_s)
            distance_m = float(np.linalg.norm(track.trajectory.at(self.shown_s)))
            text = overlay.chip_text(track, self.overlays, sure, distance_m)
            overlay.paint_box(
                painter, box, track, text, chosen=track.id == chosen, sure=sure >= UNSURE
            )
            if track.id == chosen:
                overlay.paint_handles(painter, [place for place, _ in pointing.handles(box)])
