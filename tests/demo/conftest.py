"""The whole demo street, loaded once for these tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from benchmarks.street import demo_app


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    with demo_app(tmp_path_factory.mktemp("demo")) as app:
        yield app
