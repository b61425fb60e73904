"""HRIR sets: the shipped one, odd grids, damaged files, interpolation."""

import contextlib
from pathlib import Path

import h5py
import numpy as np
import pytest
from sofa_files import write_tiny_set

from engine.coordinates import to_cartesian
from engine.errors import HrirError
from engine.spatial.alignment import delay_responses, onset_delays
from engine.spatial.binaural import binaural_plan
from engine.spatial.decoders import field_decoder
from engine.spatial.harmonics import spherical_harmonics
from engine.spatial.hrir import HrirSet, hrir_set, load_hrirs
from engine.spatial.hrir_measurements import Measurements
from engine.spatial.hrir_resampling import resample_responses
from engine.spatial.hrir_spheres import MOST_DIRECTIONS, spheres
from engine.spatial.sofa import read_sofa
from engine.spatial.sphere import fibonacci_sphere


@pytest.fixture(scope="module")
def kemar() -> HrirSet:
    return load_hrirs("kemar", 44100)


def test_the_shipped_set_is_whole(kemar: HrirSet) -> None:
    assert kemar.measured == 710
    assert kemar.responses.shape == (4243, 2, 512)  # in its rows, between them, and below
    assert kemar.distance_m == pytest.approx(1.4)


def test_left_is_left(kemar: HrirSet) -> None:
    left = kemar.nearest(to_cartesian(90.0, 0.0))
    delay_left, delay_right = kemar.delays_samples[left]
    assert 0.5e-3 < (delay_right - delay_left) / 44100 < 0.9e-3
    level = 10 * np.log10(np.sum(kemar.responses[left] ** 2, axis=1))
    assert level[0] > level[1] + 8.0


def test_measured_directions_come_back_as_measured(kemar: HrirSet) -> None:
    chosen = np.arange(0, 710, 71)
    residual = kemar.interpolate(kemar.directions[chosen]) - kemar.responses[chosen]
    assert np.sum(residual**2) < 1e-9 * np.sum(kemar.responses[chosen] ** 2)


def test_interpolated_directions_keep_interaural_time(kemar: HrirSet) -> None:
    azimuth_deg = np.arange(-90.0, 91.0, 2.5)
    responses = kemar.interpolate(to_cartesian(azimuth_deg, 3.0))
    delays = onset_delays(responses, 44100)
    itd_us = (delays[:, 1] - delays[:, 0]) / 44100 * 1e6
    assert (np.diff(itd_us) > -30.0).all()
    assert np.abs(np.diff(itd_us)).max() < 80.0
    np.testing.assert_allclose(itd_us, -itd_us[::-1], atol=60.0)


def test_left_out_measurements_are_predicted(kemar: HrirSet) -> None:
    """Half the grid predicts the other half far better than its nearest measurement does."""
    even = np.arange(0, 710, 2)
    odd = np.arange(1, 710, 2)
    odd = odd[kemar.directions[odd, 2] > -0.6]
    half = hrir_set("half", 44100, kemar.directions[even], kemar.responses[even], 1.4)
    predicted = half.interpolate(kemar.directions[odd])
    nearest = half.responses[[half.nearest(d) for d in kemar.directions[odd]]]
    bins = slice(5, 371)  # 200 Hz to 16 kHz

    def distance_db(responses: np.ndarray) -> float:
        levels = [
            20 * np.log10(np.abs(np.fft.rfft(r, 1024))[..., bins] + 1e-6)
            for r in (responses, kemar.responses[odd])
        ]
        return float(np.mean(np.sqrt(np.mean((levels[0] - levels[1]) ** 2, axis=-1))))

    assert distance_db(predicted) < 1.7
    assert distance_db(predicted) < 0.8 * distance_db(nearest)
    delays = onset_delays(predicted, 44100) - onset_delays(kemar.responses[odd], 44100)
    itd_error_us = np.abs(delays[:, 1] - delays[:, 0]) / 44100 * 1e6
    assert np.percentile(itd_error_us, 95) < 20.0


def test_unmeasured_regions_are_covered(kemar: HrirSet) -> None:
    _, weights = kemar.weights(fibonacci_sphere(300))
    assert weights.min() >= 0.0
    np.testing.assert_allclose(weights.sum(1), 1.0)
    below = kemar.interpolate(to_cartesian([0.0, 90.0, -90.0], -89.0))
    energy = np.sum(below**2, axis=(1, 2))
    np.testing.assert_allclose(10 * np.log10(energy / energy[0]), 0.0, atol=1.0)


