"""The table of actions: id, text, shortcuts, menu, icon. Handlers are methods of `Verbs`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from app import icons
from app.words import tr

Needs = Literal[
    "", "session", "picture", "film_sound", "clips", "track", "keyframe", "span", "undo", "redo"
]


@dataclass(frozen=True)
class Spec:
    """One action. `name` is its id and the name of its handler."""

    name: str
    text: str
    keys: tuple[str, ...] = ()
    menu: str = ""
    icon: str = ""
    needs: Needs = "session"
    checkable: bool = False
    starts_group: bool = False


TABLE: tuple[Spec, ...] = (
    Spec("new_session", "New session", ("Ctrl+N",), "File", "", ""),
    Spec("open_video", "Open video…", ("Ctrl+O",), "File", "film", ""),
    Spec("open_session", "Open session…", ("Ctrl+Shift+O",), "File", "folder", ""),
    Spec("open_demo", "Open the demo", (), "File", "", ""),
    Spec("save", "Save", ("Ctrl+S",), "File", starts_group=True),
    Spec("save_as", "Save as…", ("Ctrl+Shift+S",), "File"),
    Spec("import_sound", "Import sound…", ("Ctrl+I",), "File", starts_group=True),
    Spec("spatialise_production", "Spatialise production sound", (), "File", needs="film_sound"),
    Spec("find_missing", "Find missing files…", (), "File"),
    Spec("export", "Export…", ("Ctrl+E",), "File", "export"),
    Spec("preferences", "Preferences…", ("Ctrl+,",), "File", needs="", starts_group=True),
    Spec("mind", "Who writes the script…", (), "File", needs=""),
    Spec("edit_shortcuts", "Edit shortcuts…", ("Ctrl+Alt+K",), "File", needs=""),
    Spec("quit", "Quit", ("Ctrl+Q",), "File", needs="", starts_group=True),
    Spec("undo", "Undo", ("Ctrl+Z",), "Edit", "undo", "undo"),
    Spec("redo", "Redo", ("Ctrl+Shift+Z", "Ctrl+Y"), "Edit", "redo", "redo"),
    Spec("split", "Split at the playhead", ("S",), "Edit", "split", starts_group=True),
    Spec("duplicate", "Duplicate", ("Ctrl+D",), "Edit", needs="clips"),
    Spec("cut", "Cut", ("Ctrl+X",), "Edit", needs="clips", starts_group=True),
    Spec("copy", "Copy", ("Ctrl+C",), "Edit", needs="clips"),
    Spec("paste", "Paste at the playhead", ("Ctrl+V",), "Edit"),
    Spec("delete", "Delete", ("Del", "Backspace"), "Edit", "trash"),
    Spec("mute_clips", "Mute clips", ("Shift+M",), "Edit", needs="clips"),
    Spec("group_clips", "Group clips", ("Ctrl+G",), "Edit", needs="clips", starts_group=True),
    Spec("ungroup_clips", "Ungroup clips", ("Ctrl+Shift+G",), "Edit", needs="clips"),
    Spec("cross_fade", "Cross-fade", ("X",), "Edit", needs="clips"),
    Spec("next_take", "Next take", ("Ctrl+Alt+Right",), "Edit", needs="clips"),
    Spec("previous_take", "Previous take", ("Ctrl+Alt+Left",), "Edit", needs="clips"),
    Spec("listen_to_take", "Listen to the clip in its place", ("Alt+P",), "Edit", needs="clips"),
    Spec("another_take", "Make another take", ("Alt+N",), "Edit", needs="clips"),
    Spec(
        "comp_take",
        "Next take in the selected time",
        ("Ctrl+Alt+Shift+Right",),
        "Edit",
        needs="clips",
    ),
    Spec("remake_part", "Make the selected time anew", ("Ctrl+Alt+N",), "Edit", needs="clips"),
    Spec("compare_blind", "Compare takes blind…", ("Ctrl+Alt+C",), "Edit", needs="clips"),
    Spec("lock_take", "Lock or unlock the take", (), "Edit", needs="clips"),
    Spec("delete_take", "Delete the take", (), "Edit", needs="clips"),
    Spec("select_all", "Select all clips", ("Ctrl+A",), "Edit", starts_group=True),
    Spec("deselect", "Select nothing", ("Ctrl+Shift+A",), "Edit"),
    Spec("add_marker", "Add marker", ("M",), "Edit", starts_group=True),
    Spec("add_scene", "A scene begins here", ("Ctrl+Shift+K",), "Edit"),
    Spec("scenes_at_shots", "Scenes begin at shots", (), "Edit", checkable=True),
    Spec("nudge_left", "Nudge clips left", ("Alt+Left",), "Edit", needs="clips"),
    Spec("nudge_right", "Nudge clips right", ("Alt+Right",), "Edit", needs="clips"),
    Spec("nudge_left_fine", "Nudge left by 1 ms", ("Alt+Shift+Left",), "Edit", needs="clips"),
    Spec("nudge_right_fine", "Nudge right by 1 ms", ("Alt+Shift+Right",), "Edit", needs="clips"),
    Spec("select_clips_time", "Select the time of the clips", ("T",), "Time", needs="clips"),
    Spec("span_numbers", "Select time by numbers…", (), "Time"),
    Spec("loop_span", "Loop the selected time", ("P",), "Time", needs="span"),
    Spec(
        "split_span",
        "Split at the selected time",
        ("Shift+S",),
        "Time",
        needs="span",
        starts_group=True,
    ),
    Spec("crop_span", "Crop to the selected time", ("Ctrl+K",), "Time", needs="span"),
    Spec(
        "delete_time",
        "Delete the selected time",
        ("Ctrl+Shift+X",),
        "Time",
        needs="span",
        starts_group=True,
    ),
    Spec("insert_time", "Insert silence", ("Ctrl+Shift+E",), "Time", needs="span"),
    Spec(
        "automation_follows",
        "Automation follows clips",
        (),
        "Time",
        checkable=True,
        starts_group=True,
    ),
    Spec("ripple_track", "Ripple on the track", ("Alt+R",), "Time", "ripple", checkable=True),
    Spec("ripple_all", "Ripple on all tracks", ("Alt+Shift+R",), "Time", checkable=True),
    Spec("add_region", "Add region", ("Shift+R",), "Time", needs="span"),
    Spec("play", "Play or stop", ("Space",), "Transport", "play"),
    Spec("play_return", "Play, or stop and go back", ("Shift+Space",), "Transport"),
    Spec("shuttle_back", "Shuttle back", ("J",), "Transport", starts_group=True),
    Spec("shuttle_stop", "Stop the shuttle", ("K",), "Transport"),
    Spec("shuttle_forward", "Shuttle forward", ("L",), "Transport"),
    Spec("step_back", "One frame back", ("Left",), "Transport", "step_back", starts_group=True),
    Spec("step_forward", "One frame forward", ("Right",), "Transport", "step_forward"),
    Spec("back_second", "One second back", ("Shift+Left",), "Transport"),
    Spec("forward_second", "One second forward", ("Shift+Right",), "Transport"),
    Spec("to_start", "To the start", ("Home",), "Transport", "to_start"),
    Spec("to_end", "To the end", ("End",), "Transport", "to_end"),
    Spec("previous_contact", "Previous contact", ("Ctrl+Left",), "Transport", needs="track"),
    Spec("next_contact", "Next contact", ("Ctrl+Right",), "Transport", needs="track"),
    Spec("previous_marker", "Previous marker", ("[",), "Transport"),
    Spec("next_marker", "Next marker", ("]",), "Transport"),
    Spec("previous_doubt", "Previous uncertain spot", ("Shift+Q",), "Transport"),
    Spec("next_doubt", "Next uncertain spot", ("Q",), "Transport"),
    Spec("loop", "Loop", ("R",), "Transport", "loop", checkable=True, starts_group=True),
    Spec("loop_in", "Loop starts here", ("I",), "Transport"),
    Spec("loop_out", "Loop ends here", ("O",), "Transport"),
    Spec("tempo", "Tempo and meter…", (), "Time"),
    Spec("loop_numbers", "Loop by numbers…", (), "Transport"),
    Spec("pre_roll", "Pre-roll of two seconds", ("Ctrl+R",), "Transport", "", "", True),
    Spec("dim", "Dim the monitor", ("Ctrl+Shift+D",), "Transport", "", "", True, True),
    Spec("mute_monitor", "Mute the monitor", ("Ctrl+Shift+M",), "Transport", "", "", True),
    Spec("solo_on_ears", "Solo is heard on two ears", (), "Transport", "", "", True),
    Spec("add_track", "Add track", ("Ctrl+T",), "Track", "plus"),
    Spec("rename_track", "Rename track", ("F2",), "Track", needs="track"),
    Spec("mute_track", "Mute track", ("Ctrl+M",), "Track", needs="track", starts_group=True),
    Spec("solo_track", "Solo track", ("Ctrl+Alt+S",), "Track", needs="track"),
    Spec("track_up", "Move track up", ("Ctrl+Alt+Up",), "Track", needs="track", starts_group=True),
    Spec("track_down", "Move track down", ("Ctrl+Alt+Down",), "Track", needs="track"),
    Spec("delete_track", "Delete track", ("Ctrl+Del",), "Track", needs="track", starts_group=True),
    Spec("volume_lane", "Volume automation", ("V",), "Track", needs="track", starts_group=True),
    Spec("occlusion_lane", "Occlusion automation", ("Shift+V",), "Track", needs="track"),
    Spec("width_lane", "Width automation", ("Alt+V",), "Track", needs="track"),
    Spec("take_lanes", "Take lanes", ("Alt+T",), "Track", needs="track"),
    Spec("compare_ears", "Two ears measured, or by FoleySpace", (), "Track", needs="track"),
    Spec("azimuth_lane", "Azimuth lane", (), "Track", needs="track"),
    Spec("elevation_lane", "Elevation lane", (), "Track", needs="track"),
    Spec("distance_lane", "Distance lane", (), "Track", needs="track"),
    Spec("add_keyframe", "Add keyframe here", ("A",), "Track", needs="track", starts_group=True),
    Spec("keyframe_curve", "Curve or corner at the keyframe", ("C",), "Track", needs="keyframe"),
    Spec("analyse", "Analyse the picture…", (), "Track", needs="picture", starts_group=True),
    Spec("touch", "Record by dragging while it plays", ("W",), "Path", "record", checkable=True),
    Spec("path_fly_by", "Fly-by…", (), "Path", needs="track", starts_group=True),
    Spec("path_fly_by_left", "Fly-by to the left…", (), "Path", needs="track"),
    Spec("path_orbit", "Orbit…", (), "Path", needs="track"),
    Spec("path_approach", "Approach…", (), "Path", needs="track"),
    Spec("path_mirror", "Mirror left and right", (), "Path", needs="track", starts_group=True),
    Spec("path_mirror_depth", "Mirror front and back", (), "Path", needs="track"),
    Spec("path_reverse", "Reverse in time", (), "Path", needs="track"),
    Spec("path_stretch", "Stretch in time…", (), "Path", needs="track"),
    Spec("path_offset", "Offset…", (), "Path", needs="track"),
    Spec("path_turn", "Turn about the listener…", (), "Path", needs="track"),
    Spec("path_offset_all", "Offset several paths…", (), "Path"),
    Spec("path_scale", "Scale distance…", (), "Path", needs="track"),
    Spec("path_smooth", "Smooth", (), "Path", needs="track"),
    Spec("path_smooth_by", "Smooth by…", (), "Path", needs="track"),
    Spec("path_simplify", "Simplify", (), "Path", needs="track"),
    Spec("path_simplify_by", "Simplify by…", (), "Path", needs="track"),
    Spec(
        "path_lock",
        "Lock or unlock the path",
        ("Ctrl+L",),
        "Path",
        needs="track",
        starts_group=True,
    ),
    Spec("path_revert", "Back to what was detected", ("Ctrl+Shift+R",), "Path", needs="track"),
    Spec("path_copy", "Copy the path", (), "Path", needs="track", starts_group=True),
    Spec("path_paste", "Paste the path", (), "Path", needs="track"),
    Spec("path_import", "Import path…", (), "Path", needs="track"),
    Spec("path_export", "Export path…", (), "Path", needs="track"),
    Spec("zoom_in", "Zoom in", ("Ctrl++", "Ctrl+=", "+", "="), "View", "zoom_in"),
    Spec("zoom_out", "Zoom out", ("Ctrl+-", "-"), "View", "zoom_out"),
    Spec("zoom_fit", "Show the whole session", ("Z",), "View", "zoom_fit"),
    Spec("zoom_selection", "Show the selection", ("Alt+Z",), "View"),
    Spec("stage_fit", "Show the whole stage", ("Shift+Z",), "View", "zoom_fit"),
    Spec("find_recording", "Find in the library", ("Ctrl+F",), "View", starts_group=True),
    Spec("stage_top", "Stage from above", ("Ctrl+1",), "View"),
    Spec("stage_side", "Stage from the side", ("Ctrl+2",), "View"),
    Spec("stage_free", "Stage in 3D", ("Ctrl+3",), "View"),
    Spec("snap", "Snap", ("N",), "View", "magnet", checkable=True, starts_group=True),
    Spec("stage_snap", "Snap on stage and picture", ("Shift+N",), "View", "magnet", checkable=True),
    Spec("follow", "Follow the playhead", ("F",), "View", "follow", checkable=True),
    Spec("follow_smoothly", "Follow without pages", ("Shift+F",), "View", checkable=True),
    Spec("film_strip", "Film strip", ("Ctrl+4",), "View", checkable=True),
    Spec("loudness_lane", "Loudness lane", ("Ctrl+5",), "View", checkable=True),
    Spec("boxes", "Boxes on the picture", ("B",), "View", "boxes", checkable=True),
    Spec("box_names", "Names at boxes", (), "View", checkable=True),
    Spec("box_confidence", "Confidence at boxes", (), "View", checkable=True),
    Spec("box_distance", "Distance at boxes", (), "View", checkable=True),
    Spec("trails", "Trails", (), "View", checkable=True),
    Spec("saliency", "Saliency", (), "View", checkable=True),
    Spec("safe_areas", "Safe areas", ("Shift+B",), "View", "safe", checkable=True),
    Spec("light_copies", "Light copies of heavy films", (), "View", checkable=True),
    Spec("full_screen_picture", "Picture on the full screen", ("F11",), "View", starts_group=True),
    Spec("reset_layout", "Reset the panels", (), "View", needs=""),
    Spec("tour", "Tour in four steps", (), "Help", needs=""),
    Spec("command_palette", "Find a command…", ("Ctrl+Shift+P",), "Help", needs=""),
    Spec("shortcuts", "Shortcuts…", ("F1",), "Help", needs=""),
    Spec("about", "About Foleystage", (), "Help", needs=""),
)
ON_AT_FIRST = (
    "snap", "follow", "boxes", "box_names", "box_confidence", "trails", "automation_follows",
    "film_strip", "light_copies",
)  # fmt: skip
MENUS = ("File", "Edit", "Time", "Transport", "Track", "Path", "View", "Help")


def build(window: QWidget, verbs: object) -> dict[str, QAction]:
    """QActions by id, each wired to the method of `verbs` of the same name."""
    actions: dict[str, QAction] = {}
    for spec in TABLE:
        action = QAction(tr(spec.text), window)
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        if spec.icon:
            action.setIcon(icons.icon(spec.icon))
        action.setCheckable(spec.checkable)
        action.triggered.connect(getattr(verbs, spec.name))
        window.addAction(action)
        actions[spec.name] = action
    return actions


def give_keys(by_name: Mapping[str, QAction], keys: Mapping[str, tuple[str, ...]]) -> None:
    """Let actions have these shortcuts; their tooltips say what they do and the first of them."""
    for spec in TABLE:
        own, words = keys[spec.name], tr(spec.text).rstrip("…")
        by_name[spec.name].setShortcuts([QKeySequence(one) for one in own])
        by_name[spec.name].setToolTip(f"{words} ({own[0]})" if own else words)


def shortcut_rows(by_name: Mapping[str, QAction]) -> list[tuple[str, str]]:
    """(what, keys) of every action that has a shortcut."""
    rows = ((spec, by_name[spec.name].shortcuts()) for spec in TABLE)
    return [
        (tr(spec.text).rstrip("…"), " or ".join(one.toString() for one in keys))
        for spec, keys in rows
        if keys
    ]
