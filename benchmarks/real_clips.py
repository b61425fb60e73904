"""What the product makes of real clips: tracks against annotated vehicles, and what is heard.

``python -m benchmarks.real_clips [--data FOLDER] [--only NAME ...] [--seed N ...] [--analysis]``
runs the product on every street clip of the optional test media (and a few others), and prints a
line a track: when it is seen, its azimuth and how far that goes, how sure it is, and the annotated
vehicle it follows ('-' for none; people are not annotated). Then rank correlations of azimuth with
ITD/ILD in the mix from first to last sight; while it sounds; where it leads; and alone. Last the
angle of the FOA energy vector off the trajectory: in the mix, where it is the single track, and
alone. A track may be wrong, and its sound follow it all the same: so "true" is the correlation in
the mix with the ANNOTATED azimuth of the vehicle that the track follows, while both are there. A
track that goes on from one vehicle to another is told with all of them ("car1 > car2"), and
follows none. Tracks that sound beneath others are summed up apart. With several seeds (default: 0)
the sounds are made and summed up for each; "sides" are the movers that go from one side to the
other.

``--analysis`` stops before the sound, which is a few times faster. Clips named in `HELD_OUT` were
not looked at while the rules were made; they are summed up apart.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from msgspec import structs

from benchmarks.heard_directions import Heard, listen
from benchmarks.street_truth import CROSSES, Vehicle, chain, follows, owner, read_vehicles
from engine.pipeline.analyse import analyse
from engine.pipeline.compose import compose
from engine.pipeline.settings import RunSettings
from engine.project.edits import ApplyFocus, HeardMover
from engine.project.model import Project, Track
from engine.project.store import Bundle
from engine.script.foreground import BENEATH
from engine.vision.analyse import SeenObject, VisionResult, analyse_video, spherical_of

FOLLOWED = 0.8
"""Rank correlation from which the ears follow a mover."""
POINTS_DEG = 5.0
_CHAINED = " > "
HELD_OUT = (
    "acevedo", "lisbon1171", "london168", "london169", "london27", "milan1011", "milan1166_44097",
    "rivera", "vienna177", "vienna178",
)  # fmt: skip
OTHERS = (
    "av_stereo_gt/urbansas_acevedo0103_00_0.mp4",
    "av_stereo_gt/urbansas_rivera0922_00_0.mp4",
    "av_stereo_gt/urbansas_rivera0923_00_0.mp4",
    "video_mask_gt/otb_Crossing.mp4",
    "video_mask_gt/davis_car-shadow.mp4",
    "video_mask_gt/davis_drift-chicane.mp4",
    "video_only/sample-videos__car-detection.mp4",
)


@dataclass
class Sums:
    """Figures over many clips."""

    clips: int = 0
    tracks: int = 0
    crossing: int = 0
    unknown: int = 0
    """Tracks that follow no annotated vehicle (people are not annotated)."""
    vehicles: int = 0
    found: int = 0
    whole: int = 0
    muted: int = 0
    muted_crossing: int = 0
    """Of these the ones whose azimuth changes by 40 degrees or more: nobody hears them cross."""
    beneath: list[Heard] = field(default_factory=list)
    """Of those that cross and sound softer beneath others all the while, for want of time."""
    heard: list[Heard] = field(default_factory=list)
    """Of tracks that sound and go a third of the picture or more."""
    true: list[float] = field(default_factory=list)
    """Of these that follow an annotated vehicle, the lesser correlation with its own azimuth; 0 for
    those that are chained."""
    own: list[float] = field(default_factory=list)
    """Of the same tracks the lesser correlation with the track's azimuth."""
    chained: int = 0
    """Tracks that go on from one annotated vehicle to another."""
    sides: list[bool] = field(default_factory=list)
    """Whether each of these goes from one side to the other."""
    helped: int = 0
    """Those for which volumes were automated."""

    def __str__(self) -> str:
        text = (
            f"{self.clips} clips: {self.tracks} tracks ({self.unknown} on no annotated vehicle, "
            f"{self.muted} muted, {self.muted_crossing} of them crossing; "
            f"{len(self.beneath)} crossing beneath others, {self._followed_beneath()} followed); "
            f"crossing vehicles found {self.found}/{self.vehicles}, whole {self.whole}; "
            f"{self.chained} chained"
        )
        if not self.heard:
            return text
        rows = {
            "span": [min(h.itd_span, h.ild_span) for h in self.heard],
            "mix": [min(h.itd_mix, h.ild_mix) for h in self.heard],
            "leading": [min(h.itd_lead, h.ild_lead) for h in self.heard],
            "alone": [min(h.itd_solo, h.ild_solo) for h in self.heard],
        }
        rows["sides mix"] = [v for v, side in zip(rows["mix"], self.sides, strict=True) if side]
        for name, values in rows.items():
            known = np.array([v for v in values if np.isfinite(v)])
            text += f"; {name} {np.sum(known >= FOLLOWED)}/{len(known)}"
        followed, true = (np.sum(np.array(one) >= FOLLOWED) for one in (self.own, self.true))
        text += (
            f"; on annotated vehicles {followed}/{len(self.own)} followed by their own azimuth, "
            f"{true}/{len(self.true)} by the annotated one; helped {self.helped}"
        )
        for name in ("foa_mix_deg", "foa_single_deg", "foa_solo_deg"):
            off = np.array([getattr(h, name) for h in self.heard])
            off = off[np.isfinite(off)]
            text += f"; {name} {np.sum(off <= POINTS_DEG)}/{len(off)}"
        return text

    def _followed_beneath(self) -> int:
        return sum(min(h.itd_mix, h.ild_mix) >= FOLLOWED for h in self.beneath)


