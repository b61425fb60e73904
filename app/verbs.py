"""What each action does. The methods bear the actions' names; see `app.actions.TABLE`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QMessageBox

from app import actions, places, shortcuts, theme
from app.beginnings import begin, empty_project
from app.dialogs.analyse import AnalyseDialog
from app.dialogs.asking import ask
from app.dialogs.edit_shortcuts import EditShortcutsDialog
from app.dialogs.export import ExportDialog
from app.dialogs.import_sound import SOUND_PATTERNS
from app.dialogs.palette import CommandPalette
from app.dialogs.shortcuts import ShortcutsDialog
from app.doubts import Doubt, find_doubts
from app.ending import may_end
from app.mind_verbs import choose_mind
from app.path_verbs import PathVerbs
from app.picture_tools import overlays_of
from app.preferring import ask_and_take
from app.ready_demo import open_demo
from app.save_as import save_as
from app.session import Session
from app.words import tr
from engine.units import seconds_to_video_frame, video_frame_to_seconds

if TYPE_CHECKING:
    from app.window import MainWindow

PRE_ROLL_S = 2.0
_ABOUT = """<h3>Foleystage</h3>
<p>A silent film clip in, spatial Foley out.</p>
<p>Free software under the GNU Affero General Public License, version 3 or later.<br>
Typeface: Inter, SIL Open Font License 1.1. Head-related impulse responses: MIT KEMAR,
Gardner and Martin, MIT Media Lab, 1994.</p>"""


class Verbs(PathVerbs):
    """Files, transport and view verbs; the editing ones are inherited."""

    def __init__(self, session: Session, window: MainWindow) -> None:
        super().__init__(session)
        self.window = window

    # -- File ---------------------------------------------------------------------------------

    def new_session(self) -> None:
        """An empty one, begun with the template that is marked; the open one is saved."""
        place = places.bundle_without_film()
        begin(self.session, empty_project(place.stem), place)

    def open_video(self) -> None:
        patterns = " ".join(f"*{suffix}" for suffix in places.VIDEO_SUFFIXES)
        name, _ = QFileDialog.getOpenFileName(
            self.window, tr("Open a video"), "", f"Video ({patterns});;All files (*)"
        )
        if name:
            self.session.open_video(Path(name))

    def open_session(self) -> None:
        name = QFileDialog.getExistingDirectory(self.window, tr("Open a session (a .foley folder)"))
        if name:
            self.session.open_bundle(Path(name))

    def open_demo(self) -> None:
        open_demo(self.window)

    def save(self) -> None:
        self.session.save()

    def import_sound(self) -> None:
        """A sound file of one's own, from the playhead on."""
        if self.session.bundle is None:
            return
        name, _ = QFileDialog.getOpenFileName(
            self.window, tr("Import a sound"), "", f"Sound ({SOUND_PATTERNS});;All files (*)"
        )
        if name:
            self.window.dropping.bring_sound(
                Path(name), self.session.playback.position_s, self._track()
            )

    def export(self) -> None:
        session = self.session
        if session.bundle is None:
            return
        scene = session.project.scene
        target = f"{scene.target_lufs:g} LUFS, true peak below {scene.true_peak_limit_dbtp:g} dBTP"
        folder = places.export_folder(session.bundle.path)
        dialog = ExportDialog(folder, target.replace("-", "−"), self.window)
        if ask(dialog, self.window) and not self.window.lost_media.refuses_export(
            dialog.formats, dialog.folder, as_mixed=dialog.as_mixed
        ):
            session.export(dialog.formats, dialog.folder, as_mixed=dialog.as_mixed)
            self.window.show_jobs()

    def find_missing(self) -> None:
        self.window.lost_media.pick_folder()

    def save_as(self) -> None:
        save_as(self.window)

    def quit(self) -> None:
        if may_end(self.window):
            self.window.close()

    # -- Transport ----------------------------------------------------------------------------

    def play(self) -> None:
        self.session.play_or_stop()

    def play_return(self) -> None:
        """Play; or stop, and go back to where playing began."""
        session = self.session
        if session.playback.is_playing:
            session.play_or_stop()
            session.locate(session.began_s)
        else:
            session.play_or_stop()

    def previous_marker(self) -> None:
        self._go_to_marker(-1)

    def next_marker(self) -> None:
        self._go_to_marker(+1)

    def _go_to_marker(self, by: int) -> None:
        here_s = self.session.playback.position_s
        times = [marker.time_s for marker in self.session.project.markers]
        ahead = [t for t in times if (t - here_s) * by > 1e-3]
        if ahead:
            self.session.locate(min(ahead) if by > 0 else max(ahead))

    def shuttle_back(self) -> None:
        self.session.shuttle.backward()

    def shuttle_stop(self) -> None:
        self.session.shuttle.halt()

    def shuttle_forward(self) -> None:
        self.session.shuttle.forward()

    def step_back(self) -> None:
        self._step(-1)

    def step_forward(self) -> None:
        self._step(+1)

    def back_second(self) -> None:
        self.session.locate(self.session.playback.position_s - 1.0)

    def forward_second(self) -> None:
        self.session.locate(self.session.playback.position_s + 1.0)

    def to_start(self) -> None:
        self.session.locate(0.0)

    def to_end(self) -> None:
        self.session.locate(self.session.project.duration_s)

    def previous_contact(self) -> None:
        self._go_to_contact(-1)

    def next_contact(self) -> None:
        self._go_to_contact(+1)

    def loop(self, on: bool) -> None:
        """Loop the selected time, or the selected clips, or everything."""
        self.session.set_loop(self._range_s() if on else None)

    def dim(self, on: bool) -> None:
        self.session.monitor_level.dim(on)

    def mute_monitor(self, on: bool) -> None:
        self.session.monitor_level.mute(on)

    def pre_roll(self, on: bool) -> None:
        self.session.pre_roll_s = PRE_ROLL_S if on else 0.0

    def solo_on_ears(self, on: bool) -> None:
        self.window.listening.solo_on_ears(on)

    def loop_in(self) -> None:
        here_s = self.session.playback.position_s
        end_s = self.session.loop_s[1] if self.session.loop_s else self.session.project.duration_s
        self.session.set_loop((here_s, end_s) if here_s < end_s else None)

    def loop_out(self) -> None:
        here_s = self.session.playback.position_s
        start_s = self.session.loop_s[0] if self.session.loop_s else 0.0
        self.session.set_loop((start_s, here_s) if start_s < here_s else None)

    def _range_s(self) -> tuple[float, float]:
        if self.session.selection.span_s is not None:
            return self.session.selection.span_s
        clips = self.chosen_clips()
        if clips:
            ends = (clip.start_s + clip.duration_s for clip in clips)
            return min(clip.start_s for clip in clips), max(ends)
        return 0.0, self.session.project.duration_s

    def _step(self, by: int) -> None:
        """One video frame, from the frame on screen; playing stops first."""
        session = self.session
        video = session.project.video
        if session.playback.is_playing:
            session.shuttle.halt()
        if video is None:
            session.locate(session.playback.position_s + by * 0.04)
            return
        number = seconds_to_video_frame(session.playback.position_s, video.rate) + by
        session.locate(video_frame_to_seconds(max(0, number), video.rate))

    def _go_to_contact(self, by: int) -> None:
        track_id = self.session.selection.value.track_id
        if track_id is None:
            return
        here_s = self.session.playback.position_s
        times = [contact.time_s for contact in self.session.project.track(track_id).contacts]
        ahead = [t for t in times if (t - here_s) * by > 1e-3]
        if ahead:
            self.session.locate(min(ahead) if by > 0 else max(ahead))

    def previous_doubt(self) -> None:
        self._go_to_next_doubt(-1)

    def next_doubt(self) -> None:
        self._go_to_next_doubt(+1)

    def _go_to_next_doubt(self, by: int) -> None:
        here_s = self.session.playback.position_s
        doubts = find_doubts(self.session.project, self.session.media.boxes)
        ahead = [doubt for doubt in doubts if (doubt.start_s - here_s) * by > 1e-3]
        if ahead:
            self.go_to_doubt(ahead[0] if by > 0 else ahead[-1])

    def go_to_doubt(self, doubt: Doubt) -> None:
        """Show a spot where the analysis was unsure, and its track."""
        self.session.selection.select_track(doubt.track_id)
        self.session.locate(doubt.start_s)
        self.window.analysis.doubts.mark(doubt)

    # -- View ---------------------------------------------------------------------------------

    def zoom_in(self) -> None:
        self.window.timeline.zoom(1.5)

    def zoom_out(self) -> None:
        self.window.timeline.zoom(1 / 1.5)

    def zoom_fit(self) -> None:
        self.window.timeline.axis.fit()

    def zoom_selection(self) -> None:
        if self.chosen_clips() or self.session.selection.span_s is not None:
            self.window.timeline.show_range(*self._range_s())

    def find_recording(self) -> None:
        self.window.library.show()

    def stage_fit(self) -> None:
        self.window.stage.fit()

    def touch(self, on: bool) -> None:
        self.window.stage.arm(on)

    def stage_top(self) -> None:
        self.window.stage.show_view("top")

    def stage_side(self) -> None:
        self.window.stage.show_view("side")

    def stage_free(self) -> None:
        self.window.stage.show_view("free")

    def snap(self, on: bool) -> None:
        self.window.timeline.snap_button.setChecked(on)

    def follow_smoothly(self, on: bool) -> None:
        """The timeline glides below the playhead, in place of turning pages."""
        self.window.timeline.glides = on
        if on:
            self.window.timeline.follow_button.setChecked(True)

    def film_strip(self, on: bool) -> None:
        self.window.timeline.show_film(on)

    def loudness_lane(self, on: bool) -> None:
        self.window.timeline.show_loudness(on)

    def follow(self, on: bool) -> None:
        self.window.timeline.follow_button.setChecked(on)

    def boxes(self, on: bool) -> None:
        self.window.picture.set_overlays(overlays_of(self.window.actions_by_name))

    def saliency(self, on: bool) -> None:
        self.boxes(on)
        if on:
            self.window.saliency.want(self.session.project.video)

    box_names = box_confidence = box_distance = trails = safe_areas = boxes

    def full_screen_picture(self) -> None:
        self.window.workspace.full_screen("picture", self.window.screen())

    def reset_layout(self) -> None:
        self.window.workspace.reset()

    def analyse(self) -> None:
        self.analyse_with(None)

    def analyse_with(self, screenplay: Path | None) -> None:
        """Ask how to analyse; with a screenplay, where one is given."""
        if not self.window.actions_by_name["analyse"].isEnabled():
            return
        dialog = AnalyseDialog(self.session.project, self.window)
        if screenplay is not None:
            dialog.take_screenplay(screenplay)
        if ask(dialog, self.window):
            self.session.analyse(dialog.settings)
            self.window.show_jobs()

    def volume_lane(self) -> None:
        self._toggle_lane("gain")

    def occlusion_lane(self) -> None:
        self._toggle_lane("occlusion")

    def width_lane(self) -> None:
        self._toggle_lane("width")

    def azimuth_lane(self) -> None:
        self._toggle_lane("azimuth")

    def elevation_lane(self) -> None:
        self._toggle_lane("elevation")

    def distance_lane(self) -> None:
        self._toggle_lane("distance")

    def _toggle_lane(self, name: str) -> None:
        track_id = self.session.selection.value.track_id
        if track_id is not None:
            self.window.envelope_menu.toggle(track_id, name)

    def take_lanes(self) -> None:
        """All takes of the selected track's clips, or them no more."""
        track_id = self.session.selection.value.track_id
        if track_id is not None:
            self.window.timeline.toggle_takes(track_id)

    def rename_track(self) -> None:
        track_id = self.session.selection.value.track_id
        if track_id is not None:
            self.window.timeline.headers.rename(track_id)

    # -- Help ---------------------------------------------------------------------------------

    def shortcuts(self) -> None:
        rows = actions.shortcut_rows(self.window.actions_by_name)
        ask(ShortcutsDialog(rows, self.window), self.window)

    def edit_shortcuts(self) -> None:
        """Keys to one's own liking."""
        dialog = EditShortcutsDialog(self.window)
        if ask(dialog, self.window):
            shortcuts.choose(dialog.set_name, dialog.own)
            actions.give_keys(self.window.actions_by_name, shortcuts.in_use())

    def preferences(self) -> None:
        ask_and_take(self.window)

    def mind(self) -> None:
        choose_mind(self.session, self.window)

    def command_palette(self) -> None:
        """Any command by a few of its letters."""
        dialog = CommandPalette(self.window.actions_by_name, self.window)
        if ask(dialog, self.window) and dialog.chosen is not None:
            dialog.chosen.trigger()

    def tour(self) -> None:
        """Four places to know; without a session, of the demo."""
        self.window.tour_offer.begin()

    def about(self) -> None:
        box = QMessageBox(self.window)
        box.setWindowTitle(tr("About Foleystage"))
        box.setFont(theme.font(12))
        box.setText(_ABOUT)
        ask(box, self.window)
