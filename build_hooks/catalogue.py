"""Keep the English catalogues: `python -m build_hooks.catalogue <feature> | --all | --check [feature …]`.

Source strings are Chinese; `pointsapp/<feature>/en.po` holds their English beside the code that says them. Writing adds what
is new, keeps what is translated and drops what nobody says any more; sorted, without dates or line numbers, so that two people
who add words do not collide. `--check` changes nothing and names every gap, and every sentence that would say "1 points": one and
many are written in the English alone, `%(n)s {n:point|points}` (pointsapp/web/plurals.py).
"""

from __future__ import annotations

import argparse
import io
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

from pointsapp.web.plurals import CHOICE

ROOT = Path(__file__).resolve().parent.parent
PACKAGE, TEMPLATES = ROOT / "pointsapp", ROOT / "templates"
SHARED = ("core", "demo", "web")  # these have no catalogue but web's
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
}
JINJA = {
    "extensions": "jinja2.ext.i18n,jinja2.ext.do,jinja2.ext.loopcontrols",
    "trim_blocks": "true",
    "lstrip_blocks": "true",
    "silent": "false",  # a template that does not parse must not look like one without words
}
HEADER = (
    'msgid ""\nmsgstr ""\n"Language: en\\n"\n"MIME-Version: 1.0\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
)
HEADER += '"Content-Transfer-Encoding: 8bit\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
PLACE = re.compile(r"%\((\w+)\)[a-z]")
CHINESE = re.compile(r"[\u3400-\u9fff]")
BRACE = re.compile(r"[{}]")
# A place is a number where Chinese counts with it, or where it has the name of one; 第 3 行 is a place in a row, not a number of rows.
MEASURES = "分个人条次天行份场位件笔小项处颗张名秒枚家年类格级轮"
NUMBERS = frozenset({"n", "points", "days", "least", "most", "cap", "count"})
FOLLOWED = re.compile(r"%\((\w+)\)[sd](?=((?:[ -][a-z]+){1,4}))")
PLURAL = re.compile(r"[a-z]+s|people|are|have|were|do")
NOT_PLURAL = frozenset({"is", "was", "has", "does", "this", "its", "across", "less", "afterwards"})
# What is counted stands before the first of these: "3 of the branches", "3 left for others".
TURNS = frozenset(
    {
        "of",
        "in",
        "for",
        "to",
        "from",
        "on",
        "at",
        "by",
        "with",
        "without",
        "and",
        "or",
        "would",
        "is",
        "was",
        "has",
        "this",
    }
)


@cache
def features() -> tuple[str, ...]:
    """Return every name that has a catalogue of its own."""
    found = {path.parent.name for path in PACKAGE.glob("*/__init__.py")} - set(SHARED)
    return (*sorted(found), "web")


def sources(feature: str) -> Iterator[Path]:
    """Yield the files whose words belong to `feature`."""
    if feature == "web":
        yield from sorted(PACKAGE.glob("*.py"))
        for name in SHARED:
            yield from sorted((PACKAGE / name).rglob("*.py"))
        yield from sorted(TEMPLATES.glob("*.*"))
        folders = ["_parts", "errors"]
    else:
        yield from sorted((PACKAGE / feature).rglob("*.py"))
        folders = ["home", "console"] if feature == "home" else [feature]
    for folder in folders:
        yield from sorted(path for path in (TEMPLATES / folder).rglob("*.*") if path.is_file())


def words(feature: str) -> tuple[Catalog, dict[str, str]]:
    """Return what `feature` says, untranslated, and where each string was seen first."""
    catalogue, seen = Catalog(locale="en"), dict[str, str]()
    for path in sources(feature):
        is_template = TEMPLATES in path.parents
        method, options = ("jinja2.ext:babel_extract", JINJA) if is_template else ("python", {})
        for line, message, _comments, _context in extract_from_file(method, path, KEYWORDS, (), options):
            found = catalogue.add(message)
            seen.setdefault(_key(found), f"{path.relative_to(ROOT)}:{line}")
    return catalogue, seen


def kept(feature: str) -> Catalog:
    """Return the catalogue as it stands in the tree."""
    path = po_file(feature)
    if not path.exists():
        return Catalog(locale="en")
    with path.open("rb") as source:
        return read_po(source, locale="en")


def po_file(feature: str) -> Path:
    return PACKAGE / feature / "en.po"


