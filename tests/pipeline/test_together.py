"""Two at once: in one output folder the second is refused; one cache of takes serves both."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.cli.main import main
from engine.deliver.staging import sole_run
from engine.errors import DeliveryError
from engine.pipeline import produce as production
from engine.pipeline.settings import RunSettings
from engine.project.media_folder import MediaFolder
from engine.project.store import Bundle
from engine.render import takes
from tests.media.drawn import crossing, write_video


def _run(clip: Path, out: Path, answers: multiprocessing.Queue) -> None:
    try:
        production.produce(clip, out, RunSettings(formats=("stereo",), detector="motion"))
        answers.put("done")
    except DeliveryError as error:
        answers.put(str(error))


def test_a_second_run_into_the_same_folder_is_refused_and_the_first_ends_well(
    tmp_path: Path,
) -> None:
    clip, out = write_video(tmp_path / "clip.mp4", crossing(38)), tmp_path / "out"
    answers = (context := multiprocessing.get_context("spawn")).Queue()
    runs = [context.Process(target=_run, args=(clip, out, answers)) for _ in range(2)]
    for run in runs:
        run.start()
    said = sorted(answers.get(timeout=170) for _ in runs)
    for run in runs:
        run.join()
    if said != ["done", "done"]:  # (one after the other is as good)
        assert "another run is writing into this folder" in said[0]
        assert said[1] == "done"
    assert sorted(path.name for path in out.iterdir()) == [
        "report.json", "scene.foley", "stereo.wav",
    ]  # fmt: skip
    bundle, _, recovery = Bundle.open(out / "scene.foley")
    bundle.close()
    assert recovery is None


def test_the_refusal_is_one_line_and_touches_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clip, out = write_video(tmp_path / "clip.mp4", crossing(38)), tmp_path / "out"
    out.mkdir()
    (out / "mine.txt").write_text("stays")
    with sole_run(out):
        assert main(["run", str(clip), "-o", str(out), "--formats", "stereo"]) == 1
    (line,) = (e for e in capsys.readouterr().err.splitlines() if e.startswith("foleystage:"))
    assert str(out) in line
    assert "choose another folder" in line
    assert [path.name for path in out.iterdir()] == ["mine.txt"]
    with sole_run(out):  # the lock has gone with its holder
        pass


def _convert(source: Path, cache: Path, bundle: Path, answers: multiprocessing.Queue) -> None:
    results = []
    for _ in range(5):
        for file in cache.glob("*.npy"):
            file.unlink(missing_ok=True)  # as the other one does while it makes room
        results.append(float(np.abs(takes.open_take(source, 48_000, cache)).sum()))
        noise = np.random.default_rng(3).standard_normal((2, 20_000)).astype(np.float32)
        results.append(float(len(MediaFolder(bundle).put_audio(noise, 48_000))))
    answers.put(results)


def test_two_processes_share_the_cache_of_takes_and_a_bundles_media(tmp_path: Path) -> None:
    source, cache, bundle = tmp_path / "take.wav", tmp_path / "cache", tmp_path / "scene.foley"
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, (44_100, 2))
    soundfile.write(source, noise, 44_100)
    answers = (context := multiprocessing.get_context("spawn")).Queue()
    both = [
        context.Process(target=_convert, args=(source, cache, bundle, answers)) for _ in range(2)
    ]
    for process in both:
        process.start()
    first, second = (answers.get(timeout=120) for _ in both)
    for process in both:
        process.join()
    assert first == second
    assert len(set(first)) == 2
    assert [path.suffix for path in cache.iterdir()] == [".npy"]
    assert len(list((bundle / "media").iterdir())) == 1


def test_a_converted_take_that_is_gone_or_damaged_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, cache = tmp_path / "take.wav", tmp_path / "cache"
    soundfile.write(source, np.linspace(-0.5, 0.5, 4410), 44_100)
    whole = np.array(takes.open_take(source, 48_000, cache))
    (kept,) = cache.glob("*.npy")
    kept.write_bytes(bytes(kept.stat().st_size))
    np.testing.assert_array_equal(takes.open_take(source, 48_000, cache), whole)
    converted = takes._converted
    dropped = []

    def drop_once(*arguments: object) -> tuple[Path, bool]:
        found = converted(*arguments)  # type: ignore[arg-type]
        if not dropped:
            dropped.append(found[0].unlink())
        return found

    monkeypatch.setattr(takes, "_converted", drop_once)
    np.testing.assert_array_equal(takes.open_take(source, 48_000, cache), whole)
    assert dropped
