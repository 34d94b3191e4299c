"""What people hand in as a file: judged by content alone, cleaned, named harmlessly, kept once."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from hashlib import sha256
from pathlib import Path

import pytest
from PIL import Image

from pointsapp.core.attic import Attic, FileLost
from pointsapp.core.file_kinds import FileKind
from pointsapp.core.outages import outage
from pointsapp.core.uploads import Flaw, Unfit, clean, harmless, plain_name
from tests.small_disk import largest_file

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def picture(size: tuple[int, int] = (64, 48), form: str = "JPEG", **kw: object) -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", size, (200, 50, 31)).save(kept, form, **kw)
    return kept.getvalue()


def office(main: str = "word/document.xml", *more: tuple[str, bytes]) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (("[Content_Types].xml", b"<Types/>"), (main, b"<x/>"), *more):
            archive.writestr(name, content)
    return kept.getvalue()


def huge_png(width: int, height: int) -> bytes:
    """A few bytes that claim to be a picture of width x height."""

    def part(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", zlib.compress(b"\0" * 100)) + part(b"IEND", b"")


class TestLetIn:
    def test_a_picture_is_drawn_anew_without_what_stands_beside_it(self) -> None:
        exif = Image.Exif()
        exif[0x010F] = "A camera of somebody"
        exif[0x0112] = 6  # lies on its side
        exif.get_ifd(0x8825)[2] = (34.0, 45.0, 0.0)  # where it was taken
        given = picture((80, 40), exif=exif)
        assert b"A camera" in given
        kept = clean(given)
        assert kept.kind is FileKind.JPEG
        assert b"A camera" not in kept.content
        with Image.open(io.BytesIO(kept.content)) as seen:
            assert seen.size == (40, 80)  # stood up before the mark went
            assert not seen.getexif()
        assert kept.sha256 == sha256(kept.content).hexdigest()
        assert kept.given_sha256 == sha256(given).hexdigest()

    def test_a_large_picture_becomes_a_small_one_and_a_transparent_one_white(self) -> None:
        with Image.open(io.BytesIO(clean(picture((4000, 1000))).content)) as seen:
            assert max(seen.size) == 1600
        glass = io.BytesIO()
        Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(glass, "PNG")
        with Image.open(io.BytesIO(clean(glass.getvalue()).content)) as seen:
            assert seen.getpixel((4, 4)) == (255, 255, 255)

    @pytest.mark.parametrize("form", ["PNG", "WEBP"])
    def test_other_pictures_are_kept_as_jpeg(self, form: str) -> None:
        assert clean(picture(form=form)).content[:3] == b"\xff\xd8\xff"

    def test_what_hides_behind_a_picture_is_left_behind(self) -> None:
        kept = clean(picture() + b"<script>alert(1)</script>" + office())
        assert b"script" not in kept.content
        assert b"PK\x03\x04" not in kept.content

    @pytest.mark.parametrize(
        ("content", "kind"),
        [(PDF, FileKind.PDF), (office(), FileKind.DOCX), (office("xl/workbook.xml"), FileKind.XLSX)],
    )
    def test_a_document_is_kept_as_it_is(self, content: bytes, kind: FileKind) -> None:
        kept = clean(content)
        assert (kept.kind, kept.content) == (kind, content)
        assert kept.sha256 == kept.given_sha256


class TestRefused:
    @pytest.mark.parametrize(
        ("content", "flaw"),
        [
            pytest.param(b"", Flaw.EMPTY, id="empty"),
            pytest.param(b"<html><script>alert(1)</script>", Flaw.UNKNOWN, id="html"),
            pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", Flaw.UNKNOWN, id="svg"),
            pytest.param(b"MZ\x90\x00" + bytes(100), Flaw.UNKNOWN, id="program"),
            pytest.param(b"GIF89a" + bytes(50), Flaw.UNKNOWN, id="gif"),
            pytest.param(office("readme.txt"), Flaw.UNKNOWN, id="a plain zip"),
            pytest.param(b"\xff\xd8\xff" + bytes(50), Flaw.DAMAGED, id="no picture"),
            pytest.param(picture()[:200], Flaw.DAMAGED, id="cut off"),
            pytest.param(b"RIFF....WAVEfmt ", Flaw.DAMAGED, id="sound"),
            pytest.param(b"%PDF-1.4\nno end", Flaw.DAMAGED, id="pdf without an end"),
            pytest.param(office()[:-10], Flaw.DAMAGED, id="zip cut off"),
            pytest.param(huge_png(60_000, 60_000), Flaw.BOMB, id="3.6 gigapixels"),
            pytest.param(huge_png(6_000, 6_000), Flaw.BOMB, id="36 megapixels that are decoded whole"),
            pytest.param(PDF + office(), Flaw.DOUBLE, id="pdf and zip"),
            pytest.param(PDF + b"<script>x</script>", Flaw.DOUBLE, id="pdf and script"),
            pytest.param(office() + b"%PDF-1.4 %%EOF", Flaw.DOUBLE, id="zip and something"),
            pytest.param(office() + office(), Flaw.DOUBLE, id="zip and zip"),
            pytest.param(
                PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/JavaScript>>"), Flaw.ACTIVE, id="pdf script"
            ),
            pytest.param(PDF.replace(b"/Catalog", b"/Catalog/EmbeddedFiles 3"), Flaw.ACTIVE, id="pdf with a file"),
            pytest.param(office("word/document.xml", ("word/vbaProject.bin", b"x")), Flaw.ACTIVE, id="macros"),
            pytest.param(office("word/document.xml", ("../../etc/passwd", b"x")), Flaw.ACTIVE, id="leads outside"),
        ],
    )
    def test_it_is_refused_with_its_reason(self, content: bytes, flaw: Flaw) -> None:
        with pytest.raises(Unfit) as unfit:
            clean(content)
        assert unfit.value.flaw is flaw

    def test_a_zip_bomb_is_seen_without_being_opened(self) -> None:
        with pytest.raises(Unfit) as unfit:
            clean(office("word/document.xml", ("word/media/a.xml", bytes(30 << 20))))
        assert unfit.value.flaw is Flaw.BOMB

    def test_two_thousand_parts_are_enough(self) -> None:
        with pytest.raises(Unfit) as unfit:
            clean(office("word/document.xml", *((f"word/p{n}.xml", b"x" * 50) for n in range(2000))))
        assert unfit.value.flaw is Flaw.BOMB


class TestNames:
    @pytest.mark.parametrize(
        ("given", "shown"),
        [
            ("会议记录.pdf", "会议记录.pdf"),
            ("../../etc/passwd", "passwd.pdf"),
            ("C:\\Users\\x\\签到表.docx", "签到表.pdf"),
            ("photo.exe\0.pdf", "photo.exe.pdf"),
            ("a\r\nSet-Cookie: x=1.pdf", "aSet-Cookie_ x=1.pdf"),
            ("甲\u202efdp.exe", "甲fdp.pdf"),
            ("...", "file.pdf"),
            ("", "file.pdf"),
            ("<img src=x>.html", "_img src=x_.pdf"),
            ("长" * 300 + ".pdf", "长" * 76 + ".pdf"),
        ],
    )
    def test_a_name_is_shown_without_tricks(self, given: str, shown: str) -> None:
        assert plain_name(given, FileKind.PDF) == shown

    def test_no_cell_is_a_formula(self) -> None:
        assert harmless("=1+1") == "'=1+1"
        assert harmless("王**") == "王**"


class TestAttic:
    def test_the_same_content_is_one_file_under_its_digest(self, tmp_path: Path) -> None:
        attic = Attic(tmp_path / "proofs")
        digest = attic.keep(b"same")
        assert attic.keep(b"same") == digest == sha256(b"same").hexdigest()
        assert [path.name for path in (tmp_path / "proofs").rglob("*") if path.is_file()] == [digest]
        assert attic.path_of(digest).read_bytes() == b"same"

    def test_what_is_not_there_is_said_and_no_other_name_is_looked_up(self, tmp_path: Path) -> None:
        attic = Attic(tmp_path)
        with pytest.raises(FileLost):
            attic.path_of("0" * 64)
        with pytest.raises(ValueError, match="no digest"):
            attic.path_of("../../etc/passwd")

    def test_a_full_disk_keeps_nothing_of_a_file_and_takes_it_when_there_is_room(self, tmp_path: Path) -> None:
        attic = Attic(tmp_path)
        content = bytes(100_000)
        with largest_file(4096), pytest.raises(OSError) as full:
            attic.keep(content)
        assert outage(full.value), "somebody is told to come again, not that we have a bug"
        assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
        assert attic.path_of(attic.keep(content)).read_bytes() == content
