"""What a whole session read from disk is checked for."""

from __future__ import annotations

import math
from typing import Any

import pytest
from msgspec import structs

from engine.errors import ProjectError
from engine.project.checks import check_project
from engine.project.limits import SAMPLE_RATES_HZ
from engine.project.model import EqBand, Project, Recipe, Strip

BELL = EqBand(kind="bell", frequency_hz=1000.0, gain_db=3.0)


def changed(project: Project, part: str, **values: Any) -> Project:
    """Copy with fields of the project, of a part, or of the first item of a list replaced."""
    if not part:
        return structs.replace(project, **values)
    old = getattr(project, part)
    if isinstance(old, tuple):
        return structs.replace(project, **{part: (structs.replace(old[0], **values), *old[1:])})
    return structs.replace(project, **{part: structs.replace(old, **values)})


@pytest.mark.parametrize("rate_hz", SAMPLE_RATES_HZ)
def test_sound_sessions_pass(project: Project, rate_hz: int) -> None:
    check_project(structs.replace(project, sample_rate_hz=rate_hz))
    check_project(changed(project, "scene", seed=2**63 - 1))
    check_project(changed(project, "tracks", boxes="0a" * 32, removed_contacts_s=(0.0, 86_400.0)))


@pytest.mark.parametrize(
    ("part", "values", "words"),
    [
        ("", {"sample_rate_hz": 22_050}, "sample_rate_hz is 22050.*44100"),
        ("", {"sample_rate_hz": 0}, "sample_rate_hz is 0"),
        ("analysis", {"shots_s": (0.0, math.nan)}, r"analysis\.shots_s\[1\]"),
        ("analysis", {"shots_s": (-1.0,)}, r"analysis\.shots_s\[0\]"),
        ("scene", {"seed": -1}, r"scene\.seed is -1"),
        ("scene", {"seed": 2**63}, r"scene\.seed"),
        ("tracks", {"boxes": "../../../etc/passwd"}, r"tracks\[0\]\.boxes .*content hash"),
        ("tracks", {"boxes": "A" * 64}, r"tracks\[0\]\.boxes"),
        ("tracks", {"removed_contacts_s": (math.inf,)}, r"removed_contacts_s\[0\]"),
        ("tracks", {"occlusion": ((0.0, 1.2),)}, r"tracks\[0\]\.occlusion\[0\]\.value is 1\.2"),
        ("tracks", {"occlusion": ((1.0, 0.2), (1.0, 0.3))}, r"occlusion\[1\]\.time_s .*increasing"),
        ("tracks", {"width_deg": ((0.0, 361.0),)}, r"width_deg\[0\]\.value .*360 degrees"),
        ("tracks", {"strip": Strip(eq=(BELL,) * 9)}, r"strip\.eq has 9 bands"),
        ("tracks", {"strip": Strip(eq=(structs.replace(BELL, q=0.0),))}, r"eq\[0\]\.q is 0"),
        (
            "tracks",
            {"strip": Strip(eq=(structs.replace(BELL, frequency_hz=1e6),))},
            r"frequency_hz",
        ),
        ("master", {"eq": (BELL,)}, r"master\.eq .*no equaliser"),
        ("events", {"seed": 2**64 - 1}, r"events\[0\]\.seed"),
        ("takes", {"audio": "f" * 63 + "/"}, r"takes\[0\]\.audio .*content hash"),
        ("takes", {"samples": 2**40}, r"takes\[0\]\.samples"),
        ("takes", {"sample_rate_hz": 1}, r"takes\[0\]\.sample_rate_hz"),
        ("takes", {"recipe": Recipe(generator="g", version="1", seed=-3)}, r"recipe\.seed is -3"),
        ("clips", {"start_s": 86_400.0}, r"clips\[0\]'s end"),
    ],
)
def test_nonsense_is_named(project: Project, part: str, values: dict, words: str) -> None:
    with pytest.raises(ProjectError, match=words):
        check_project(changed(project, part, **values))
