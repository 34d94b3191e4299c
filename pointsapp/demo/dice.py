"""The demo's dice: seeded, so that every street is the same street, and names drawn from invented lists."""

from __future__ import annotations

import random

from pointsapp.demo import facts

SEED = 20261121


class Dice(random.Random):
    """Seeded randomness with a few words of its own."""

    def __init__(self, seed: int = SEED) -> None:
        super().__init__(seed)
        self._old = facts.GIVEN_OLD.split()
        self._young = facts.GIVEN_YOUNG.split()

    def name(self, *, elder: bool) -> str:
        """Return an invented name, as older or younger people in Zhengzhou are called."""
        return self.choice(facts.SURNAMES) + self.choice(self._old if elder else self._young)

    def keenness(self) -> float:
        """Return how often a resident comes: most now and then, a few nearly always (a long tail, as in real life)."""
        return min(60.0, self.paretovariate(0.9)) if self.random() < 0.7 else 0.2

    def chance(self, probability: float) -> bool:
        return self.random() < probability
