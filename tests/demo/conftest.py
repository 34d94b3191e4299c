"""The whole demo street, loaded once for all tests of a run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from benchmarks.street import demo_app
from tests.shared import the_demo


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    with demo_app(the_demo(tmp_path_factory, "demo")) as app:
        yield app
