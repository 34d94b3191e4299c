"""The privacy notice: dated texts shipped with the package, the newest in force."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "notice"


@dataclass(frozen=True, slots=True)
class PrivacyNotice:
    """`consent_version` is the date of the notice; `text` is plain, paragraphs parted by an empty line."""

    consent_version: str
    text: str

    @property
    def paragraphs(self) -> tuple[str, ...]:
        return tuple(part.strip() for part in self.text.split("\n\n") if part.strip())


@cache
def current_notice(language: str = "zh") -> PrivacyNotice:
    """Return the newest notice in `language`. A notice is never edited: a new text is a new file with its date."""
    newest = max(FOLDER.glob("*.zh.txt"))
    version = newest.name.removesuffix(".zh.txt")
    wanted = FOLDER / f"{version}.{language}.txt"
    return PrivacyNotice(version, (wanted if wanted.exists() else newest).read_text(encoding="utf-8").strip())
