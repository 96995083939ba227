"""What membership offers, from a TOML file: terms, levels, tasks and what points buy."""

import tomllib
from pathlib import Path
from typing import Any

from sqlmodel import Session, SQLModel, select

from commerce.compliance import TextKind, check
from commerce.errors import InvalidInput
from commerce.membership.tables import (
    MallItem,
    MemberLevel,
    MembershipTerms,
    MemberTask,
    TaskKind,
)
from commerce.money import fen_from_yuan
from commerce.promotions.tables import CouponTemplate


def seed_membership(session: Session, path: Path) -> int:
    """Add what the shop does not have yet; how many rows.

    A part of which it has anything at all (its levels, its tasks, its mall) is the operators' and
    stays as it is. Raises InvalidInput for a coupon that is not there, and for names that break a
    rule of advertising.
    """
    with path.open("rb") as file:
        written = tomllib.load(file)
    parts: list[list[SQLModel]] = [
        [_terms(session, written["terms"])],
        [_level(each) for each in written.get("level", [])],
        [_task(each) for each in written.get("task", [])],
        [_item(session, each) for each in written.get("item", [])],
    ]
    added = [row for part in parts if part and not _is_had(session, part[0]) for row in part]
    session.add_all(added)
    session.flush()
    return len(added)


def _is_had(session: Session, row: SQLModel) -> bool:
    return session.exec(select(type(row)).limit(1)).first() is not None


def _terms(session: Session, written: dict[str, Any]) -> MembershipTerms:
    coupon = written.get("birthday_coupon")
    plain = {
        name: value
        for name, value in written.items()
        if name not in ("spend_yuan", "birthday_coupon")
    }
    return MembershipTerms(
        **plain,
        spend_fen=fen_from_yuan(written["spend_yuan"]),
        birthday_template_id=None if coupon is None else _template_id(session, coupon),
    )


def _level(written: dict[str, Any]) -> MemberLevel:
    check(written["name"], TextKind.OFFER, "name")
    return MemberLevel(**{**written, "threshold": fen_from_yuan(written["threshold"])})


def _task(written: dict[str, Any]) -> MemberTask:
    check(written["title"], TextKind.OFFER, "title")
    return MemberTask(**{**written, "kind": TaskKind(written["kind"])})


def _item(session: Session, written: dict[str, Any]) -> MallItem:
    check(written["title"], TextKind.OFFER, "title")
    plain = {name: value for name, value in written.items() if name != "coupon"}
    coupon = written.get("coupon")
    template = None if coupon is None else _template_id(session, coupon)
    return MallItem(**plain, coupon_template_id=template)


def _template_id(session: Session, code: str) -> int:
    found = session.exec(select(CouponTemplate.id).where(CouponTemplate.code == code)).first()
    if found is None:
        raise InvalidInput(f"没有代码为{code}的优惠券", field="coupon")
    return found