def measure(data: Path, only: list[str], seeds: list[int], *, analysis: bool) -> None:
    """Print a table of all clips, then sums of those tuned on, and of those held out."""
    truth = read_vehicles(data)
    sums = {(seed, out): Sums() for seed in seeds for out in (False, True)}
    for name, clip in _clips(data, only):
        vehicles, out = truth.get(name, []), name.startswith(HELD_OUT)
        print(f"{name}", flush=True)
        if analysis:
            _print_seen(analyse_video(clip), vehicles, sums[seeds[0], out])
        else:
            _print_heard(clip, vehicles, {seed: sums[seed, out] for seed in seeds})
    for seed in seeds[:1] if analysis else seeds:
        print(f"seed {seed}, seen while tuning: {sums[seed, False]}")
        print(f"seed {seed}, held out:          {sums[seed, True]}")


def _clips(data: Path, only: list[str]) -> Iterator[tuple[str, Path]]:
    files = sorted((data / "av_binaural_gt").glob("urbansas_*[0-9].mp4"))
    for clip in [*files, *(data / other for other in OTHERS)]:
        name = clip.stem.removeprefix("urbansas_")
        if clip.exists() and (not only or any(part in name for part in only)):
            yield name, clip


def _print_seen(result: VisionResult, vehicles: list[Vehicle], sums: Sums) -> None:
    size = np.array([result.video.width, result.video.height] * 2, dtype=float)
    rows = [np.column_stack([o.boxes[:, 0], o.boxes[:, 1:5] / size]) for o in result.objects]
    for seen, boxes in zip(result.objects, rows, strict=True):
        _count(_line(seen, boxes, vehicles), vehicles, sums, np.ptp(spherical_of(seen)[:, 0]))
    _print_vehicles(rows, vehicles, sums)


def _line(seen: SeenObject, boxes: np.ndarray, vehicles: list[Vehicle]) -> str:
    azimuth = spherical_of(seen)[:, 0]
    on = _on(boxes, vehicles)
    print(
        f"  {seen.id:10s} {boxes[0, 0]:4.1f}-{boxes[-1, 0]:4.1f} s  {azimuth[0]:4.0f} .. "
        f"{azimuth[-1]:4.0f} deg (span {np.ptp(azimuth):3.0f}) {seen.label:8s} "
        f"{seen.confidence:.2f} {on or '-':8s}"
    )
    return on


def _on(boxes: np.ndarray, vehicles: list[Vehicle]) -> str:
    """The vehicle a track follows, or all that it goes on to, joined by `_CHAINED`, or ''."""
    return _CHAINED.join(chain(boxes, vehicles)) or owner(boxes, vehicles)


def _count(on: str, vehicles: list[Vehicle], sums: Sums, span_deg: float) -> None:
    sums.tracks += 1
    sums.crossing += span_deg >= 120 * CROSSES
    sums.unknown += bool(vehicles) and not on
    sums.chained += _CHAINED in on


def _print_vehicles(rows: list[np.ndarray], vehicles: list[Vehicle], sums: Sums) -> None:
    sums.clips += 1
    missed = []
    for vehicle in vehicles:
        if not vehicle.crosses:
            continue
        shares = [follows(boxes, vehicle) for boxes in rows]
        any_track = np.any(shares, axis=0) if shares else np.zeros(1)
        sums.vehicles += 1
        sums.found += bool(any_track.mean() >= 0.5)
        sums.whole += any(share.mean() >= 0.75 for share in shares)
        if any_track.mean() < 0.5:
            missed.append(vehicle.name)
    print(f"  annotated {len(vehicles)}; crossing and not found: {', '.join(missed) or 'none'}")


