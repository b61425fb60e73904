"""The inspector: numbers of the selected track, keyframe and clip, to be read and typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFormLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from app import ripples
from app.intents import EditingWidget
from app.selection import Selected, Selection
from app.views.tracks.ear_fields import EarFields
from app.views.tracks.eq_curve import EqCurve
from app.views.tracks.eq_fields import EqFields
from app.views.tracks.fade_fields import FadeFields
from app.views.tracks.fields import NumberField, TextField
from app.views.tracks.room_fields import RoomFields
from app.views.tracks.send_fields import SendFields
from app.views.tracks.sound_fields import SoundFields
from app.views.tracks.spatialiser_field import SpatialiserField
from app.views.tracks.swatches import Swatches
from app.views.tracks.turn_fields import TurnFields
from app.words import tr
from engine.coordinates import to_cartesian, to_spherical
from engine.project.edits import (
    Edit,
    EditGroup,
    MoveClip,
    MoveKeyframe,
    MuteClip,
    RenameTrack,
    SetClipGain,
    SetTrackColour,
    SetTrackGain,
    SetTrackLabel,
    TrimClip,
)
from engine.project.model import Clip, Keyframe, Project, Track
from engine.project.rippling import of_trims

_LEAST_PX = 326
"""The widest row of fields, with the scroll bar."""


@dataclass(frozen=True)
class _Section:
    box: QWidget
    form: QFormLayout


class InspectorPanel(EditingWidget):
    """Sections that come and go with the selection, and the room; each field is one edit."""

    ears_wanted = Signal(str)
    """Id of the track that a network shall make two ears of."""

    def __init__(self, selection: Selection) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._selection = selection
        self._project = Project()
        inside = QWidget()
        self._lay_out(inside)  # first: what gets another parent is styled once more
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(12, 12, 12, 12)
        self._column.setSpacing(16)
        self._hint = QLabel(tr("Select a track, a clip or a keyframe\nto see its numbers."))
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._hint.setProperty("tone", "faint")
        self._column.addWidget(self._hint, 1)
        self._track = self._build_track()
        self._eq = self._build_eq()
        self._keyframe = self._build_keyframe()
        self._clip = self._build_clip()
        self._build_room()
        self._column.addStretch(1)
        selection.changed.connect(lambda _: self._show())
        self._show()

    def set_project(self, project: Project) -> None:
        """Show another project."""
        self._project = project
        self._show()

    # -- building -----------------------------------------------------------------------------

    def _lay_out(self, inside: QWidget) -> None:
        area = QScrollArea()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        area.setMinimumWidth(_LEAST_PX)

    def _section(self, title: str) -> _Section:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        heading = QLabel(tr(title))
        heading.setProperty("tone", "heading")
        column.addWidget(heading)
        form = QFormLayout()
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(6)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        column.addLayout(form)
        self._column.addWidget(box)
        return _Section(box, form)

    def _build_track(self) -> _Section:
        section = self._section("Track")
        self.name = TextField(
            lambda text: self._ask(RenameTrack(track_id=self._track_id(), name=text))
        )
        self.label = TextField(
            lambda text: self._ask(SetTrackLabel(track_id=self._track_id(), object_label=text))
        )
        self.gain = NumberField(
            "dB", (-60.0, 12.0), 1,
            lambda value: self._ask(SetTrackGain(track_id=self._track_id(), gain_db=value)),
        )  # fmt: skip
        self.sends = SendFields(self._ask, self._track_id)
        self.swatches = Swatches()
        self.swatches.chosen.connect(
            lambda colour: self._ask(SetTrackColour(track_id=self._track_id(), colour=colour))
        )
        self.sound = SoundFields(self._ask, self._track_id)
        self.spatialiser = SpatialiserField(self._ask, self.ears_wanted.emit, self._track_id)
        _add(section, ("Name", self.name), ("Seen as", self.label), ("Gain", self.gain))
        _add(section, ("To room", self.sends.room), ("To LFE", self.sends.lfe))
        _add(section, ("LFE level", self.sends.lfe_level), ("Colour", self.swatches))
        _add(section, ("Width", self.sound.width), ("Occlusion", self.sound.occlusion))
        _add(section, ("", self.sound.doppler), ("", self.sound.air), ("", self.sound.stereo))
        _add(section, ("Two ears", self.spatialiser))
        return section

    def _build_eq(self) -> _Section:
        section = self._section("Equaliser")
        self.eq_curve = EqCurve(self._track_id)
        self.relay(self.eq_curve)
        section.form.addRow(self.eq_curve)
        self.eq = EqFields(self._ask, self._track_id)
        section.form.addRow(self.eq)
        return section

    def _build_keyframe(self) -> _Section:
        section = self._section("Keyframe")
        self.time = NumberField("s", (0.0, 1e5), 3, lambda _: self._ask_keyframe(), step=0.04)
        self.azimuth = NumberField("°", (-180.0, 180.0), 1, lambda _: self._ask_keyframe())
        self.elevation = NumberField("°", (-90.0, 90.0), 1, lambda _: self._ask_keyframe())
        self.distance = NumberField(
            "m", (0.05, 1000.0), 2, lambda _: self._ask_keyframe(), step=0.1
        )
        _add(section, ("Time", self.time), ("Azimuth", self.azimuth))
        _add(section, ("Elevation", self.elevation), ("Distance", self.distance))
        return section

    def _build_clip(self) -> _Section:
        section = self._section("Clip")
        self.clip_name = QLabel()
        self.clip_name.setWordWrap(True)
        self.start = NumberField(
            "s", (0.0, 1e5), 3, self._ask_start, step=0.01,
        )  # fmt: skip
        self.length = NumberField("s", (0.001, 1e5), 3, self._ask_length, step=0.01)
        self.offset = NumberField("s", (0.0, 1e5), 3, self._ask_offset, step=0.01)
        self.offset.setToolTip(tr("How far into its sound the clip begins"))
        self.clip_gain = NumberField(
            "dB", (-60.0, 24.0), 1,
            lambda v: self._ask(SetClipGain(clip_id=self._clip_id(), gain_db=v)),
        )  # fmt: skip
        self.fades = FadeFields(self._ask)
        self.clip_mute = QCheckBox(tr("Muted"))
        self.clip_mute.clicked.connect(
            lambda on: self._ask(MuteClip(clip_id=self._clip_id(), muted=on))
        )
        _add(section, ("Sound", self.clip_name), ("Start", self.start), ("Length", self.length))
        _add(section, ("Begins at", self.offset), ("Gain", self.clip_gain))
        _add(section, ("Fade in", self.fades.rows["in"]), ("Fade out", self.fades.rows["out"]))
        _add(section, ("", self.clip_mute))
        return section

    def _build_room(self) -> None:
        section = self._section("Room")
        self.room = RoomFields(self._ask, self)
        for began, passed in (
            (self.room.plan.gesture_began, self.gesture_began),
            (self.room.plan.gesture_ended, self.gesture_ended),
        ):
            began.connect(passed)
        _add(section, ("Room", self.room.choice), ("Level", self.room.level))
        _add(section, ("Reflections", self.room.reflections), ("Listener", self.room.place))
        _add(section, ("", self.room.plan))
        self.turn = TurnFields(self._ask)
        _add(section, ("Scene turned", self.turn.row))
        section = self._section("Headphones")
        self.ears = EarFields(self._ask, self)
        _add(
            section,
            ("Ears", self.ears.choice),
            ("Colour", self.ears.colour),
            ("Sound fields", self.ears.fields),
        )

    # -- asking -------------------------------------------------------------------------------

    def _ask(self, edit: object) -> None:
        self.edit_requested.emit(edit)
        self._show()  # a refused edit leaves the field as the project has it

    def _track_id(self) -> str:
        return self._selection.value.track_id or ""

    def _clip_id(self) -> str:
        return next(iter(self._selection.value.clip_ids), "")

    def _ask_keyframe(self) -> None:
        x_m, y_m, z_m = (
            float(value)
            for value in to_cartesian(
                self.azimuth.value(), self.elevation.value(), self.distance.value()
            )
        )
        index = self._selection.value.keyframe
        if index is not None:
            self._ask(
                MoveKeyframe(
                    track_id=self._track_id(), index=index, time_s=self.time.value(),
                    x_m=x_m, y_m=y_m, z_m=z_m,
                )
            )  # fmt: skip

    def _ask_start(self, value: float) -> None:
        clip = self._project.clip(self._clip_id())
        behind = ripples.with_move(self._project, self._selection, [clip], value - clip.start_s)
        self._ask_all("Move clip", MoveClip(clip_id=clip.id, start_s=value), behind)

    def _ask_length(self, value: float) -> None:
        clip, selection = self._project.clip(self._clip_id()), self._selection
        trim = TrimClip(
            clip_id=clip.id, start_s=clip.start_s, offset_s=clip.offset_s, duration_s=value
        )
        shifts = of_trims([(clip, value - clip.duration_s)], clip, selection.ripple)
        self._ask_all("Trim clip", trim, ripples.along(self._project, selection, shifts))

    def _ask_offset(self, value: float) -> None:
        clip = self._project.clip(self._clip_id())
        slip = TrimClip(
            clip_id=clip.id, start_s=clip.start_s, offset_s=value, duration_s=clip.duration_s
        )
        self._ask_all("Slip clip", slip)

    def _ask_all(self, name: str, edit: Edit, along: Sequence[Edit] = ()) -> None:
        self._ask(EditGroup(name=name, edits=(edit, *along)))

    # -- showing ------------------------------------------------------------------------------

    def _show(self) -> None:
        self.room.show_scene(self._project.scene)
        self.ears.show_scene(self._project.scene)
        self.turn.show_scene(self._project.scene)
        chosen = self._selection.value
        ids = {track.id for track in self._project.tracks}
        track = self._project.track(chosen.track_id) if chosen.track_id in ids else None
        clip = self._single_clip(chosen)
        keyframe = None
        if track is not None and chosen.keyframe is not None:
            keyframe = track.trajectory.keyframes[chosen.keyframe]
        self._hint.setVisible(track is None and clip is None)
        for section, value in (
            (self._track, track), (self._eq, track), (self._keyframe, keyframe), (self._clip, clip),
        ):  # fmt: skip
            section.box.setVisible(value is not None)
        if track is not None:
            self._show_track(track)
        if keyframe is not None:
            self._show_keyframe(keyframe)
        if clip is not None:
            self._show_clip(clip)

    def _single_clip(self, chosen: Selected) -> Clip | None:
        if len(chosen.clip_ids) != 1:
            return None
        wanted = next(iter(chosen.clip_ids))
        return next((clip for clip in self._project.clips if clip.id == wanted), None)

    def _show_track(self, track: Track) -> None:
        self.name.show_text(track.name)
        self.label.show_text(track.label)
        self.gain.show_value(track.strip.gain_db)
        self.sends.show_track(self._project, track)
        self.swatches.show_colour(track.colour)
        self.sound.show_track(track)
        self.spatialiser.show_track(self._project, track)
        self.eq.show_track(track)
        self.eq_curve.show_track(track, self._project.sample_rate_hz)

    def _show_keyframe(self, keyframe: Keyframe) -> None:
        place = to_spherical((keyframe.x_m, keyframe.y_m, keyframe.z_m))
        self.time.show_value(keyframe.time_s)
        for field, value in zip((self.azimuth, self.elevation, self.distance), place, strict=True):
            field.show_value(float(value))

    def _show_clip(self, clip: Clip) -> None:
        self.clip_name.setText(clip.name)
        self.start.show_value(clip.start_s)
        self.length.show_value(clip.duration_s)
        self.offset.show_value(clip.offset_s)
        self.clip_gain.show_value(clip.gain_db)
        self.fades.show_clip(clip)
        self.clip_mute.setChecked(clip.muted)


def _add(section: _Section, *rows: tuple[str, QWidget]) -> None:
    for text, field in rows:
        label = QLabel(tr(text))
        label.setProperty("tone", "faint")
        label.setMinimumWidth(64)
        field.setAccessibleName(text or field.accessibleName())
        section.form.addRow(label, field)
