"""Live streams as an operator writes them, and those of the demo shop."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from commerce.catalogue.tables import Variant
from commerce.compliance import TextKind, check
from commerce.errors import InvalidInput
from commerce.inserting import id_of
from commerce.live.tables import LiveItem, LiveSession
from commerce.shanghai import SHANGHAI


@dataclass(frozen=True, slots=True)
class LiveDraft:
    """A stream and what it shows: the first product is 1号链接, and so on."""

    title: str
    starts_at: datetime
    ends_at: datetime
    products: tuple[int, ...]
    place: str = ""


def enter(session: Session, draft: LiveDraft) -> LiveSession:
    """Enter a stream. Raises InvalidInput naming the field at fault."""
    _check(draft)
    live = LiveSession(
        title=draft.title, place=draft.place, starts_at=draft.starts_at, ends_at=draft.ends_at
    )
    session.add(live)
    session.flush()
    session.add_all(
        LiveItem(live_session_id=id_of(live), position=position, product_id=product_id)
        for position, product_id in enumerate(draft.products, 1)
    )
    session.flush()
    return live


def seed_lives(session: Session, drafts: Sequence[LiveDraft]) -> int:
    """Enter the streams that are not known by title and beginning; how many these are."""
    statement = select(LiveSession.title, LiveSession.starts_at)
    known = set(session.exec(statement).all())
    new = [draft for draft in drafts if (draft.title, draft.starts_at) not in known]
    for draft in new:
        enter(session, draft)
    return len(new)


def read_lives(session: Session, path: Path, now: datetime) -> tuple[LiveDraft, ...]:
    """The streams of a file like the demo shop's, on their days of the coming weeks.

    `weekdays` count from 1 for Monday; goods are named by their skus. Raises InvalidInput, which
    says what is wrong.
    """
    written = tomllib.loads(path.read_text("utf-8"))
    try:
        return tuple(
            draft for each in written["live"] for draft in _on_its_days(session, each, now)
        )
    except (KeyError, TypeError, ValueError) as fault:
        raise InvalidInput(f"{path.name}缺少或写错了：{fault}", field="file") from None


def _on_its_days(session: Session, written: Mapping[str, Any], now: datetime) -> list[LiveDraft]:
    products = _products(session, written["skus"])
    begins, ends = (time.fromisoformat(written[name]) for name in ("from", "until"))
    today = now.astimezone(SHANGHAI).date()
    days = (today + timedelta(days=each) for each in range(7 * written["weeks"]))
    return [
        LiveDraft(
            title=written["title"],
            place=written.get("place", ""),
            starts_at=datetime.combine(day, begins, SHANGHAI),
            ends_at=datetime.combine(day, ends, SHANGHAI),
            products=products,
        )
        for day in days
        if day.isoweekday() in written["weekdays"]
    ]


def _products(session: Session, skus: Sequence[str]) -> tuple[int, ...]:
    statement = select(Variant.sku, Variant.product_id).where(col(Variant.sku).in_(skus))
    found = dict(session.exec(statement).all())
    missing = [sku for sku in skus if sku not in found]
    if missing:
        raise InvalidInput(f"没有商品“{'、'.join(missing)}”", field="skus")
    return tuple(found[sku] for sku in skus)


def _check(draft: LiveDraft) -> None:
    if not draft.title.strip():
        raise InvalidInput("直播要有标题", field="title")
    check(draft.title, TextKind.OFFER, "title")
    check(draft.place, TextKind.OFFER, "place")
    if draft.starts_at >= draft.ends_at:
        raise InvalidInput("直播要在开始之后结束", field="ends_at")
    if len(set(draft.products)) != len(draft.products):
        raise InvalidInput("同一件商品只能有一个链接号", field="products")
