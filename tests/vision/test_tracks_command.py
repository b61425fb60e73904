"""`foleystage tracks`: the table, the report, and nothing half-written."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from engine.cli.main import main
from tests.vision.scenes import clip, disc

HEADER = "time_s,track_id,label,confidence,x0,y0,x1,y1,azimuth_deg,elevation_deg,distance_m"


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("video") / "ball.mp4"
    return clip(path, [disc(lambda t: (60 + 200 * t, 180), 15, (230, 30, 30))], 1.4)


def test_table_and_report(video: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "tracks.csv"
    assert main(["tracks", str(video), "-o", str(out), "--json", "--prompt", "ball"]) == 0
    report = json.loads(capsys.readouterr().out)
    lines = out.read_text().splitlines()
    assert lines[0] == HEADER
    rows = list(csv.DictReader(lines))
    assert {row["label"] for row in rows} == {"ball"}
    times = [float(row["time_s"]) for row in rows]
    assert times == sorted(times)
    assert len(rows) >= 30
    azimuths = [float(row["azimuth_deg"]) for row in rows]
    assert azimuths[0] > 20 > -20 > azimuths[-1]
    assert report["tracks"][0]["label"] == "ball"
    assert report["mapping"] == "cylinder"
    assert [p.name for p in tmp_path.iterdir()] == ["tracks.csv"]


def test_failures_leave_nothing(
    video: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "not.mp4").write_text("no video")
    wrong = [
        [str(tmp_path / "not.mp4"), "-o", str(tmp_path / "a.csv")],
        [str(tmp_path / "none.mp4"), "-o", str(tmp_path / "a.csv")],
        [str(video), "-o", str(tmp_path / "nowhere" / "a.csv")],
        [str(video), "-o", str(tmp_path)],
        [str(video), "-o", str(tmp_path / "a.csv"), "--detector", "nonesuch"],
    ]
    for arguments in wrong:
        assert main(["tracks", *arguments]) == 1
        error = [x for x in capsys.readouterr().err.splitlines() if x.startswith("foleystage:")]
        assert len(error) == 1
        assert ";" in error[0]
    assert [p.name for p in tmp_path.iterdir()] == ["not.mp4"]
    assert main(["tracks", str(video)]) == 2