def test_resampling_keeps_the_spectrum(kemar: HrirSet) -> None:
    other = load_hrirs("kemar", 48000)
    index = kemar.nearest(to_cartesian(30.0, 0.0))
    frequency = np.linspace(200.0, 18000.0, 60)
    spectra = [
        np.exp(-2j * np.pi * frequency[:, None] * np.arange(h.responses.shape[-1]) / rate)
        @ h.responses[index].T
        for h, rate in ((kemar, 44100), (other, 48000))
    ]
    np.testing.assert_allclose(np.abs(spectra[0]), np.abs(spectra[1]), rtol=2e-3, atol=2e-3)


def test_onsets_of_shifted_responses() -> None:
    noise = np.random.default_rng(0).standard_normal((1, 2, 256)) * np.exp(-np.arange(256) / 8.0)
    late = delay_responses(np.pad(noise, ((0, 0), (0, 0), (0, 256))), np.array([[20.0, 33.4]]))
    early = onset_delays(np.pad(noise, ((0, 0), (0, 0), (0, 256))), 48000)
    np.testing.assert_allclose(onset_delays(late, 48000) - early, [[20.0, 33.4]], atol=0.2)


def test_a_ring_covers_the_sphere(tmp_path: Path) -> None:
    hrirs = load_hrirs(write_tiny_set(tmp_path / "ring.sofa", np.arange(0.0, 360.0, 10.0)), 48000)
    assert hrirs.measured == 36
    left = hrirs.interpolate(to_cartesian([90.0], [40.0]))[0]
    assert np.sum(left[0] ** 2) > np.sum(left[1] ** 2)
    assert np.isfinite(binaural_plan(hrirs).spectra).all()


def test_delays_of_the_file_come_before_the_response(tmp_path: Path) -> None:
    azimuths = np.arange(0.0, 360.0, 10.0)
    delays = np.zeros((36, 2))
    delays[:, 1] = 5.0
    plain = load_hrirs(write_tiny_set(tmp_path / "a.sofa", azimuths), 48000)
    late = load_hrirs(
        write_tiny_set(tmp_path / "b.sofa", azimuths, **{"Data.Delay": delays}), 48000
    )
    shift = late.delays_samples[:36] - plain.delays_samples[:36]
    np.testing.assert_allclose(shift, np.tile([0.0, 5.0], (36, 1)), atol=0.05)


def test_cartesian_positions_and_swapped_ears(tmp_path: Path) -> None:
    azimuths = np.arange(0.0, 360.0, 10.0)
    path = write_tiny_set(tmp_path / "c.sofa", azimuths)
    with h5py.File(path, "r+") as sofa:
        sofa["SourcePosition"][...] = to_cartesian(azimuths, 0.0)
        sofa["SourcePosition"].attrs["Type"] = np.bytes_("cartesian")
        sofa["Data.IR"][...] = sofa["Data.IR"][()][:, ::-1]
    hrirs = load_hrirs(path, 48000)
    left = hrirs.responses[hrirs.nearest([0.0, 1.0, 0.0])]
    assert np.sum(left[0] ** 2) > np.sum(left[1] ** 2)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"Data.IR": None}, "no Data.IR"),
        ({"Data.IR": np.ones((36, 1, 64))}, "shape"),
        ({"Data.IR": np.full((36, 2, 64), np.nan)}, "NaN"),
        ({"Data.IR": np.zeros((36, 2, 64))}, "silent"),
        ({"Data.IR": 1e4 * np.eye(64)[np.full((36, 2), 20)]}, r"level is \+80 dB"),
        ({"Data.IR": 1e-5 * np.eye(64)[np.full((36, 2), 20)]}, "level is -100 dB"),
        ({"Data.Delay": np.tile([[0.0, 150.0]], (36, 1))}, "3.5 ms apart"),
        ({"Data.SamplingRate": np.array([0.0])}, "rate"),
        ({"Data.Delay": np.zeros((7, 2))}, "Data.Delay"),
        ({"SourcePosition": np.ones((5, 3))}, "SourcePosition"),
        ({"SourcePosition": np.full((36, 3), 200.0)}, "elevations"),
        ({"SourcePosition": np.full((36, 3), np.inf)}, "SourcePosition .* NaN"),
        ({"Data.IR": np.ones((36, 64))}, "shape"),
        ({"Data.IR": np.ones((36, 2, 64), complex)}, "complex128, not real"),
        ({"Data.IR": np.zeros((36, 2, 64), [("left", "f8"), ("right", "f8")])}, "not real"),
        ({"Data.IR": h5py.Empty("f8")}, "empty"),
        ({"Data.SamplingRate": "48 kHz"}, "not real"),
        ({"Data.SamplingRate": np.zeros(0)}, "empty"),
    ],
)
def test_bad_sets_are_refused_in_words(tmp_path: Path, changes: dict, word: str) -> None:
    path = write_tiny_set(tmp_path / "bad.sofa", np.arange(0.0, 360.0, 10.0), **changes)
    with pytest.raises(HrirError, match=word) as caught:
        load_hrirs(path, 48000)
    assert "bad.sofa" in str(caught.value)
    assert "choose" in str(caught.value)


