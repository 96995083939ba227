"""Who may do what. What is not granted is refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from bot.staff.tables import Role


class Permission(StrEnum):
    """What a page of the console asks for."""

    OWN_ACCOUNT = "own_account"
    """Somebody's own password, authenticator and presence."""
    CONVERSE = "converse"
    READ_CUSTOMERS = "read_customers"
    READ_ORDERS = "read_orders"
    SHIP = "ship"
    DECIDE_AFTER_SALE = "decide_after_sale"
    PAY_OUT = "pay_out"
    """Withdrawals, and other money that leaves the shop for good."""
    READ_GOODS = "read_goods"
    EDIT_GOODS = "edit_goods"
    EDIT_PROMOTIONS = "edit_promotions"
    EDIT_ANSWERS = "edit_answers"
    EDIT_CAMPAIGNS = "edit_campaigns"
    RUN_CAMPAIGNS = "run_campaigns"
    """Let a campaign go out, pause and stop it."""
    OVERRIDE_LINT = "override_lint"
    """Let words go out although the lint blocks them; who did is kept with them."""
    READ_FIGURES = "read_figures"
    EXPORT = "export"
    MEND = "mend"
    """Decide what becomes of messages and calls whose outcome is unknown."""
    MANAGE_STAFF = "manage_staff"
    MANAGE_SETTINGS = "manage_settings"
    READ_AUDIT = "read_audit"


_AGENT: Final = frozenset(
    {
        Permission.OWN_ACCOUNT,
        Permission.CONVERSE,
        Permission.READ_CUSTOMERS,
        Permission.READ_ORDERS,
        Permission.READ_GOODS,
    }
)
_OPERATOR: Final = _AGENT | {
    Permission.SHIP,
    Permission.DECIDE_AFTER_SALE,
    Permission.EDIT_GOODS,
    Permission.EDIT_PROMOTIONS,
    Permission.EDIT_ANSWERS,
    Permission.EDIT_CAMPAIGNS,
    Permission.RUN_CAMPAIGNS,
    Permission.READ_FIGURES,
    Permission.EXPORT,
    Permission.MEND,
}
GRANTS: Final[Mapping[Role, frozenset[Permission]]] = MappingProxyType(
    {
        Role.OWNER: frozenset(Permission),
        Role.OPERATOR: _OPERATOR,
        Role.AGENT: _AGENT,
    }
)
NEED_AUTHENTICATOR: Final = frozenset({Role.OWNER, Role.OPERATOR})
"""Roles that move money: they see no page before their authenticator is set up."""


@dataclass(frozen=True, slots=True)
class Signed:
    """Somebody who is logged in."""

    id: int
    name: str
    role: Role

    def may(self, permission: Permission) -> bool:
        """Whether their role grants it."""
        return permission in GRANTS[self.role]
