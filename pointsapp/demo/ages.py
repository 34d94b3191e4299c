"""Years of birth of the demo street: three of four residents say theirs, and names go with ages."""

from __future__ import annotations

import random
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from pointsapp.demo import facts
from pointsapp.demo.dice import SEED
from pointsapp.people.models import Person

SAY_SO = 0.75
OF_LOG_INS = {"林小满": 1994, "周桂兰": 1954}


def note_ages(session: Session, *, now: datetime) -> None:
    """Give residents a year of birth by dice of their own, so that the street's other dice fall as they always did."""
    dice, old = random.Random(SEED + 1), set(facts.GIVEN_OLD.split())
    people = session.execute(select(Person.id, Person.name).order_by(Person.id)).all()
    years = []
    for person_id, name in people:
        age = int(dice.triangular(56, 88, 66)) if name[1:] in old else int(dice.triangular(12, 62, 38))
        if name in OF_LOG_INS:
            years.append({"id": person_id, "birth_year": OF_LOG_INS[name]})
        elif dice.random() < SAY_SO:
            years.append({"id": person_id, "birth_year": now.year - age})
    session.execute(update(Person), years)