def test_an_unusual_level_is_noted(tmp_path: Path, kemar: HrirSet) -> None:
    azimuths = np.arange(0.0, 360.0, 10.0)
    usual = load_hrirs(write_tiny_set(tmp_path / "usual.sofa", azimuths), 48000)
    assert len(usual.notes) == 1  # a ring is named as such
    responses = 0.05 * np.eye(64)[np.full((36, 2), 20)]
    path = write_tiny_set(tmp_path / "q.sofa", azimuths, **{"Data.IR": responses})
    note, _ = load_hrirs(path, 48000).notes
    assert kemar.notes == ()
    assert note == "HRIR set q.sofa is 26 dB quieter than usual sets"


def test_a_vast_grid_is_thinned() -> None:
    directions = fibonacci_sphere(30_000)
    vast = Measurements(np.ones((30_000, 2, 8)), np.zeros((30_000, 2)), directions, 48000)
    (chosen,), (note,) = spheres(vast, Path("vast.sofa"))
    assert 0.5 * MOST_DIRECTIONS < len(chosen) <= MOST_DIRECTIONS
    apart = np.degrees(
        np.arccos(np.clip((fibonacci_sphere(500) @ directions[chosen].T).max(1), -1, 1))
    )
    assert apart.max() < 2.5
    assert "30000 directions thinned" in note


