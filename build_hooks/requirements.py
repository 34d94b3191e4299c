"""Print one set of requirements out of pyproject.toml, for `make lock`: `run` (serving), `dev` (everything) or `chaos` (its cluster)."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path


def wanted(which: str) -> list[str]:
    """Return the requirement lines of the set named `which`."""
    project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    if which == "chaos":
        return list(groups["chaos"])
    lines = project["project"]["dependencies"] + groups["build"]
    return lines if which == "run" else lines + groups["test"] + groups["lint"]


if __name__ == "__main__":
    sys.stdout.write("\n".join(wanted(sys.argv[1])) + "\n")