def update(feature: str) -> list[str]:
    """Write the feature's catalogue; return the strings that still want English."""
    wanted, _seen = words(feature)
    old = kept(feature)
    others = [kept(other) for other in features() if other != feature]
    missing = []
    for message in _messages(wanted):
        before = old.get(message.id)
        if before is None or not _is_filled(before):
            # The catalogues are served as one: what another feature has translated reads the same here.
            before = next((found for each in others if (found := each.get(message.id)) and _is_filled(found)), None)
        if before is not None:
            message.string = before.string
            message.flags |= before.flags & {"fuzzy"}
        if not _is_filled(message):
            missing.append(_key(message))
    body = io.BytesIO()
    write_po(body, wanted, width=0, no_location=True, omit_header=True, sort_output=True)
    text = HEADER + body.getvalue().decode()
    path = po_file(feature)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)
    return missing


def problems(feature: str) -> list[str]:
    """Return one line for each string whose English is missing, doubtful or broken, and each that nobody says any more."""
    wanted, seen = words(feature)
    old = kept(feature)
    lines = []
    for message in _messages(wanted):
        known = old.get(message.id)
        place = f"{feature}: {_key(message)!r} ({seen[_key(message)]})"
        if known is None or not _is_filled(known):
            lines.append(f"{place}: no English")
            continue
        if known.fuzzy:
            lines.append(f"{place}: marked fuzzy, so it is not served")
        chinese, english = _key(message), str(known.string)
        if set(PLACE.findall(chinese)) != set(PLACE.findall(english)):
            lines.append(f"{place}: the places %(…)s differ: {english!r}")
        if english == chinese and CHINESE.search(english):
            lines.append(f"{place}: the English is the Chinese")
        lines += [f"{place}: {trouble}: {english!r}" for trouble in counting(chinese, english)]
        in_template = seen[_key(message)].startswith("templates/")
        lines += [
            f"{place}: a lone % breaks it: {text!r}"
            for text in (chinese, english)
            if (in_template or "%(" in text) and not _can_be_filled(text)
        ]
    said = {_key(message) for message in _messages(wanted)}
    lines += [
        f"{feature}: {_key(old_one)!r}: nobody says it" for old_one in _messages(old) if _key(old_one) not in said
    ]
    return lines


def counting(chinese: str, english: str) -> list[str]:
    """Return what is wrong with the English of one string where it counts: no choice of one or many, or a broken one."""
    names = set(PLACE.findall(chinese)) or {"n"}  # a unit that stands beside its number has no place of its own
    wrong = [f"{name} is no place to choose by" for name, _one, _many in CHOICE.findall(english) if name not in names]
    rest = CHOICE.sub("", english)
    if sorted(BRACE.findall(rest)) != sorted(BRACE.findall(chinese)):
        wrong.append("a choice is not written {name:one|many}")
    for place in FOLLOWED.finditer(CHOICE.sub("…", english)):
        name, words = place[1], re.split("[ -]", place[2].strip(" -"))
        counted = name in NUMBERS or re.search(rf"%\({name}\)[sd] ?[{MEASURES}]", chinese)
        if not counted or re.search(rf"第 ?%\({name}\)", chinese):
            continue
        said = words[: next((at for at, word in enumerate(words) if word in TURNS), len(words))]
        many = next((word for word in said if PLURAL.fullmatch(word) and word not in NOT_PLURAL), None)
        if many:
            wrong.append(f'would say "1 {many}"; write {{{name}:one|{many}}}')
    return wrong


def _messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def _key(message: Message) -> str:
    return str(message.id)


def _is_filled(message: Message) -> bool:
    return bool(message.string and str(message.string).strip())


class _AnyFact(defaultdict[str, int]):
    def __init__(self) -> None:
        super().__init__(int)


def _can_be_filled(text: str) -> bool:
    try:
        text % _AnyFact()
    except (ValueError, TypeError):
        return False
    return True


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m build_hooks.catalogue", description=__doc__.splitlines()[0])
    parser.add_argument("feature", nargs="*", choices=[*features(), []], metavar="feature", help=", ".join(features()))
    parser.add_argument("--all", action="store_true", help="every feature")
    parser.add_argument("--check", action="store_true", help="change nothing; name what is missing")
    given = parser.parse_args(arguments)
    chosen = given.feature or (features() if given.all or given.check else ())
    if not chosen:
        parser.error("name a feature, or --all")
    wrong = 0
    for feature in chosen:
        lines = problems(feature) if given.check else [f"{feature}: {text!r}: no English" for text in update(feature)]
        wrong += len(lines)
        sys.stdout.writelines(f"{line}\n" for line in lines)
    sys.stdout.write(f"{', '.join(chosen)}: {wrong} to do\n")
    return 1 if wrong and given.check else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
