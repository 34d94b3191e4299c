"""What is read from a file that comes from outside: nothing is believed, and each refusal says its true reason."""

from __future__ import annotations

import json
import stat
import zipfile
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pointsapp.backup.archive import MANIFEST, BackupRefused, is_safe, new_file, opened

PART, CONTENT = "database/pointsapp.db", b"not really a database" * 100


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.backup"
    with new_file(path) as writer:
        writer.add(PART, [CONTENT])
        writer.add("pictures/photos/一.jpg", [b"picture"], is_packed=True)
        writer.finish({"kind": "sqlite"})
    return path


def rewritten(good: Path, change: Callable[[dict[str, bytes], dict[str, Any]], None]) -> Path:
    """Return a copy of the backup after `change` had its parts and its manifest in hand."""
    with zipfile.ZipFile(good) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(parts.pop(MANIFEST))
    change(parts, manifest)
    path = good.with_name("changed.backup")
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
        archive.writestr(MANIFEST, json.dumps(manifest))
    return path


def add(parts: dict[str, bytes], manifest: dict[str, Any], name: str, content: bytes = b"x") -> None:
    parts[name] = content
    manifest["parts"][name] = {"bytes": len(content), "sha256": sha256(content).hexdigest()}


def refusal(path: Path) -> str:
    with pytest.raises(BackupRefused) as told, opened(path) as reader:
        reader.verify()
    return str(told.value)


def test_what_goes_in_comes_out(good: Path) -> None:
    with opened(good) as reader:
        reader.verify()
        assert b"".join(reader.chunks(PART)) == CONTENT
        assert reader.size == len(CONTENT) + 7
    assert stat.S_IMODE(good.stat().st_mode) == 0o600
    assert [each.name for each in good.parent.iterdir()] == [good.name]


def test_the_file_says_what_it_is_to_who_opens_it(good: Path) -> None:
    with zipfile.ZipFile(good) as archive:
        assert "POINTSAPP_SECRET_KEY is not in it" in archive.read("README.txt").decode()


def test_a_name_that_is_taken(good: Path) -> None:
    before = good.read_bytes()
    with pytest.raises(BackupRefused, match="exists already"), new_file(good):
        raise AssertionError("never opened")
    assert good.read_bytes() == before


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BackupRefused, match="no folder"), new_file(tmp_path / "nowhere" / "file"):
        raise AssertionError("never opened")


def test_what_goes_wrong_leaves_no_half_file(tmp_path: Path) -> None:
    def chunks() -> Iterator[bytes]:
        yield CONTENT
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"), new_file(tmp_path / "file") as writer:
        writer.add(PART, chunks())
    assert list(tmp_path.iterdir()) == []


@given(st.integers(0, 10_000))
def test_wherever_it_is_cut_off_it_is_refused(cut: int) -> None:
    whole = _whole()
    path = _SCRATCH / "cut"
    path.write_bytes(whole[: cut % len(whole)])
    assert "no backup, or was cut off" in refusal(path)


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_flipped_byte_never_gives_other_content(at: int, flip: int) -> None:
    whole = bytearray(_whole())
    whole[at % len(whole)] ^= flip
    path = _SCRATCH / "flipped"
    path.write_bytes(bytes(whole))
    try:
        with opened(path) as reader:
            reader.verify()
            assert b"".join(reader.chunks(PART)) == CONTENT  # a date in the zip's own headers may differ, no part
    except BackupRefused:
        pass


@pytest.fixture(autouse=True, scope="module")
def _scratch(tmp_path_factory: pytest.TempPathFactory) -> None:
    global _SCRATCH
    _SCRATCH = tmp_path_factory.mktemp("archive")


_SCRATCH = Path()
_kept: list[bytes] = []


def _whole() -> bytes:
    if not _kept:
        with new_file(_SCRATCH / "whole") as writer:
            writer.add(PART, [CONTENT])
            writer.finish({"kind": "sqlite"})
        _kept.append((_SCRATCH / "whole").read_bytes())
    return _kept[0]


