"""Who acts: the Actor that doors hand to services, and `require`, the first line of each service.

Roles only add to what every resident may; each holds for an area and everything below it, or for one merchant.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pointsapp.core.errors import Forbidden, Refusal


class Role(StrEnum):
    MERCHANT_CLERK = "merchant_clerk"
    MERCHANT_MANAGER = "merchant_manager"
    GRID_LEADER = "grid_leader"
    BRANCH_SECRETARY = "branch_secretary"
    STAFF = "staff"
    STREET_ADMIN = "street_admin"
    PLATFORM_ADMIN = "platform_admin"
    # of the star board: they judge, look and check, and are no staff
    ASSESSOR = "assessor"
    INSPECTOR = "inspector"
    DISTRICT_READER = "district_reader"
    AUDITOR = "auditor"


MERCHANT_ROLES = frozenset({Role.MERCHANT_CLERK, Role.MERCHANT_MANAGER})
# contract.md, "Who may what": "staff" means any of these of the area or above …
COMMUNITY_STAFF = frozenset({Role.GRID_LEADER, Role.BRANCH_SECRETARY, Role.STAFF, Role.STREET_ADMIN})
# Nobody of these is staff: they assess or inspect branches, or read the board without changing it.
BOARD_ROLES = frozenset({Role.ASSESSOR, Role.INSPECTOR, Role.DISTRICT_READER, Role.AUDITOR})
AREA_ROLES = COMMUNITY_STAFF | BOARD_ROLES
# … while merchants, offers and the people desk need one of these.
OFFICE_STAFF = frozenset({Role.STAFF, Role.STREET_ADMIN})
STREET_OFFICE = frozenset({Role.STREET_ADMIN})


@dataclass(frozen=True, slots=True)
class Grant:
    """One role held now: over `area_path` and below, or in `merchant_id`."""

    role: Role
    area_id: int | None = None
    area_path: str | None = None
    merchant_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The person acting now. `home_path` is the path of the home area, None for a person without one."""

    person_id: int
    public_id: str
    display_name: str
    home_area_id: int | None = None
    home_path: str | None = None
    is_verified: bool = False
    grants: tuple[Grant, ...] = ()
    locale: str | None = None
    elder_view: bool = False
    session_version: int = 0
    verified_at: datetime | None = None

    @property
    def is_platform_admin(self) -> bool:
        return any(grant.role is Role.PLATFORM_ADMIN for grant in self.grants)

    @property
    def is_staff_anywhere(self) -> bool:
        return self.is_platform_admin or any(grant.role in COMMUNITY_STAFF for grant in self.grants)

    @property
    def is_on_board_duty(self) -> bool:
        """Whether this person assesses, inspects or reads the star board for an office somewhere."""
        return any(grant.role in BOARD_ROLES for grant in self.grants)

    @property
    def is_inspector(self) -> bool:
        """Whether this person was appointed to inspect branches somewhere; the phone shows that day's visits to no one else."""
        return any(grant.role is Role.INSPECTOR for grant in self.grants)

    @property
    def is_answering(self) -> bool:
        """Whether this person answers for branches: what was found there is theirs to put right."""
        return any(grant.role in (Role.BRANCH_SECRETARY, Role.STAFF) for grant in self.grants)

    @property
    def is_office_anywhere(self) -> bool:
        """Whether this person decides about merchants and offers somewhere."""
        return self.holds_anywhere(OFFICE_STAFF)

    @property
    def merchant_ids(self) -> tuple[int, ...]:
        """Merchants this person works for, in a stable order."""
        return tuple(sorted({grant.merchant_id for grant in self.grants if grant.merchant_id is not None}))

    def holds(self, roles: frozenset[Role], area_path: str | None) -> bool:
        """Tell whether one of `roles` is held over `area_path` or above it; the platform's administrator holds all."""
        if self.is_platform_admin:
            return True
        if area_path is None:
            return False
        return any(
            grant.role in roles and grant.area_path is not None and area_path.startswith(grant.area_path)
            for grant in self.grants
        )

    def holds_anywhere(self, roles: frozenset[Role]) -> bool:
        return self.is_platform_admin or any(grant.role in roles for grant in self.grants)

    def works_for(self, merchant_id: int, roles: frozenset[Role] = MERCHANT_ROLES) -> bool:
        return any(grant.role in roles and grant.merchant_id == merchant_id for grant in self.grants)

    def paths(self, roles: frozenset[Role]) -> tuple[str, ...]:
        """Return the area paths over which one of `roles` is held; ("/",) for the platform's administrator."""
        if self.is_platform_admin:
            return ("/",)
        return tuple(
            sorted({grant.area_path for grant in self.grants if grant.role in roles and grant.area_path is not None})
        )


def require(allowed: bool, refusal: Refusal | None = None) -> None:
    """Raise `refusal` (default Forbidden, `not_allowed`) unless `allowed`."""
    if not allowed:
        raise refusal or Forbidden()