def _print_heard(clip: Path, vehicles: list[Vehicle], sums: dict[int, Sums]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        bundle = Bundle.create(Path(folder) / "scene.foley", Project(title=clip.stem))
        try:
            project = Project(title=clip.stem)
            seen = analyse(clip, project, bundle.media, RunSettings()).apply(project)
            for seed, row in sums.items():
                if len(sums) > 1:
                    print(f" seed {seed}")
                _print_sounds(bundle, _composed(bundle, seen, seed), vehicles, row)
        finally:
            bundle.close()


def _composed(bundle: Bundle, seen: Project, seed: int) -> tuple[Project, tuple[HeardMover, ...]]:
    project = structs.replace(seen, scene=structs.replace(seen.scene, seed=seed))
    moved: tuple[HeardMover, ...] = ()
    for edit in compose(project, bundle.media, RunSettings(seed=seed)):
        project = edit.apply(project)
        moved = edit.heard if isinstance(edit, ApplyFocus) else moved
    return project, moved


def _print_sounds(
    bundle: Bundle,
    composed: tuple[Project, tuple[HeardMover, ...]],
    vehicles: list[Vehicle],
    sums: Sums,
) -> None:
    project, moved = composed
    tracks = [t for t in project.tracks if t.kind == "object"]
    rows = [_shares(bundle, project, track) for track in tracks]
    true = {vehicle.name: vehicle.azimuths for vehicle in vehicles}
    annotated: dict[str, np.ndarray] = {
        track.id: true[on]
        for track, boxes in zip(tracks, rows, strict=True)
        if (on := _on(boxes, vehicles)) in true
    }
    heard = listen(project, bundle.audio_path, tracks, annotated)
    for track, boxes in zip(tracks, rows, strict=True):
        whys = [e.why for e in project.events if e.track_id == track.id and not e.muted]
        beneath = bool(whys) and all(BENEATH in why for why in whys)
        _print_track(track, boxes, vehicles, heard.get(track.id), sums, beneath=beneath)
        for done in (d for one in moved if one.track_id == track.id for d in one.done):
            print(f"    {done}")
    sums.helped += sum(bool(one.done) for one in moved)
    _print_vehicles(rows, vehicles, sums)


def _shares(bundle: Bundle, project: Project, track: Track) -> np.ndarray:
    assert project.video is not None
    assert track.boxes is not None
    size = np.array([project.video.width, project.video.height] * 2, dtype=float)
    boxes = bundle.array(track.boxes)
    return np.column_stack([boxes[:, 0], boxes[:, 1:5] / size])


def _print_track(
    track: Track,
    boxes: np.ndarray,
    vehicles: list[Vehicle],
    heard: Heard | None,
    sums: Sums,
    *,
    beneath: bool,
) -> None:
    x, y = track.seen_positions_m[:, :2].T
    azimuth = np.degrees(np.arctan2(y, x))
    on = _on(boxes, vehicles)
    _count(on, vehicles, sums, float(np.ptp(azimuth)))
    line = (
        f"  {track.name:12s} {track.start_s:4.1f}-{track.end_s:4.1f} s {azimuth[0]:4.0f} .. "
        f"{azimuth[-1]:4.0f} ({np.ptp(azimuth):3.0f}) {track.confidence:.2f} {on or '-':8s}"
        f"{' beneath' if beneath else ''}"
    )
    if heard is None or heard.active_s == 0.0:
        print(f"{line} muted")
        sums.muted += 1
        sums.muted_crossing += bool(np.ptp(azimuth) >= 120 * CROSSES)
        return
    crosses = np.ptp(azimuth) >= 120 * CROSSES
    if crosses and beneath:
        sums.beneath.append(heard)
    elif crosses:
        sums.heard.append(heard)
        sums.sides.append(bool(azimuth.min() < 0.0 < azimuth.max()))
        _compare(heard, on, sums)
    print(
        f"{line} span {heard.itd_span:5.2f}/{heard.ild_span:5.2f} active {heard.active_s:4.1f} s "
        f"mix {heard.itd_mix:5.2f}/{heard.ild_mix:5.2f} true {heard.itd_true:5.2f}/"
        f"{heard.ild_true:5.2f} lead {heard.lead:4.0%} "
        f"{heard.itd_lead:5.2f}/{heard.ild_lead:5.2f} solo {heard.itd_solo:5.2f}/"
        f"{heard.ild_solo:5.2f} foa {heard.foa_mix_deg:4.1f} {heard.foa_single_deg:4.1f} "
        f"{heard.foa_solo_deg:4.1f} deg"
    )


def _compare(heard: Heard, on: str, sums: Sums) -> None:
    """Take in a track in front by its own azimuth and by the one annotated, where there is one."""
    if on:
        true = 0.0 if _CHAINED in on else min(heard.itd_true, heard.ild_true)
        sums.true.append(true)
        sums.own.append(min(heard.itd_mix, heard.ild_mix))


def main() -> None:
    """Parse the command line and print all figures."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    default = Path(os.environ.get("FOLEYSTAGE_TEST_DATA", beside))
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--data", type=Path, default=default, help="folder of the test media")
    parser.add_argument("--only", nargs="*", default=[], help="parts of clips' names")
    parser.add_argument("--seed", nargs="*", type=int, default=[0], help="seeds of the sounds")
    parser.add_argument("--analysis", action="store_true", help="tracks alone, no sound")
    options = parser.parse_args()
    if not options.data.is_dir():
        print("there are no test media beside the checkout (set FOLEYSTAGE_TEST_DATA)")
        return
    warnings.simplefilter("ignore")
    measure(options.data, options.only, options.seed, analysis=options.analysis)


if __name__ == "__main__":
    main()
