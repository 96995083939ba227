"""The page of the counter: a customer's code is taken, and what is handed over is shown."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from aiohttp import web
from sqlmodel import Session, col, select

from bot.console.page import Page
from bot.console.pages.shown import actor_of
from bot.console.pages.written import number
from bot.console.route import Route
from bot.staff.permissions import Permission
from commerce.errors import IllegalMove, InvalidInput
from commerce.ordering.tables import Order
from commerce.pickup import codes
from commerce.pickup.codes import Redeemed, Redemption
from commerce.pickup.tables import PickupCode, Store
from commerce.sealing import Sealer

LATEST: Final = 20


async def show(page: Page) -> web.StreamResponse:
    """Where a code is typed in, and what was fetched last."""
    stores, fetched = await page.read(_stores_and_fetched)
    return page.html("pages/pickup.html", stores=stores, fetched=fetched)


async def redeem(page: Page) -> web.StreamResponse:
    """Take a code: its order, whose goods are handed over; or why none are."""
    form = await page.form()
    if not form.get("store", ""):
        raise InvalidInput("请选门店", field="store")
    store_id = number(form["store"], "门店", "store")
    told = await page.write(
        _redeem,
        page.desk.sealer,
        form.get("code", ""),
        store_id,
        actor_of(page),
        page.now,
        did="pickup.code_tried",
        about=_about,
    )
    if told.outcome != Redeemed.DONE:
        # The store's count of tries was kept: it is refused only now.
        raise IllegalMove(told.words, field="code")
    return page.go(f"/orders/{told.order_no}", said="核销成功，请按订单里的商品交货")


def _about(told: Redemption) -> dict[str, str]:
    return {"outcome": told.outcome.value, "order": told.order_no}


def _redeem(
    session: Session, sealer: Sealer, code: str, store_id: int, actor: str, now: datetime
) -> Redemption:
    return codes.redeem(session, sealer, code, store_id=store_id, actor=actor, now=now)


def _stores_and_fetched(
    session: Session,
) -> tuple[Sequence[Store], Sequence[tuple[PickupCode, str, str]]]:
    stores = session.exec(select(Store).order_by(col(Store.id))).all()
    fetched = session.exec(
        select(PickupCode, Order.order_no, Store.name)
        .join(Order, col(Order.id) == col(PickupCode.order_id))
        .join(Store, col(Store.id) == col(PickupCode.store_id))
        .where(col(PickupCode.redeemed_at).is_not(None))
        .order_by(col(PickupCode.redeemed_at).desc())
        .limit(LATEST)
    ).all()
    return stores, fetched


ROUTES: Final = (
    Route("GET", "/pickup", Permission.SHIP, show),
    Route("POST", "/pickup", Permission.SHIP, redeem),
)
