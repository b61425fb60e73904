"""SOFA files of every convention, and files that mean harm."""

from pathlib import Path

import h5py
import numpy as np
import pytest
from sofa_files import write_sofa

from engine.coordinates import to_cartesian, to_spherical
from engine.errors import HrirError
from engine.spatial.hrir import load_hrirs
from engine.spatial.sofa import read_sofa

AZIMUTHS = np.arange(0.0, 360.0, 15.0)
RATE = np.array([48_000.0])


def ring(azimuths=AZIMUTHS, distance=1.0) -> np.ndarray:
    return np.column_stack([azimuths, np.zeros(len(azimuths)), np.full(len(azimuths), distance)])


def head(azimuths=AZIMUTHS, taps=64) -> np.ndarray:
    side = np.sin(np.radians(azimuths))
    responses = np.zeros((len(azimuths), 2, taps))
    for ear, sign in ((0, -1.0), (1, 1.0)):
        place = np.round(20 + 10 * sign * side).astype(int)
        responses[np.arange(len(azimuths)), ear, place] = 1.0 - 0.5 * sign * side
    return responses


def plain(path: Path, attributes: dict | None = None, **changes) -> Path:
    arrays = {"Data__IR": head(), "Data__SamplingRate": RATE, "SourcePosition": ring()} | changes
    return write_sofa(path, attributes, **arrays)


def test_everything_a_file_says_is_read(tmp_path: Path) -> None:
    says = {"Title": "A head", "License": "CC BY 4.0", "RoomType": "free field"}
    delays = np.array([[3.0, 4.0]])
    ears = np.array([[0.0, 0.09, 0.0], [0.0, -0.09, 0.0]])[..., None]
    path = plain(tmp_path / "a.sofa", says, Data__Delay=delays, ReceiverPosition=ears)
    sofa = read_sofa(path)
    assert (sofa.title, sofa.licence, sofa.room_type) == tuple(says.values())
    assert (sofa.conventions, sofa.data_type) == ("SimpleFreeFieldHRIR", "FIR")
    assert sofa.responses.shape == (24, 2, 1, 64)
    assert sofa.sample_rate_hz == 48_000
    np.testing.assert_array_equal(sofa.responses[:, :, 0], head())
    np.testing.assert_array_equal(sofa.delays_samples[7, :, 0], [3.0, 4.0])
    np.testing.assert_array_equal(sofa.receivers_m, ears[..., 0])
    np.testing.assert_allclose(sofa.heard_from_m()[6, 0], [0.0, 1.0, 0.0], atol=1e-12)


@pytest.mark.parametrize(("kind", "axes"), [("FIR-E", (0, 1, 3, 2)), ("FIRE", (0, 1, 2, 3))])
def test_emitters_are_directions_too(tmp_path: Path, kind: str, axes: tuple) -> None:
    """One measurement, 24 loudspeakers: the file's axes differ between the two data types."""
    responses = head().transpose(1, 0, 2)[None]  # (1, 2 receivers, 24 emitters, taps)
    places = np.column_stack([to_cartesian(AZIMUTHS, 0.0)])[..., None]
    path = plain(
        tmp_path / "e.sofa",
        {"DataType": kind, "SOFAConventions": "GeneralFIR-E"},
        Data__IR=responses.transpose(axes),
        SourcePosition=np.zeros((1, 3)),
        EmitterPosition=places,
    )
    with h5py.File(path, "r+") as file:
        file["SourcePosition"].attrs["Type"] = np.bytes_("cartesian")
    assert read_sofa(path).responses.shape == (1, 2, 24, 64)
    hrirs = load_hrirs(path, 48_000)
    assert hrirs.measured == 24
    left = hrirs.responses[hrirs.nearest([0.0, 1.0, 0.0])]
    np.testing.assert_allclose(left, head()[6], atol=1e-12)


def test_a_turning_head_before_one_loudspeaker(tmp_path: Path) -> None:
    """Sources are where the listener meets them: looking right puts the front on the left."""
    path = plain(
        tmp_path / "t.sofa",
        {"SOFAConventions": "GeneralFIR"},
        SourcePosition=np.array([[0.0, 0.0, 2.0]]),
        ListenerView=to_cartesian(-AZIMUTHS, 0.0),
    )
    heard = to_spherical(read_sofa(path).heard_from_m()[:, 0])
    np.testing.assert_allclose(heard[6], [90.0, 0.0, 2.0], atol=1e-9)
    assert load_hrirs(path, 48_000).measured == 24


