import pytest

from engine.errors import FoleystageError
from engine.pipeline.preflight import check_settings
from engine.pipeline.settings import RunSettings
from engine.spatial.hrir import load_hrirs


def test_the_defaults_pass_and_their_hrirs_are_read_once():
    check_settings(RunSettings(), 48_000)
    assert load_hrirs(RunSettings().hrir, 48_000) is load_hrirs(RunSettings().hrir, 48_000)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (RunSettings(detector="psychic"), "detector 'psychic'.*choose one of.*motion"),
        (RunSettings(generator="choir"), "generator 'choir'.*choose one of.*synthesis"),
        (
            RunSettings(generator="footsteps"),
            "'footsteps' makes one kind of sound.*synthesis.*--sc",
        ),
        (RunSettings(generator="ambience"), "'ambience' makes one kind of sound"),
        (RunSettings(target_lufs=5.0), "loudness 5 LUFS.*-23"),
        (RunSettings(room_reflections=4), "reflections"),
        (RunSettings(seed=-1), "seed -1.*0 or more"),
        (RunSettings(seed=2**63), "seed 9223372036854775808 is too large"),
        (RunSettings(hrir="nowhere.sofa"), "nowhere.sofa"),
        (RunSettings(script="nowhere.toml"), "nowhere.toml"),
        (RunSettings(formats=("quad",)), "quad"),
    ],
)
def test_what_would_fail_later_is_refused_at_once(settings, words):
    with pytest.raises(FoleystageError, match=words):
        check_settings(settings, 48_000)


def test_a_script_that_cannot_be_parsed_is_refused_with_its_place(tmp_path):
    script = tmp_path / "mine.toml"
    script.write_text("[[event]\nlayer = 1")
    with pytest.raises(FoleystageError, match=r"mine\.toml"):
        check_settings(RunSettings(script=script), 48_000)
