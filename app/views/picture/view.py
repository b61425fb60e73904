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

from app import icons, theme
from app.doubts import UNSURE
from app.selection import Selection
from app.views.picture import overlay, pointing
from app.views.picture.decoder import PictureDecoder
from app.words import tr
from engine.media.timecode import format_timecode
from engine.project.model import Project, Track

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
        self.overlays = overlay.Overlays()
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

    def set_project(self, project: Project) -> None:
        """Show another project; the file is opened anew only when it is another one."""
        old, self._project = self._project.video, project
        path = project.video.path if project.video else None
        if path != (old.path if old else None):
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
        if width_px != self.decoder.width_px:
            self.decoder.width_px = width_px
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
        self.decoder.open(path)
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
        self._relink.adjustSize()
        size = self._relink.size()
        self._relink.move((self.width() - size.width()) // 2, self.height() // 2 + 44)

    @property
    def shown_s(self) -> float:
        """Time of the picture on screen: boxes and timecode belong to it, not to the playhead."""
        return self._position_s if self._picture_s is None else self._picture_s

    def picture_area(self) -> QRectF:
        """Where the video is drawn: as large as fits, in its own shape."""
        video = self._project.video
        room = QRectF(self.rect())
        if video is None:
            return room
        scale = min(room.width() / video.width, room.height() / video.height)
        width, height = video.width * scale, video.height * scale
        return QRectF((room.width() - width) / 2, (room.height() - height) / 2, width, height)

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

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drawn is not None:
            self._drawn.setBottomRight(event.position())
        elif self._drag is not None:
            self._drag.here = event.position()
        else:
            held = self._handle_at(event.position())
            self.setCursor(pointing.cursor_of(held.edges if held else None))
            return
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Over a box: its source goes away or comes nearer."""
        track = self.track_at(event.position())
        notches = event.angleDelta().y() / 120.0
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
        self.update()
        video = self._project.video
        if video is None:
            return
        placed = overlay.Placed(self.picture_area(), video)
        if drawn is not None:
            box = drawn.normalized()
            if min(box.width(), box.height()) >= pointing.LEAST_BOX_PX:
                corners = (box.topLeft(), box.bottomRight())
                shown = tuple(v for c in corners for v in pointing.video_point(placed, c))
                self.follow_requested.emit(self.shown_s, shown)
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
        video = self._project.video
        point = QPointF(event.pos())
        if video is None or not self.picture_area().contains(point):
            return
        track = self.track_at(point)
        pixels = pointing.video_point(overlay.Placed(self.picture_area(), video), point)
        track_id = track.id if track else None
        self.menu_requested.emit(self.shown_s, pixels, track_id, event.globalPos())

    def _boxes_now(self) -> list[tuple[Track, QRectF]]:
        video = self._project.video
        if video is None:
            return []
        placed = overlay.Placed(self.picture_area(), video)
        found = []
        for track in self._project.tracks:
            boxes = self._boxes.boxes(track)
            if boxes is not None and len(boxes):
                box = overlay.box_at(boxes, self.shown_s)
                if box is not None:
                    found.append((track, placed.rect(box)))
        return found

    def paintEvent(self, event: QPaintEvent) -> None:
        table = theme.colours()
        painter = QPainter(self)
        painter.fillRect(self.rect(), table.ground)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._project.video is None or self._problem:
            self._paint_placeholder(painter)
            return
        area = self.picture_area()
        if self._image is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(area, self._image)
        if self.overlays.saliency:
            energy = self._energy.at(self._project.video, self.shown_s)
            if energy is not None:
                overlay.paint_saliency(painter, area, energy)
        if self.overlays.safe_areas:
            overlay.paint_safe_areas(painter, area)
        if self.overlays.boxes:
            self._paint_boxes(painter, area)
        if self._drawn is not None:
            painter.setPen(table.text)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self._drawn.normalized())
        self._paint_timecode(painter, area)

    def _paint_boxes(self, painter: QPainter, area: QRectF) -> None:
        video = self._project.video
        assert video is not None
        chosen = self._selection.value.track_id
        placed = overlay.Placed(area, video)
        painter.save()
        painter.setClipRect(area)
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

    def _paint_timecode(self, painter: QPainter, area: QRectF) -> None:
        video = self._project.video
        assert video is not None
        table = theme.colours()
        painter.setFont(theme.font(13, 600))
        text = format_timecode(max(0.0, self.shown_s), video.rate)
        width = painter.fontMetrics().horizontalAdvance("00:00:00:00") + 20
        chip = QRectF(area.center().x() - width / 2, area.bottom() - 32, width, 24)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.with_alpha(table.ground, 0.72))
        painter.drawRoundedRect(chip, 4, 4)
        painter.setPen(table.text)
        painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_placeholder(self, painter: QPainter) -> None:
        table = theme.colours()
        middle = QRectF(self.rect()).center()
        icons.draw(
            painter, "film", QRectF(middle.x() - 24, middle.y() - 64, 48, 48), table.line_strong
        )
        painter.setFont(theme.font(13, 600))
        painter.setPen(table.text_soft)
        title = "The picture is missing" if self._problem else "No picture"
        area = QRectF(24, middle.y() - 8, self.width() - 48, 20)
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, title)
        painter.setFont(theme.font(11))
        painter.setPen(table.text_faint)
        detail = self._problem or "Drop a video on the window to start"
        room = int(self.width() - 48)
        text = painter.fontMetrics().elidedText(detail, Qt.TextElideMode.ElideMiddle, room)
        painter.drawText(area.translated(0, 22), Qt.AlignmentFlag.AlignCenter, text)
