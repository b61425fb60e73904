"""The demo through the whole chain, against its ground truth: the known answer of the product."""

from __future__ import annotations

import json

import numpy as np
import pytest
import soundfile

from engine import resources
from engine.coordinates import to_spherical
from engine.layouts import USUAL_FORMATS
from engine.pipeline.produce import produce
from engine.pipeline.settings import RunSettings
from engine.project.store import Bundle

MATCH_TOLERANCE_S = 0.040
WINDOW_S = 0.1


@pytest.fixture(scope="module")
def truth():
    return json.loads(resources.path("demo/demo.truth.json").read_text())


@pytest.fixture(scope="module")
def produced(tmp_path_factory):
    out = tmp_path_factory.mktemp("demo")
    report = produce(resources.path("demo/demo.mp4"), out, RunSettings(seed=7))
    return out, report


def _best_track(report, truth_object):
    """The track nearest in azimuth to a true object, and its azimuth errors in degrees."""
    path = np.array([row[:4] for row in truth_object["path"]], dtype=float)
    azimuth_deg = to_spherical(path[:, 1:4])[:, 0]
    best = None
    for track in report["tracks"]:
        if track["kind"] != "object":
            continue
        rows = np.array(track["trajectory"])
        inside = (path[:, 0] >= track["start_s"]) & (path[:, 0] <= track["end_s"])
        if inside.sum() < 0.5 * len(path):
            continue
        seen = np.stack([np.interp(path[inside, 0], rows[:, 0], c) for c in rows[:, 1:].T], -1)
        error = np.abs(seen[:, 0] - azimuth_deg[inside])
        if best is None or np.median(error) < np.median(best[1]):
            best = (track, error)
    return best


def test_every_object_is_found_where_it_is(produced, truth):
    _, report = produced
    errors = []
    for truth_object in truth["objects"]:
        match = _best_track(report, truth_object)
        assert match is not None, f"{truth_object['id']} was not found"
        errors.append(match[1])
    pooled = np.concatenate(errors)
    assert np.median(pooled) <= 3.0
    assert np.percentile(pooled, 95) <= 8.0


def test_contacts_are_found_in_time(produced, truth):
    _, report = produced
    touching = {"step", "bounce", "impact"}
    expected = sorted(c["time_s"] for c in truth["contacts"] if c["kind"] in touching)
    found = sorted(
        c["time_s"] for t in report["tracks"] for c in t["contacts"] if c["kind"] in touching
    )
    unused = list(expected)
    hits = 0
    for time_s in found:
        near = [e for e in unused if abs(e - time_s) <= MATCH_TOLERANCE_S]
        if near:
            unused.remove(min(near, key=lambda e: abs(e - time_s)))
            hits += 1
    f1 = 2 * hits / (len(expected) + len(found))
    assert f1 >= 0.9, f"{hits} of {len(expected)} with {len(found)} found"


def test_every_deliverable_is_there_with_its_channels(produced):
    out, report = produced
    channels = {"binaural": 2, "stereo": 2, "surround51": 6, "foa": 4, "hoa3": 16}
    for name, count in channels.items():
        info = soundfile.info(out / f"{name}.wav")
        assert (info.channels, info.samplerate) == (count, 48_000)
        assert info.duration == pytest.approx(report["video"]["duration_s"], abs=0.05)
    for name in ("scene.adm.wav", "video.mp4", "report.json", "scene.foley", "stems"):
        assert (out / name).exists()
    assert not list(out.glob(".*"))


def test_the_session_opens_again_as_it_was_delivered(produced):
    out, report = produced
    bundle, project, recovery = Bundle.open(out / "scene.foley")
    bundle.close()
    assert recovery is None
    assert [t.id for t in project.tracks] == [t["id"] for t in report["tracks"]]
    assert all(bundle.audio_path(take.audio).exists() for take in project.takes)


def test_the_low_frequency_channel_holds_only_low_frequencies(produced):
    out, _ = produced
    audio, rate_hz = soundfile.read(out / "surround51.wav")
    lfe = audio[:, 3]
    spectrum = np.abs(np.fft.rfft(lfe)) ** 2
    frequency_hz = np.fft.rfftfreq(len(lfe), 1 / rate_hz)
    below = spectrum[frequency_hz <= 120].max()
    assert below > 0
    assert 10 * np.log10(spectrum[frequency_hz >= 240].max() / below) < -24


def test_the_same_seed_gives_the_same_samples(produced, tmp_path):
    """That what is seen is the same every time is told of smaller films (`tests/vision`)."""
    out, _ = produced
    again = RunSettings(seed=7, formats=("binaural", "5.1"))
    produce(resources.path("demo/demo.mp4"), tmp_path / "again", again)
    for name in ("binaural.wav", "surround51.wav"):
        assert (tmp_path / "again" / name).read_bytes() == (out / name).read_bytes()


def test_all_formats_are_asked_for_by_default():
    assert RunSettings().formats == USUAL_FORMATS
