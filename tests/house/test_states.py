"""Every thing with a life has a drawn map: complete, and without a dead end that is not an end."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import pytest
from sqlalchemy import Enum

from pointsapp.core.db import Base, EnumText
from tests.house.reading import the_app

# A state without a way out must be called something that is over.
ENDS = {
    "approved", "rejected", "cancelled", "closed", "stopped", "settled", "released", "expired", "reversed", "confirmed",
    "ended", "withdrawn", "done", "frozen", "finished", "removed", "void", "redeemed", "lapsed", "cut_off", "credited",
    "accepted", "paid", "read", "used", "revoked", "no_show", "voided", "superseded", "retired", "upheld",
}  # fmt: skip


def _models() -> list[Any]:
    the_app()
    return sorted((mapper.class_ for mapper in Base.registry.mappers), key=lambda model: model.__name__)


def _with_state() -> list[Any]:
    return [model for model in _models() if "state" in model.__table__.c]


def _states(model: Any) -> type[StrEnum]:
    column = model.__table__.c.state.type
    assert isinstance(column, EnumText), f"{model.__name__}.state is not an enum_column"
    return column.kind


@pytest.mark.parametrize("model", _with_state(), ids=lambda model: model.__name__)
class TestEachMap:
    def test_is_complete(self, model: Any) -> None:
        arrows = model.transitions
        assert set(arrows) == set(_states(model)), "every state stands in `transitions`, a final one with an empty set"
        assert {to for targets in arrows.values() for to in targets} <= set(_states(model))

    def test_has_no_dead_end_that_is_not_an_end(self, model: Any) -> None:
        dead = {str(state) for state, targets in model.transitions.items() if not targets}
        assert dead <= ENDS

    def test_leads_to_every_state_but_the_first(self, model: Any) -> None:
        reached = {to for targets in model.transitions.values() for to in targets}
        unreached = set(_states(model)) - reached
        assert len(unreached) <= 2, f"nothing leads to {unreached}"


def test_enums_are_kept_as_text_with_a_check() -> None:
    wrong = []
    for model in _models():
        checks = " ".join(str(getattr(each, "sqltext", "")) for each in model.__table__.constraints)
        for column in model.__table__.c:
            if isinstance(column.type, Enum):
                wrong.append(f"{model.__name__}.{column.name}: native enum")
            if isinstance(column.type, EnumText) and f"{column.name} IN (" not in checks:
                wrong.append(f"{model.__name__}.{column.name}: no enum_check")
    assert wrong == []


def test_a_read_never_loads_behind_the_readers_back() -> None:
    lazy = [
        f"{mapper.class_.__name__}.{name}"
        for mapper in Base.registry.mappers
        for name, relation in mapper.relationships.items()
        if relation.lazy not in ("raise", "raise_on_sql", "noload", "joined", "selectin")
    ]
    assert lazy == []
