"""How much of everything there is for so many residents and entries: the proportions of the invented city, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

RESIDENTS_PER_GRID, GRIDS_PER_COMMUNITY, COMMUNITIES_PER_STREET = 800, 5, 10
HAS_PHONE, IS_VERIFIED, SHOWS, ELDERS = 0.8, 0.95, 0.1, 0.3
GIFTS = 0.02  # of the entries; the rest, but for vouchers and attendances, is credits
COMES = 0.9  # of those signed up
REDEEMED, CANCELLED = 0.8, 0.08  # of the vouchers; the others expire
LOG_INS = 100
MERCHANT_FOR, OFFERS_EACH = 2_500, 3
SHIFT_PLACES = 15


@dataclass(frozen=True, slots=True)
class Plan:
    """What one run makes. Attendances and vouchers are a sample: one in three residents and one in four, in a year."""

    residents: int
    entries: int
    branches: int = 0

    @property
    def grids(self) -> int:
        return max(2, self.residents // RESIDENTS_PER_GRID)

    @property
    def communities(self) -> int:
        return -(-self.grids // GRIDS_PER_COMMUNITY)

    @property
    def streets(self) -> int:
        return -(-self.communities // COMMUNITIES_PER_STREET)

    @property
    def shifts(self) -> int:
        """Past shifts, one to a task; about nine in ten of their places are taken, and nine in ten of these come."""
        return min(self.residents * 3 // 10, self.entries // 10) // 12

    @property
    def vouchers(self) -> int:
        return min(self.residents // 4, self.entries // 12)

    @property
    def merchants(self) -> int:
        return max(2, self.residents // MERCHANT_FOR)

    @property
    def tasks_ahead(self) -> int:
        return max(3, self.residents // 1_000)
