"""What an operator types of a group-buy, read into a draft, and a draft as its form shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from bot.console.pages.sale_goods import Piece, pieces_of_product
from bot.console.pages.written import fen, find_id, find_moment, in_yuan, local, number
from commerce.catalogue.tables import Product
from commerce.errors import InvalidInput, NotFound
from commerce.group_buys.activities import Tier, Tiers, list_tiers
from commerce.group_buys.drafts import MOST_TIERS, GroupDraft
from commerce.group_buys.entries import find_activity
from commerce.inserting import id_of
from commerce.shanghai import SHANGHAI

HOUR: Final = 3600


@dataclass(frozen=True, slots=True)
class TierFields:
    """One tier as its fields hold it: heads, and prices by variant id; empty for none."""

    heads: str
    prices: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class GroupForm:
    """A group-buy's form, filled with what is known."""

    key: str
    is_new: bool
    name: str
    product_id: int
    title: str
    pieces: Sequence[Piece]
    tiers: Sequence[TierFields]
    hours: str
    starts_at: str
    ends_at: str
    pieces_per_order: int
    orders_per_customer: int


def blank(session: Session, product_id: int, now: datetime) -> GroupForm:
    """The form of a new group-buy of a product. Raises NotFound."""
    pieces = pieces_of_product(session, product_id)
    title = session.get_one(Product, product_id).title
    tiers = [TierFields("", {}) for _ in range(MOST_TIERS)]
    key = f"pt-{now.astimezone(SHANGHAI):%y%m%d%H%M%S}"
    return GroupForm(key, True, "", product_id, title, pieces, tiers, "24", "", "", 1, 1)


def filled(session: Session, key: str) -> GroupForm:
    """The form of the group-buy of that key. Raises NotFound."""
    known = find_activity(session, key)
    if known is None:
        raise NotFound("没有这个拼团活动", key=key)
    pieces = pieces_of_product(session, known.product_id)
    tiers = list_tiers(session, [id_of(known)])[id_of(known)]
    fields = [_fields(tier) for tier in tiers.all]
    fields += [TierFields("", {}) for _ in range(MOST_TIERS - len(fields))]
    return GroupForm(
        key=known.key,
        is_new=False,
        name=known.name,
        product_id=known.product_id,
        title=session.get_one(Product, known.product_id).title,
        pieces=pieces,
        tiers=fields,
        hours=f"{known.lifetime_seconds / HOUR:g}",
        starts_at=local(known.starts_at),
        ends_at=local(known.ends_at),
        pieces_per_order=known.pieces_per_order,
        orders_per_customer=known.orders_per_customer,
    )


def read(form: Mapping[str, str]) -> GroupDraft:
    """The draft that was typed. Raises InvalidInput naming the field."""
    return GroupDraft(
        key=form.get("key", "").strip(),
        name=form.get("name", "").strip(),
        product_id=number(form.get("product", ""), "商品", "product"),
        tiers=_tiers(form),
        lifetime=read_lifetime(form.get("hours", "")),
        starts_at=find_moment(form.get("starts_at", ""), "开始时间", "starts_at"),
        ends_at=find_moment(form.get("ends_at", ""), "结束时间", "ends_at"),
        pieces_per_order=number(form.get("pieces_per_order", ""), "每单件数", "pieces_per_order"),
        orders_per_customer=number(
            form.get("orders_per_customer", ""), "每人次数", "orders_per_customer"
        ),
    )


def _fields(tier: Tier) -> TierFields:
    return TierFields(str(tier.heads), {each: in_yuan(fen) for each, fen in tier.prices.items()})


def _tiers(form: Mapping[str, str]) -> Tiers:
    tiers = []
    for place in range(MOST_TIERS):
        heads, begins = form.get(f"heads-{place}", "").strip(), f"price-{place}-"
        prices = {
            variant_id: fen(text, "拼团价", name)
            for name, text in form.items()
            if name.startswith(begins)
            and (variant_id := find_id(name.removeprefix(begins))) is not None
            and text.strip()
        }
        if heads or prices:
            tiers.append(Tier(number(heads, "成团人数", f"heads-{place}"), prices))
    return Tiers(tuple(tiers))


def read_lifetime(written: str) -> timedelta:
    """How long a group is open, of so many hours. Raises InvalidInput with the field `hours`."""
    try:
        hours = float(written)
    except ValueError:
        hours = 0
    if not 0 < hours <= HOUR:
        raise InvalidInput("一个团的时间要写成小时数，比如24", field="hours")
    return timedelta(seconds=round(hours * HOUR))
