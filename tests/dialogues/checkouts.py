"""What a customer chooses at checkout in the mini-program, and what is done at the counter."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Final

from sqlmodel import Session

from commerce.inserting import id_of
from commerce.invoices import issuing
from commerce.ordering.quoting import Choices
from commerce.ordering.tables import Order
from commerce.pickup import codes
from commerce.pickup.stores import list_open_stores
from commerce.promotions.coupons import list_owned
from commerce.sealing import Sealer
from tests.dialogues.rows import Unreadable

_CHOICE: Final = re.compile(r"(用券|用积分|自提) (\S+)")
_numbers = count(24_332_000_000_000_000_001)


@dataclass(frozen=True, slots=True)
class Wanted:
    """`高原纯牛奶（一箱24盒）×2，用券 见面礼，用积分 500，自提 文三路店`, read."""

    goods: str
    choices: dict[str, str] = field(default_factory=dict)

    def choose(self, session: Session, customer_id: int, region: str, now: datetime) -> Choices:
        """The choices as a quote takes them. Raises Unreadable for what the customer has not."""
        name, points = self.choices.get("用券", ""), self.choices.get("用积分", "0")
        owned = {each.name: each.id for each in list_owned(session, customer_id, now)}
        if name and name not in owned:
            raise Unreadable(f"手里没有“{name}”，只有{'、'.join(owned) or '零张券'}")
        return Choices(
            coupon_id=owned[name] if name else None,
            points=int(points),
            region=region,
            pickup="自提" in self.choices,
        )

    def store_id(self, session: Session) -> int | None:
        """The store where it will be fetched. Raises Unreadable for one that is not there."""
        name = self.choices.get("自提")
        if name is None:
            return None
        stores = {each.name: id_of(each) for each in list_open_stores(session)}
        if name not in stores:
            raise Unreadable(f"没有门店“{name}”，只有{'、'.join(stores)}")
        return stores[name]


def read_wanted(words: str) -> Wanted:
    """What stands behind 下单. Raises Unreadable."""
    goods, *chosen = [each.strip() for each in words.split("，")]
    if _CHOICE.fullmatch(goods):
        goods, chosen = "", [goods, *chosen]
    found = {each: _CHOICE.fullmatch(each) for each in chosen}
    unknown = [each for each, match in found.items() if match is None]
    if unknown:
        raise Unreadable(f"“{unknown[0]}”应该写成“用券 见面礼”“用积分 500”“自提 文三路店”")
    return Wanted(goods, {match[1]: match[2] for match in found.values() if match is not None})


def hand_over(session: Session, sealer: Sealer, order: Order, now: datetime) -> None:
    """The customer shows the code, and takes the goods. Raises Unreadable for no good code."""
    given = codes.list_codes(session, [id_of(order)]).get(id_of(order))
    if given is None or order.pickup_store_id is None:
        raise Unreadable("这笔订单没有取货码")
    code, store_id = codes.read_code(sealer, given), order.pickup_store_id
    done = codes.redeem(session, sealer, code, store_id=store_id, actor="dialogue", now=now)
    if done.outcome != codes.Redeemed.DONE:
        raise Unreadable(done.words)


def issue_invoice(session: Session, now: datetime) -> None:
    """The invoice asked for longest ago is issued. Raises Unreadable when none is asked for."""
    waiting = issuing.list_waiting(session)
    if not waiting:
        raise Unreadable("没有发票等着开")
    invoice, _ = waiting[0]
    number = str(next(_numbers))
    issuing.record_issued(
        session,
        id_of(invoice),
        number=number,
        link=f"https://invoices.example/{number}",
        amount=invoice.amount,
        now=now,
    )
