"""The demo street, grown from the facts in the newspaper pages: every page of it says 演示数据."""

from __future__ import annotations

from collections.abc import Callable

Say = Callable[[str], None]


def load_demo_once(say: Say) -> None:
    """Load the demo street unless it is there."""
    say("demo: not built yet")


def print_log_ins(say: Say, base_url: str) -> None:
    """Print the demo's log-ins by role."""
    say(f"open {base_url}")
