"""The shop's stores: where customers may fetch what they order."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from sqlmodel import Session, col, select

from commerce.customers.addresses import check_phone
from commerce.customers.regions import find_region
from commerce.errors import InvalidInput, NotFound
from commerce.pickup.tables import Store

_CLOCK: Final = re.compile(r"([01]\d|2[0-4]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class StoreDraft:
    """A store as an operator writes it; hours are minutes after midnight."""

    name: str
    region: str
    address: str
    phone: str
    opens_at: int
    closes_at: int
    slot_minutes: int = 60
    slot_capacity: int = 0


def list_open_stores(session: Session) -> Sequence[Store]:
    """Stores where an order may be fetched, in the order they were entered."""
    return session.exec(select(Store).where(col(Store.is_open)).order_by(col(Store.id))).all()


def get_store(session: Session, store_id: int) -> Store:
    """The store. Raises NotFound."""
    store = session.get(Store, store_id)
    if store is None:
        raise NotFound("没有这家门店", store_id=store_id)
    return store


def get_open_store(session: Session, store_id: int) -> Store:
    """A store that takes orders to be fetched. Raises NotFound, or InvalidInput when closed."""
    store = get_store(session, store_id)
    if not store.is_open:
        raise InvalidInput(
            f"{store.name}现在不能自提，请换一家门店或选快递", field="pickup.store_id"
        )
    return store


def save_store(
    session: Session, store_id: int | None, draft: StoreDraft, *, is_open: bool
) -> Store:
    """Write a store as an operator, or enter a new one. Raises InvalidInput, NotFound.

    Orders that are to be fetched there already may be, open or not; times that are booked stay.
    """
    check_store(draft)
    same = session.exec(select(Store.id).where(Store.name == draft.name)).first()
    if same is not None and same != store_id:
        raise InvalidInput("已经有这个名字的门店了", field="name")
    store = Store(**asdict(draft)) if store_id is None else get_store(session, store_id)
    store.sqlmodel_update({**asdict(draft), "is_open": is_open})
    session.add(store)
    session.flush()
    return store


def seed_stores(session: Session, drafts: Sequence[StoreDraft]) -> int:
    """Enter the stores whose names are not known; how many these are. The others stay as they are.

    Raises InvalidInput naming the field at fault.
    """
    known = set(session.exec(select(Store.name)))
    new = [draft for draft in drafts if draft.name not in known]
    for draft in new:
        check_store(draft)
        session.add(Store(**asdict(draft)))
    session.flush()
    return len(new)


def read_stores(path: Path) -> tuple[StoreDraft, ...]:
    """Stores in a file like the demo shop's. Raises InvalidInput, which says what is wrong."""
    written = tomllib.loads(path.read_text("utf-8"))
    try:
        return tuple(
            StoreDraft(
                **{name: each[name] for name in ("name", "region", "address", "phone")},
                opens_at=read_clock(each["opens"]),
                closes_at=read_clock(each["closes"]),
                slot_minutes=each.get("slot_minutes", 60),
                slot_capacity=each.get("slot_capacity", 0),
            )
            for each in written["store"]
        )
    except (KeyError, TypeError) as fault:
        raise InvalidInput(f"{path.name}缺少或写错了：{fault}", field="file") from None


def read_clock(written: str) -> int:
    """`09:00` as minutes after midnight. Raises InvalidInput."""
    clock = _CLOCK.fullmatch(written)
    if clock is None:
        raise InvalidInput(f"“{written}”不是钟点，要写成09:00这样", field="opens")
    return int(clock[1]) * 60 + int(clock[2])


def check_store(draft: StoreDraft) -> None:
    """Raise InvalidInput naming the field at fault."""
    found = find_region(draft.region)
    if found is None or str(found.region) != draft.region:
        raise InvalidInput(f"“{draft.region}”要写全，如 浙江省 杭州市 西湖区", field="region")
    if not draft.name.strip() or not draft.address.strip():
        raise InvalidInput("门店要有名字和地址", field="name")
    check_phone(draft.phone)
    if not 0 <= draft.opens_at < draft.closes_at <= 24 * 60:
        raise InvalidInput("关门要在开门之后、当天之内", field="closes")
    if draft.slot_minutes <= 0 or draft.slot_capacity < 0:
        raise InvalidInput("预约时段的长度和人数不能是负数", field="slot_minutes")