CHANGES: dict[str, tuple[Callable[[dict[str, bytes], dict[str, Any]], None], str]] = {
    "other content": (
        lambda parts, _m: parts.update({PART: CONTENT.replace(b"not", b"now")}),
        "is not what the manifest says",
    ),
    "longer": (lambda parts, _m: parts.update({PART: CONTENT + b"x"}), "not as long as the manifest says"),
    "a part gone": (lambda parts, _m: parts.pop(PART) and None, "is in one of them only"),
    "a part more": (lambda parts, _m: parts.update({"database/more.copy": b""}), "is in one of them only"),
    "newer format": (lambda _p, manifest: manifest.update(format=2), "update it first"),
    "no format": (lambda _p, manifest: manifest.pop("format") and None, "has format None"),
    "no parts": (lambda _p, manifest: manifest.pop("parts") and None, "does not say what is in the file"),
    "odd parts": (lambda _p, manifest: manifest["parts"].update({PART: 5}), "does not say what is in the file"),
    "a negative length": (lambda _p, manifest: manifest["parts"][PART].update(bytes=-1), "does not say what is in"),
    "up and out": (lambda parts, manifest: add(parts, manifest, "pictures/../../etc/passwd"), "outside its folder"),
    "absolute": (lambda parts, manifest: add(parts, manifest, "/etc/passwd"), "outside its folder"),
    "a drive": (lambda parts, manifest: add(parts, manifest, "pictures/C:/x"), "outside its folder"),
    "backslashes": (lambda parts, manifest: add(parts, manifest, "pictures/..\\..\\x"), "outside its folder"),
    "very long": (lambda parts, manifest: add(parts, manifest, "pictures/" + "a/" * 3000 + "x"), "outside its folder"),
    "another folder": (lambda parts, manifest: add(parts, manifest, "pointsapp.db"), "outside its folder"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_file_is_refused_with_its_reason(good: Path, change: str) -> None:
    fn, reason = CHANGES[change]
    assert reason in refusal(rewritten(good, fn))


def test_what_is_no_backup(tmp_path: Path) -> None:
    assert "there is no file" in refusal(tmp_path / "nothing")
    (tmp_path / "text").write_text("hello")
    assert "no backup" in refusal(tmp_path / "text")
    with zipfile.ZipFile(tmp_path / "foreign.zip", "w") as archive:
        archive.writestr("letter.txt", "hello")
    assert "no manifest" in refusal(tmp_path / "foreign.zip")
    assert "no backup" in refusal(tmp_path)


@pytest.mark.parametrize("manifest", ["", "[", "[]", "5", "[" * 100_000])
def test_a_manifest_that_is_none(tmp_path: Path, manifest: str) -> None:
    with zipfile.ZipFile(tmp_path / "x", "w") as archive:
        archive.writestr(MANIFEST, manifest)
    assert "manifest is damaged" in refusal(tmp_path / "x")


def test_a_part_that_swells_is_read_no_further_than_said(good: Path) -> None:
    """A bomb: the zip's directory and the manifest lie about the length in the same way."""
    path = good.with_name("bomb")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(PART, b"\0" * 5_000_000)
        archive.writestr(MANIFEST, json.dumps({"format": 1, "parts": {PART: {"bytes": 10, "sha256": "0" * 64}}}))
        archive.getinfo(PART).file_size = 10
    assert "damaged" in refusal(path) or "longer" in refusal(path) or "not what" in refusal(path)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("pictures/photos/2026/一.jpg", True), ("database/entry.copy", True), ("pictures/a..b/c", True), ("pictures/", False),
        ("pictures", False), ("", False), ("pictures/a\nb", False), ("pictures//a", False), ("pictures/./a", False),
        ("pictures/" + "é" * 200, False), ("pictures/a\0b", False),
    ],
)  # fmt: skip
def test_safe_names(name: str, safe: bool) -> None:
    assert is_safe(name) is safe
