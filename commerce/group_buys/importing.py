"""Reading group-buys from a file that people write (TOML).

Each `[[group_buy]]` has a `key`, a `name`, `hours` that a group is open, and `tiers`: `heads` and
`prices` in yuan as text by sku, all of one product. `for_days` makes one that begins when it is
first read, and again when it is read after its end; without it there is no end.
"""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from commerce.catalogue.tables import Variant
from commerce.errors import InvalidInput
from commerce.group_buys.activities import Tier, Tiers
from commerce.group_buys.drafts import GroupDraft
from commerce.group_buys.entries import find_activity
from commerce.inserting import id_of
from commerce.money import fen_from_yuan


def read_group_buys(session: Session, path: Path, now: datetime) -> Iterator[GroupDraft]:
    """The group-buys of a file. Raises InvalidInput naming the one that is wrong."""
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    for written in content.get("group_buy", []):
        where = f"{path.name}“{written.get('name', '没有名字')}”"
        try:
            draft = _draft(session, written, now)
            draft.check()
        except InvalidInput as error:
            raise InvalidInput(f"{where}：{error}", **error.details) from None
        except (TypeError, KeyError, IndexError) as error:
            raise InvalidInput(f"{where}：有一项写得不对（{error}）", field="file") from None
        yield draft


def _draft(session: Session, written: Mapping[str, Any], now: datetime) -> GroupDraft:
    skus = {sku for tier in written["tiers"] for sku in tier["prices"]}
    variants = _variants(session, skus)
    tiers = tuple(
        Tier(
            each["heads"],
            {id_of(variants[sku]): fen_from_yuan(price) for sku, price in each["prices"].items()},
        )
        for each in written["tiers"]
    )
    starts_at, ends_at = _window(session, written, now)
    return GroupDraft(
        key=written["key"],
        name=written["name"],
        product_id=next(each.product_id for each in variants.values()),
        tiers=Tiers(tiers),
        lifetime=timedelta(hours=written["hours"]),
        starts_at=starts_at,
        ends_at=ends_at,
        pieces_per_order=written.get("pieces_per_order", 1),
        orders_per_customer=written.get("orders_per_customer", 1),
    )


def _window(
    session: Session, written: Mapping[str, Any], now: datetime
) -> tuple[datetime | None, datetime | None]:
    if "for_days" not in written:
        return None, None
    known = find_activity(session, written["key"])
    if known is not None and known.ends_at is not None and known.ends_at > now:
        return known.starts_at, known.ends_at
    return now, now + timedelta(days=written["for_days"])


def _variants(session: Session, skus: set[str]) -> dict[str, Variant]:
    found = session.exec(select(Variant).where(col(Variant.sku).in_(skus))).all()
    missing = skus - {each.sku for each in found}
    if missing or not skus:
        raise InvalidInput(f"没有商品“{'、'.join(sorted(missing))}”", field="tiers")
    return {each.sku: each for each in found}