def test_a_set_that_would_fill_the_memory_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Measured after conversion: four times the rate is four times the memory."""
    monkeypatch.setattr("engine.spatial.hrir_resampling._LARGEST_BYTES", 100_000)
    path = write_tiny_set(tmp_path / "vast.sofa", np.arange(0.0, 360.0, 10.0))
    assert load_hrirs(path, 48000).measured == 36
    with pytest.raises(HrirError, match="36 responses take more than"):
        load_hrirs(path, 192_000)


def test_the_resampler_is_flat_and_rejects_images() -> None:
    """Pass band to 0.94, stop band from 1.06 of the lower Nyquist frequency."""
    impulse = np.zeros(1024)
    impulse[512] = 1.0
    up = np.abs(np.fft.rfft(resample_responses(impulse, 44100, 88200, "x"))) / 1.0
    frequency = np.fft.rfftfreq(2048, 1.0 / 88200)
    ripple_db = 20 * np.log10(up[frequency < 0.94 * 22050])
    assert np.abs(ripple_db).max() < 0.001
    assert 20 * np.log10(up[frequency > 1.06 * 22050].max()) < -90.0


@pytest.mark.parametrize("name", ["Data.IR", "Data.SamplingRate", "SourcePosition", "Data.Delay"])
def test_a_group_is_no_array(tmp_path: Path, name: str) -> None:
    changes = {"Data.Delay": np.zeros((36, 2)), name: None}
    path = write_tiny_set(tmp_path / "group.sofa", np.arange(0.0, 360.0, 10.0), **changes)
    with h5py.File(path, "r+") as sofa:
        sofa.create_group(name)
    with pytest.raises(HrirError, match=f"{name} is a group"):
        load_hrirs(path, 48000)


@pytest.mark.parametrize("name", ["Data.IR", "Data.SamplingRate", "SourcePosition", "Data.Delay"])
def test_arrays_beyond_reason_are_refused_unread(tmp_path: Path, name: str) -> None:
    """Nothing is allocated in the file, so it takes a few kilobytes to claim a terabyte."""
    changes = {name: None}
    path = write_tiny_set(tmp_path / "vast.sofa", np.arange(0.0, 360.0, 10.0), **changes)
    with h5py.File(path, "r+") as sofa:
        sofa.create_dataset(name, (10**6, 2, 10**5), "f4", chunks=(1, 2, 1000))
    with pytest.raises(HrirError, match=f"{name} has shape .* too large"):
        load_hrirs(path, 48000)


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.95])
def test_truncated_files_are_refused(tmp_path: Path, share: float) -> None:
    path = write_tiny_set(tmp_path / "cut.sofa", np.arange(0.0, 360.0, 10.0))
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(HrirError, match=r"not a readable SOFA file.*choose another"):
        load_hrirs(path, 48000)


def test_a_damaged_file_loads_or_is_refused_in_words(tmp_path: Path) -> None:
    """Bytes overwritten anywhere lead to a set of finite numbers or to words, nothing else."""
    path = write_tiny_set(tmp_path / "whole.sofa", np.arange(0.0, 360.0, 10.0))
    content = path.read_bytes()
    random = np.random.default_rng(3)
    for trial in range(60):
        damaged = bytearray(content)
        for place in random.integers(0, len(content), 40):
            damaged[place] = random.integers(256)
        path = tmp_path / f"damaged{trial}.sofa"
        path.write_bytes(damaged)
        with contextlib.suppress(HrirError):
            assert np.isfinite(load_hrirs(path, 48000).responses).all()


@pytest.mark.parametrize("sample_rate_hz", [1, 44_101, 10**9])
def test_rates_without_a_simple_ratio_are_refused(sample_rate_hz: int) -> None:
    with pytest.raises(HrirError, match=r"44100 Hz to .*convert the sound to"):
        load_hrirs("kemar", sample_rate_hz)


def test_missing_and_foreign_files(tmp_path: Path) -> None:
    (tmp_path / "text.sofa").write_text("not hdf5")
    for name in ("text.sofa", "nothing.sofa"):
        with pytest.raises(HrirError, match=name):
            load_hrirs(tmp_path / name, 48000)


SOFA_FOLDER = Path("hrir_brir")
REFUSED = {
    "SUpDEq__HpIRs": "headphones' responses",
    "libmysofa__fail-issue-75": "ListenerPosition is damaged inside",
    "libmysofa__fail-issue-77": "what it says of itself is damaged inside",
    **{f"libmysofa__fail-issue-{n}": "not a readable SOFA file" for n in (83, 130, 137, 163)},
}
NAMES = [
    "3dti_AudioToolkit__3DTI_BRIR_small_48000Hz",
    "3dti_AudioToolkit__3DTI_HRTF_IRC1008_256s_48000Hz",
    "RealRoomBRIRs__UniS_Anechoic_BRIR_48k",
    "RealRoomBRIRs__UniS_Room_A_BRIR_16k",
    "SUpDEq__HRIR_CIRC360",
    "SUpDEq__HRIR_CIRC360_NF025",
    "SUpDEq__HRIR_CIRC360_NF100",
    "libmysofa__dtf_nh2",
    "libmysofa__fail-issue-72",  # damaged where nothing is read
    "pyroomacoustics__mit_kemar_normal_pinna",
    *REFUSED,
]


def other_peoples(shared_data: Path, name: str) -> Path:
    path = shared_data / SOFA_FOLDER / f"{name}.sofa"
    if not path.exists():
        pytest.skip("not at hand")
    return path


def test_no_file_at_hand_is_left_out(shared_data: Path) -> None:
    """A new file in the folder must be loaded or refused below, not overlooked."""
    assert {file.stem for file in (shared_data / SOFA_FOLDER).glob("*.sofa")} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_other_peoples_files_load_or_are_refused(shared_data: Path, name: str) -> None:
    """Loaded, each gives back what the file holds, with left on the left; else it says why not."""
    path = other_peoples(shared_data, name)
    if name in REFUSED:
        with pytest.raises(HrirError, match=f"{REFUSED[name]}.*choose another"):
            load_hrirs(path, 48000)
        return
    file = read_sofa(path)
    hrirs = load_hrirs(path, file.sample_rate_hz)
    directions = hrirs.directions[: hrirs.measured]
    assert np.isfinite(hrirs.aligned).all()
    assert hrirs.weights(fibonacci_sphere(100))[1].min() >= 0.0
    heard = file.heard_from_m()[:, 0]
    heard /= np.linalg.norm(heard, axis=1, keepdims=True)
    heard_all = hrirs.interpolate(directions)
    for index, ours in enumerate(heard_all):
        raw = file.responses[np.argmax(heard @ directions[index]), :, 0]
        if any("exchanged" in note for note in hrirs.notes):
            raw = raw[::-1]
        delays = file.delays_samples[np.argmax(heard @ directions[index]), :, 0]
        convolved = convolve_late(
            raw, delays - file.delays_samples.min(), hrirs.responses.shape[-1]
        )
        residual = np.sum((ours - convolved) ** 2) / np.sum(convolved**2)
        assert 10 * np.log10(residual + 1e-30) < -60.0
    side = directions[:, 1]
    if np.abs(side).max() > 0.5 and hrirs.measured > 4:
        level = 10 * np.log10(np.sum(hrirs.responses[: hrirs.measured] ** 2, axis=-1))
        left, right = side > 0.5, side < -0.5
        assert np.mean((level[:, 0] - level[:, 1])[left]) > 4.0
        assert np.mean((level[:, 0] - level[:, 1])[right]) < -4.0


def convolve_late(raw: np.ndarray, delays_samples: np.ndarray, taps: int) -> np.ndarray:
    """What the raw responses (2, n), each late by whole samples, do to an impulse."""
    late = delays_samples.astype(int)
    assert (late == delays_samples).all()
    ears = np.zeros((2, max(taps, raw.shape[1] + int(late.max()))))
    for ear, response, k in zip(ears, raw, late, strict=True):
        ear[k : k + len(response)] = response
    return ears[:, :taps]


@pytest.mark.parametrize("taps", [63, 64])
@pytest.mark.parametrize("latest", [20, 21])
def test_whole_delays_are_exact_up_to_half_the_rate(tmp_path: Path, taps: int, latest: int) -> None:
    """Also of responses that sound there, where a delay by a sample turns the sign."""
    azimuths = np.arange(0.0, 360.0, 10.0)
    random = np.random.default_rng(taps)
    delays = random.integers(5, 5 + latest + 1, (36, 2))
    delays[0] = 5, 5 + latest
    raw = random.standard_normal((36, 2, taps)) * np.exp(-np.arange(taps) / 4.0)
    raw += 0.5 * (-1.0) ** np.arange(taps)
    side = np.sin(np.radians(azimuths))[:, None, None]
    raw *= np.array([[1.0], [-1.0]]) * side * 0.6 + 1.0
    changes = {"Data.IR": raw, "Data.Delay": delays.astype(float)}
    hrirs = load_hrirs(write_tiny_set(tmp_path / "late.sofa", azimuths, **changes), 48000)
    ours = hrirs.interpolate(hrirs.directions[:36])
    wanted = [convolve_late(*one, ours.shape[-1]) for one in zip(raw, delays - 5, strict=True)]
    residual = np.sum((ours - wanted) ** 2, axis=(1, 2)) / np.sum(np.square(wanted), axis=(1, 2))
    assert 10 * np.log10(residual.max()) < -200.0


def test_ambience_decoder_keeps_sides_and_diffuse_level(kemar: HrirSet) -> None:
    decoder = field_decoder(kemar, 1)
    ears = np.einsum("gc,cet->get", spherical_harmonics(1, fibonacci_sphere(200)), decoder)
    measured = np.mean(np.sum(kemar.interpolate(fibonacci_sphere(200)) ** 2, -1))
    assert abs(10 * np.log10(np.mean(np.sum(ears**2, -1)) / measured)) < 1.0
    left = np.einsum("c,cet->et", spherical_harmonics(1, to_cartesian(90.0, 0.0)), decoder)
    level = 10 * np.log10(np.sum(left**2, -1))
    assert level[0] > level[1] + 3.0


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda data: b"RIFF" + data[4:], "no HDF5 file at all"),
        (lambda data: data[: len(data) // 2], "cut short"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_in_words(tmp_path: Path, damage, words: str) -> None:
    broken = write_tiny_set(tmp_path / "broken.sofa", np.arange(0.0, 360.0, 10.0))
    whole = broken.read_bytes()
    broken.write_bytes(damage(whole))
    with pytest.raises(HrirError, match=words):
        load_hrirs(broken, 48000)


def test_a_set_is_described_in_one_line() -> None:
    assert load_hrirs("kemar", 48_000).description.startswith("kemar: 710 measured directions at")