def test_radians_that_say_so_are_radians(tmp_path: Path) -> None:
    path = plain(tmp_path / "r.sofa", SourcePosition=np.radians(ring()))
    with h5py.File(path, "r+") as file:
        file["SourcePosition"][:, 2] = 1.5
        file["SourcePosition"].attrs["Units"] = np.bytes_("radian, radian, metre")
    heard = to_spherical(read_sofa(path).heard_from_m()[:, 0])
    np.testing.assert_allclose(heard[6], [90.0, 0.0, 1.5], atol=1e-9)
    assert len(load_hrirs(path, 48_000).notes) == 1  # the ring


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        ({"DataType": "TF", "SOFAConventions": "SimpleFreeFieldHRTF"}, "'TF' data.*convert it"),
        ({"DataType": "SOS"}, "'SOS' data"),
        ({"SOFAConventions": "SingleRoomDRIR"}, "a room's responses.*use it as a room"),
        ({"SOFAConventions": "MultiSpeakerBRIR"}, "a room's responses"),
        ({"SOFAConventions": "SingleRoomSRIR"}, "a room's responses"),
        ({"SOFAConventions": "SimpleHeadphoneIR"}, "headphones' responses"),
    ],
)
def test_other_conventions_are_refused_by_name(
    tmp_path: Path, attributes: dict, words: str
) -> None:
    with pytest.raises(HrirError, match=words):
        load_hrirs(plain(tmp_path / "other.sofa", attributes), 48_000)


def test_room_responses_are_read_but_not_as_ears(tmp_path: Path) -> None:
    sofa = read_sofa(plain(tmp_path / "room.sofa", {"SOFAConventions": "SingleRoomDRIR"}))
    assert sofa.conventions == "SingleRoomDRIR"
    assert sofa.measurements == 24


@pytest.mark.parametrize("link", ["external", "soft", "storage", "virtual"])
def test_data_that_lie_elsewhere_are_refused(tmp_path: Path, link: str) -> None:
    """A file that is sent to someone must not read that one's other files."""
    elsewhere = plain(tmp_path / "elsewhere.sofa")
    path = plain(tmp_path / "bait.sofa")
    with h5py.File(path, "r+") as file:
        del file["Data.IR"]
        if link == "external":
            file["Data.IR"] = h5py.ExternalLink(str(elsewhere), "Data.IR")
        elif link == "soft":
            file["Data.IR"] = h5py.SoftLink("/SourcePosition")
        elif link == "storage":
            raw = tmp_path / "raw.bin"
            raw.write_bytes(head().tobytes())
            file.create_dataset(
                "Data.IR", (24, 2, 64), "f8", external=[(str(raw), 0, h5py.h5f.UNLIMITED)]
            )
        else:
            layout = h5py.VirtualLayout((24, 2, 64), "f8")
            layout[:] = h5py.VirtualSource(str(elsewhere), "Data.IR", (24, 2, 64))
            file.create_virtual_dataset("Data.IR", layout)
    with pytest.raises(HrirError, match=r"Data\.IR is only a link to somewhere else"):
        read_sofa(path)


def test_a_little_array_in_a_vast_chunk_is_refused_unread(tmp_path: Path) -> None:
    path = plain(tmp_path / "chunk.sofa")
    with h5py.File(path, "r+") as file:
        del file["Data.IR"]
        file.create_dataset(
            "Data.IR", (24, 2, 64), "f4", chunks=(2**10, 2**8, 2**9),
            maxshape=(None, None, None), compression="gzip",
        )  # fmt: skip
    with pytest.raises(HrirError, match="too large"):
        read_sofa(path)


def test_a_text_that_is_an_array_of_texts_is_not_read_for_ever(tmp_path: Path) -> None:
    path = plain(tmp_path / "text.sofa")
    with h5py.File(path, "w", libver="latest") as file:
        file.attrs["Title"] = np.full(40_000, b"x" * 64)
        file["Data.IR"], file["Data.SamplingRate"] = head(), RATE
        file["SourcePosition"] = ring()
    assert read_sofa(path).title == ""


@pytest.mark.parametrize(("name", "loads"), [("M", True), ("ListenerView", False)])
def test_damage_counts_where_something_is_read(tmp_path: Path, name: str, loads: bool) -> None:
    """A checksum that is wrong: of a dimension's scale, which nobody needs, or of an array."""
    path = tmp_path / "damaged.sofa"
    arrays = {"Data.IR": head(), "Data.SamplingRate": RATE, "SourcePosition": ring(),
              "ListenerView": np.array([[1.0, 0.0, 0.0]]), "M": np.zeros(24)}  # fmt: skip
    with h5py.File(path, "w", libver="latest") as sofa:
        sofa.attrs["SOFAConventions"] = np.bytes_("SimpleFreeFieldHRIR")
        for key, values in arrays.items():
            sofa[key] = values
        sofa["SourcePosition"].attrs["Type"] = np.bytes_("spherical")
        header = h5py.h5o.get_info(sofa[name].id).addr
    content = bytearray(path.read_bytes())
    content[header + 16] ^= 0xFF
    path.write_bytes(content)
    if loads:
        assert load_hrirs(path, 48_000).measured == 24
    else:
        with pytest.raises(HrirError, match="ListenerView is damaged inside"):
            load_hrirs(path, 48_000)
