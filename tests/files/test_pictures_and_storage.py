"""What people send is made safe before it is kept, and comes back as it was kept."""

import io

import pytest
from PIL import Image

from peyvand.files.pictures import MOST_BYTES, FileTooLarge, NotAPicture, PictureTooLarge, cleaned
from peyvand.files.storage import Damaged, LocalFolder


def picture(kind="JPEG", size=(40, 30), **options) -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, kind, **options)
    out.seek(0)
    return out


def with_position() -> io.BytesIO:
    exif = Image.Exif()
    exif[0x010F] = "a camera"
    exif.get_ifd(0x8825)[2] = (36.0, 33.0, 12.0)
    return picture(exif=exif)


def test_position_and_camera_stay_behind():
    assert Image.open(with_position()).getexif().get_ifd(0x8825)
    kept = Image.open(io.BytesIO(cleaned(with_position())))
    assert dict(kept.getexif()) == {}
    assert (kept.format, kept.size) == ("JPEG", (40, 30))


def test_a_sideways_picture_is_turned_before_its_metadata_goes():
    exif = Image.Exif()
    exif[0x0112] = 6
    assert Image.open(io.BytesIO(cleaned(picture(exif=exif)))).size == (30, 40)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_other_kinds_become_jpeg(kind):
    assert Image.open(io.BytesIO(cleaned(picture(kind)))).format == "JPEG"


@pytest.mark.parametrize("data", [b"", b"not a picture", b"<svg xmlns='x'/>", b"%PDF-1.7", picture().getvalue()[:80]])
def test_what_is_not_a_picture_is_refused(data):
    with pytest.raises(NotAPicture):
        cleaned(io.BytesIO(data))


def test_a_file_over_the_limit_is_refused_with_both_numbers():
    with pytest.raises(FileTooLarge) as refusal:
        cleaned(io.BytesIO(b"x" * (MOST_BYTES + 1)))
    assert refusal.value.details == {"megabytes": 11, "most": 10}


def test_a_picture_too_large_to_draw_is_refused_before_it_is_drawn():
    with pytest.raises(PictureTooLarge):
        cleaned(picture("PNG", (10_000, 7_000)))


def test_the_same_file_is_kept_once_and_read_back(tmp_path):
    folder = LocalFolder(tmp_path)
    first, second = folder.store(b"proof"), folder.store(b"proof")
    assert first == second
    assert folder.read(first) == b"proof"
    assert len([one for one in tmp_path.rglob("*") if one.is_file()]) == 1


def test_a_changed_file_is_found_and_a_path_is_no_fingerprint(tmp_path):
    folder = LocalFolder(tmp_path)
    name = folder.store(b"proof")
    next(one for one in tmp_path.rglob("*") if one.is_file()).write_bytes(b"other")
    with pytest.raises(Damaged):
        folder.read(name)
    with pytest.raises(ValueError, match="64"):
        folder.read("../../etc/passwd")


def test_a_large_file_is_taken_in_whole_and_opened_checked(tmp_path):
    folder, made = LocalFolder(tmp_path / "kept"), tmp_path / "made"
    made.write_bytes(b"rows" * 100_000)
    name = folder.take(made)
    assert not made.exists()
    with folder.open(name) as file:
        assert file.read() == b"rows" * 100_000
    (kept,) = (one for one in (tmp_path / "kept").rglob("*") if one.is_file())
    assert kept.stat().st_mode & 0o777 == 0o600
    kept.write_bytes(b"other")
    with pytest.raises(Damaged):
        folder.open(name)
