"""Reading flash sales from a file that people write (TOML).

A `[[sale]]` has `key`, `name`, `starts_at` and `ends_at` (in the shop's zone where they name none),
and `items` with `sku`, `price` in yuan as text, `pieces` and `per_customer`. With `daily = 7` it
has times of the day (`20:00:00`) instead and stands for seven sales, one a day from today; an
end not after its start is on the next day.
"""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from commerce.catalogue.tables import Variant
from commerce.errors import InvalidInput
from commerce.flash_sales.drafts import ItemDraft, SaleDraft
from commerce.money import fen_from_yuan
from commerce.shanghai import SHANGHAI


def read_sales(session: Session, path: Path, now: datetime) -> list[SaleDraft]:
    """The sales of a file, checked. Raises InvalidInput naming the sale."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{path.name}读不出来（{error}）", field="file") from None
    found = []
    for written in content.get("sale", []):
        where = f"{path.name}“{written.get('name', '没有名字')}”"
        try:
            drafts = list(_read(session, written, now))
            for draft in drafts:
                draft.check()
        except InvalidInput as error:
            raise InvalidInput(f"{where}：{error}", **error.details) from None
        except (TypeError, KeyError) as error:
            raise InvalidInput(f"{where}：有一项写得不对（{error}）", field="file") from None
        found += drafts
    return found


def _read(session: Session, written: Mapping[str, Any], now: datetime) -> Iterator[SaleDraft]:
    items = tuple(_item(session, each) for each in written["items"])
    if "daily" not in written:
        begins, ends = _moment(written["starts_at"]), _moment(written["ends_at"])
        yield SaleDraft(written["key"], written["name"], begins, ends, items)
        return
    today = now.astimezone(SHANGHAI).date()
    begins_at, ends_at = _clock(written["starts_at"]), _clock(written["ends_at"])
    for day in (today + timedelta(days=number) for number in range(written["daily"])):
        begins = datetime.combine(day, begins_at, SHANGHAI)
        ends = datetime.combine(day, ends_at, SHANGHAI)
        ends += timedelta(days=ends <= begins)
        yield SaleDraft(f"{written['key']}-{day:%Y%m%d}", written["name"], begins, ends, items)


def _item(session: Session, written: Mapping[str, Any]) -> ItemDraft:
    sku = written["sku"]
    variant_id = session.exec(select(Variant.id).where(col(Variant.sku) == sku)).first()
    if variant_id is None:
        raise InvalidInput(f"没有商品“{sku}”", field="sku")
    return ItemDraft(
        variant_id=variant_id,
        price=fen_from_yuan(written["price"]),
        pieces=written["pieces"],
        per_customer=written.get("per_customer", 1),
    )


def _moment(written: Any) -> datetime:
    if not isinstance(written, datetime):
        raise InvalidInput("时间要写成2026-11-11T20:00:00这样", field="starts_at")
    return written if written.tzinfo else written.replace(tzinfo=SHANGHAI)


def _clock(written: Any) -> time:
    if not isinstance(written, time):
        raise InvalidInput("每天的时间要写成20:00:00这样", field="starts_at")
    return written
