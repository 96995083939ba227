"""Which customers the members of a group are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from typing import Protocol

from sqlmodel import Session, col, select

from commerce.customers.identities import identify, link_unionid
from commerce.customers.tables import Identity

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Corp:
    """How contacts of a corp are known among identities."""

    channel: str
    account: str


class Somebody(Protocol):
    """A customer in a group. `unionid` is empty where WeCom does not tell it."""

    @property
    def member(self) -> str:
        """Their external_userid."""

    @property
    def joined_at(self) -> datetime:
        """When they came into the group."""

    @property
    def unionid(self) -> str:
        """Theirs in all apps of the shop's open-platform account."""


def recognise(
    session: Session, corp: Corp, people: Sequence[Somebody], now: datetime
) -> Mapping[str, int]:
    """The customer behind each external_userid.

    Who is new to the shop was last seen when they joined, not now: a list of who has been in a
    group for a year says nothing about today. Nobody's name is kept.
    """
    known = _identities(session, corp, people)
    for each in people:
        identity = known.get(each.member)
        if identity is None:
            who = (corp.channel, corp.account, each.member)
            identify(session, *who, min(each.joined_at, now), unionid=each.unionid or None)
        elif each.unionid and identity.unionid != each.unionid:
            link_unionid(
                session,
                channel=corp.channel,
                account=corp.account,
                external_user=each.member,
                unionid=each.unionid,
                now=now,
            )
    found = _identities(session, corp, people)
    return {member: identity.customer_id for member, identity in found.items()}


def _identities(session: Session, corp: Corp, people: Sequence[Somebody]) -> Mapping[str, Identity]:
    found: dict[str, Identity] = {}
    for some in batched((each.member for each in people), AT_ONCE):
        statement = select(Identity).where(
            Identity.channel == corp.channel,
            Identity.account == corp.account,
            col(Identity.external_user).in_(some),
        )
        rows = session.exec(statement.execution_options(populate_existing=True)).all()
        found.update((row.external_user, row) for row in rows)
    return found
