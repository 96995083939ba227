"""Members for tests: levels, points to begin with, and things that points buy."""

from typing import Any

from sqlmodel import Session

from commerce.inserting import id_of
from commerce.membership.birthdays import serve_birthdays, set_birthday
from commerce.membership.mall import redeem
from commerce.membership.points import give
from commerce.membership.signing_in import sign_in
from commerce.membership.tables import MallItem, MemberLevel, MemberTask, Redemption, TaskKind
from commerce.membership.tasks import serve_tasks
from tests.commerce.shop import ADDRESS, NOW, SEALER, new_customer


def new_member(session: Session, points: int = 0) -> int:
    """The id of somebody new who has so many points."""
    customer = new_customer(session)
    give(session, customer, points, kind="welcome", ref=f"{customer}", memo="开张", now=NOW)
    return customer


def put_up_levels(session: Session) -> None:
    """银卡 from ¥500 (98折, points as everybody), 金卡 from ¥2,000 (95折, half as many again)."""
    session.add(MemberLevel(name="普通", threshold=0))
    session.add(MemberLevel(name="银卡", threshold=50_000, price_percent=98))
    session.add(MemberLevel(name="金卡", threshold=200_000, price_percent=95, earn_percent=150))
    session.flush()


def put_into_mall(session: Session, title: str = "保温杯", **changes: Any) -> MallItem:
    """A thing for 100 points, five of it."""
    item = MallItem(**{"title": title, "points": 100, "stock": 5, **changes})
    session.add(item)
    session.flush()
    return item


def open_task(session: Session, kind: TaskKind, points: int = 20) -> MemberTask:
    """A task that is worth points."""
    task = MemberTask(kind=kind, title=f"任务{kind}", points=points)
    session.add(task)
    session.flush()
    return task


def buys(
    session: Session, customer_id: int, item: MallItem, key: str = "k", **changes: Any
) -> Redemption:
    """The customer redeems a piece at the price of the moment."""
    request: dict[str, Any] = {
        "customer_id": customer_id,
        "item_id": id_of(item),
        "expected_points": item.points,
        "idempotency_key": key,
        "address": ADDRESS,
        "now": NOW,
    }
    return redeem(session, SEALER, **{**request, **changes})


def has_all_of_membership(session: Session, customer_id: int) -> None:
    """The customer has a row in each table of membership; NOW is their birthday."""
    set_birthday(session, customer_id, 11, 11, NOW)
    serve_birthdays(session, NOW)
    sign_in(session, customer_id, NOW)
    open_task(session, TaskKind.BIRTHDAY)
    serve_tasks(session, customer_id, NOW)
    buys(session, customer_id, put_into_mall(session))
