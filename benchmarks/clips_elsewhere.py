"""What the product makes of real clips that are no streets: who crosses, is followed, and named.

``python -m benchmarks.clips_elsewhere [--data FOLDER] [--only NAME ...] [--seed N] [--words]``
runs the product on the clips of the optional test media in which things move elsewhere than on
streets: sports, animals, hands and tools, a waterfall. Prints a line a track: when it is seen,
where it goes, whether it crosses (see `crosses`), rank correlations of azimuth with ITD/ILD in the
mix while it sounds, what the report tells (`followed`), and what a stranger hears (see
`benchmarks.stranger`). Then what it is called and what sounds on it.

With ``--words`` the user's words of `WORDS` are given with each clip, as ``run --prompt`` would.
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
from numpy.typing import NDArray

from benchmarks.heard_directions import Heard, listen
from benchmarks.stranger import stranger_follows
from engine.metrics.following import FOLLOWED
from engine.pipeline.analyse import analyse
from engine.pipeline.compose import compose
from engine.pipeline.report import in_front, sounding_spans, without_silence
from engine.pipeline.settings import RunSettings
from engine.project.edits import ApplyFocus, HeardMover
from engine.project.model import Project, Track
from engine.project.store import Bundle

Array = NDArray[np.float64]

WORDS = {
    "CondFoleyGen__chopping": ("knife",),
    "CondFoleyGen__hitting_bag": ("stick",),
    "Diff-Foley__car": ("car",),
    "FoleyCrafter__2": ("hammer",),
    "SpecVQGAN__-Qowmc0P9ic_34000_44000": ("drummer",),
    "SpecVQGAN__53UdZyM9MyE_252000_262000": ("paper",),
    "SpecVQGAN__54bz5yqN2IA_4000_14000": (),
    "SpecVQGAN__7fRaV39Y-2o_50000_60000": ("waterfall",),
    "SpecVQGAN__video_00323": ("hammer",),
    "SpecVQGAN__video_02542": ("drums",),
    "SpecVQGAN__video_02677": ("puppy",),
    "SpecVQGAN__video_02997": ("fireworks",),
    "vta-ldm__0Bp8c3PfAAA_000053": ("badminton player",),
    "davis_blackswan": ("swan",),
    "davis_bmx-trees": ("bmx",),
    "davis_car-shadow": ("car",),
    "davis_dog": ("dog",),
    "davis_horsejump-high": ("horse",),
    "sam2__01_dog": ("dog",),
    "sam2__04_coffee": ("pouring coffee",),
    "sam2__05_default_juggle": ("ball",),
    "vot_bag": ("plastic bag",),
}
"""The clips, and what a person would say of them; nothing where no generator makes its sound."""
CROSSES_DEG, ONE_WAY = 40.0, 0.6
"""Net change of azimuth, and share of all its changes, from which a mover crosses."""
_STEP_S = 0.1


@dataclass
class Sums:
    """Figures over many clips; of movers, those that cross and the others apart."""

    heard: dict[bool, list[float]] = field(default_factory=lambda: {True: [], False: []})
    """The lesser correlation of each mover in the mix."""
    stranger: dict[bool, list[bool]] = field(default_factory=lambda: {True: [], False: []})
    agree: list[bool] = field(default_factory=list)
    """Whether what the report tells of a mover is what a stranger hears."""
    muted: int = 0

    def __str__(self) -> str:
        lines = []
        for crosses_, values in self.heard.items():
            name = "movers that cross" if crosses_ else "other movers"
            followed = sum(value >= FOLLOWED for value in values)
            strange = self.stranger[crosses_]
            lines.append(
                f"{name}: followed {followed} of {len(values)}; by a stranger's ears "
                f"{sum(strange)} of {len(strange)}"
            )
        lines.append(
            f"the report agrees with the stranger on {sum(self.agree)} of {len(self.agree)}"
        )
        return "; ".join(lines) + f"; {self.muted} tracks muted"


def crosses(track: Track) -> bool:
    """Whether it goes across: its azimuth changes by 40 degrees from its first sight to its last,
    and that is the better part (60 %) of all its changes."""
    times = np.arange(track.start_s, track.end_s, _STEP_S)
    if len(times) < 2:
        return False
    azimuth = np.degrees(np.unwrap(np.arctan2(*track.trajectory.at(times)[:, 1::-1].T)))
    net = abs(float(azimuth[-1] - azimuth[0]))
    return net >= CROSSES_DEG and net >= ONE_WAY * float(np.abs(np.diff(azimuth)).sum())


def measure(data: Path, only: list[str], seed: int, *, words: bool) -> Sums:
    """Print a table of all clips; their sums."""
    sums = Sums()
    for clip in _clips(data, only):
        prompt = WORDS[clip.stem] if words else ()
        print(f"{clip.stem}{': ' + ', '.join(prompt) if prompt else ''}", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            bundle = Bundle.create(Path(folder) / "scene.foley", Project(title=clip.stem))
            try:
                _measure(clip, bundle, RunSettings(seed=seed, prompt=prompt), sums)
            finally:
                bundle.close()
    print(sums)
    return sums


def _clips(data: Path, only: list[str]) -> Iterator[Path]:
    for room in ("av_real", "video_mask_gt", "video_only"):
        for clip in sorted((data / room).glob("*.mp4")):
            if clip.stem in WORDS and (not only or any(part in clip.stem for part in only)):
                yield clip


def _measure(clip: Path, bundle: Bundle, settings: RunSettings, sums: Sums) -> None:
    project = Project(title=clip.stem)
    project = analyse(clip, project, bundle.media, settings).apply(project)
    told: dict[str, HeardMover] = {}
    for edit in compose(project, bundle.media, settings):
        project = edit.apply(project)
        if isinstance(edit, ApplyFocus):
            told = {one.track_id: one for one in edit.heard}
    tracks = [track for track in project.tracks if track.kind == "object"]
    mixes = listen(project, bundle.audio_path, tracks)
    strange = stranger_follows(
        project, bundle.audio_path, {t.id: _sounds_s(project, t) for t in tracks}
    )
    for track in tracks:
        _print_track(project, track, mixes[track.id], told.get(track.id), strange[track.id])
        _count(track, mixes[track.id], told.get(track.id), strange[track.id], sums)


def _sounds_s(project: Project, track: Track) -> list[list[float]]:
    spans = sounding_spans(in_front([e for e in project.events if e.track_id == track.id]))
    spans = without_silence(spans, track)
    seen = [[max(a, track.start_s), min(b, track.end_s)] for a, b in spans]
    return [[a, b] for a, b in seen if b > a]


def _print_track(
    project: Project,
    track: Track,
    heard: Heard,
    told: HeardMover | None,
    strange: tuple[float, float],
) -> None:
    azimuth = np.degrees(np.unwrap(np.arctan2(*track.seen_positions_m[:, 1::-1].T)))
    line = (
        f"  {track.name:18s} {track.start_s:4.1f}-{track.end_s:4.1f} s {azimuth[0]:4.0f} .. "
        f"{azimuth[-1]:4.0f} ({np.ptp(azimuth):3.0f}) {track.confidence:.2f} "
        f"{'crosses' if crosses(track) else '':7s}"
    )
    layers = {e.layer for e in project.events if e.track_id == track.id and not e.muted}
    if heard.active_s == 0.0:
        print(f"{line} muted")
        return
    print(
        f"{line} mix {heard.itd_mix:5.2f}/{heard.ild_mix:5.2f} alone {heard.itd_solo:5.2f}/"
        f"{heard.ild_solo:5.2f} stranger {strange[0]:5.2f}/{strange[1]:5.2f} "
        f"{'' if told is None else 'told followed' if told.followed else 'told not followed'} "
        f"[{', '.join(sorted(layers))}]"
    )


def _count(
    track: Track, heard: Heard, told: HeardMover | None, strange: tuple[float, float], sums: Sums
) -> None:
    """Movers that are listened for count; the others do not go far enough to be followed."""
    if heard.active_s == 0.0:
        sums.muted += 1
    elif told is not None and np.isfinite(heard.itd_mix + heard.ild_mix):
        sums.heard[crosses(track)].append(min(heard.itd_mix, heard.ild_mix))
        sums.stranger[crosses(track)].append(min(strange) >= FOLLOWED)
        sums.agree.append(told.followed == (min(strange) >= FOLLOWED))


def main() -> None:
    """Parse the command line and print all figures."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    default = Path(os.environ.get("FOLEYSTAGE_TEST_DATA", beside))
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--data", type=Path, default=default, help="folder of the test media")
    parser.add_argument("--only", nargs="*", default=[], help="parts of clips' names")
    parser.add_argument("--seed", type=int, default=0, help="seed of the sounds")
    parser.add_argument("--words", action="store_true", help="give the user's words, too")
    options = parser.parse_args()
    if not options.data.is_dir():
        print("there are no test media beside the checkout (set FOLEYSTAGE_TEST_DATA)")
        return
    warnings.simplefilter("ignore")
    measure(options.data, options.only, options.seed, words=options.words)


if __name__ == "__main__":
    main()
