"""Pages of membership: levels, tasks, the points mall, and what is owed for points."""

from collections.abc import Mapping, Sequence
from typing import Final

from aiohttp import web
from sqlmodel import Session, col, select

from bot.console.page import Page
from bot.console.pages.seen import FIELD, hold, mark_of, refuse_changed
from bot.console.pages.shown import actor_of
from bot.console.pages.written import fen, find_number, in_yuan, number
from bot.console.paging import Paged, page_of
from bot.console.route import Route
from bot.staff.permissions import Permission
from commerce.errors import InvalidInput
from commerce.membership import sending
from commerce.membership.editing import save_item, save_level, save_task
from commerce.membership.levels import list_levels
from commerce.membership.tables import MallItem, MemberTask, Redemption, RedemptionState, TaskKind
from commerce.promotions.tables import CouponTemplate

STATES: Final[Mapping[str, str]] = {
    RedemptionState.WAITING: "待寄出",
    RedemptionState.DONE: "已完成",
    RedemptionState.CALLED_OFF: "已退回",
}
TONES: Final[Mapping[str, str]] = {
    RedemptionState.WAITING: "warn",
    RedemptionState.DONE: "good",
    RedemptionState.CALLED_OFF: "",
}
TASKS: Final[Mapping[str, str]] = {
    TaskKind.BIRTHDAY: "告诉生日",
    TaskKind.FOLLOW: "关注公众号",
    TaskKind.FIRST_ORDER: "第一笔订单收货",
}
LONGEST_TRACKING: Final = 60


async def show(page: Page) -> web.StreamResponse:
    """Levels, tasks, and what points buy."""
    return page.html(
        "pages/membership.html",
        title="会员和积分",
        levels=await page.read(list_levels),
        tasks=await page.read(_tasks),
        kinds=TASKS,
        items=await page.read(_items),
        mark_of_item=_mark_of_item,
        coupons=await page.read(_coupons),
        in_yuan=in_yuan,
    )


async def write_level(page: Page) -> web.StreamResponse:
    """Write a level, over the one of its name; members are where their purchases put them."""
    form = await page.form()
    name = form.get("name", "")
    threshold = fen(form.get("threshold", ""), "门槛", "threshold")
    price = number(form.get("price_percent", ""), "会员价", "price_percent")
    earn = number(form.get("earn_percent", ""), "积分倍数", "earn_percent")
    about = {"threshold": threshold, "price_percent": price, "earn_percent": earn}
    await page.write(
        lambda session: save_level(
            session, name, threshold=threshold, price_percent=price, earn_percent=earn
        ),
        did="member_level.saved",
        about=about,
    )
    return page.go("/coupons/membership", said="等级已保存")


async def write_task(page: Page) -> web.StreamResponse:
    """Write what a task is called and worth."""
    form = await page.form()
    kind, points = form.get("kind", ""), number(form.get("points", ""), "积分", "points")
    await page.write(
        lambda session: save_task(
            session,
            kind,
            title=form.get("title", ""),
            points=points,
            is_open=form.get("is_open") == "yes",
        ),
        did="member_task.saved",
        about={"kind": kind if kind in TASKS else "", "points": points},
    )
    return page.go("/coupons/membership", said="任务已保存")


async def write_item(page: Page) -> web.StreamResponse:
    """Write a thing of the points mall."""
    form = await page.form()
    points = number(form.get("points", ""), "积分", "points")
    added = _change(form.get("added", ""))
    title = form.get("title", "")

    def write(session: Session) -> None:
        known = hold(session, select(MallItem).where(MallItem.title == title.strip()))
        if known is not None:
            refuse_changed(form.get(FIELD, ""), *_shown(known))
        save_item(
            session,
            title,
            points=points,
            added=added,
            most_each=find_number(form.get("most_each", ""), "每人最多", "most_each"),
            coupon_template_id=find_number(form.get("coupon", ""), "优惠券", "coupon"),
            is_open=form.get("is_open") == "yes",
        )

    about = {"points": points, "added": added}
    await page.write(write, did="mall_item.saved", about=about)
    return page.go("/coupons/membership", said="积分商品已保存")


async def show_redemptions(page: Page) -> web.StreamResponse:
    """What was had for points; what waits to be sent first."""
    text, state = page.query("q"), page.query("state")
    return page.html(
        "pages/redemptions.html",
        title="积分兑换",
        found=await page.read(_redemptions, text, state, page.number),
        text=text,
        state=state,
        states=STATES,
        tones=TONES,
    )


async def mark_sent(page: Page) -> web.StreamResponse:
    """The thing is on its way; its owner is told."""
    number_of_it, tracking = (
        page.match("number"),
        (await page.form()).get("tracking_no", "").strip(),
    )
    if not 0 < len(tracking) <= LONGEST_TRACKING:
        raise InvalidInput(f"请写快递和单号，最多{LONGEST_TRACKING}个字", field="tracking_no")
    await page.write(
        lambda session: sending.mark_sent(
            session, number_of_it, tracking, actor=actor_of(page), now=page.now
        ),
        did="redemption.sent",
        about={"redemption": number_of_it},
    )
    return page.go("/coupons/redemptions", said="已登记寄出，顾客会收到通知")


async def call_off(page: Page) -> web.StreamResponse:
    """It cannot be sent: points and piece go back."""
    number_of_it = page.match("number")
    await page.write(
        lambda session: sending.call_off(session, number_of_it, actor=actor_of(page), now=page.now),
        did="redemption.called_off",
        about={"redemption": number_of_it},
    )
    return page.go("/coupons/redemptions", said="积分已退回给顾客")


def _shown(item: MallItem) -> tuple[object, ...]:
    """What the form of a thing shows, with all that was ever put in: what is left changes with
    every customer."""
    put_in = item.stock + item.redeemed
    return item.points, put_in, item.most_each, item.coupon_template_id, item.is_open


def _mark_of_item(item: MallItem | None) -> str:
    """What the form of a thing brings back; that of a new one has seen nothing."""
    return mark_of() if item is None else mark_of(*_shown(item))


def _change(written: str) -> int:
    text = written.strip()
    if not text:
        return 0
    pieces = number(text.lstrip("+-"), "补货件数", "added")
    return -pieces if text.startswith("-") else pieces


def _tasks(session: Session) -> dict[str, MemberTask]:
    return {task.kind: task for task in session.exec(select(MemberTask))}


def _items(session: Session) -> Sequence[MallItem]:
    return session.exec(select(MallItem).order_by(col(MallItem.points), col(MallItem.id))).all()


def _coupons(session: Session) -> dict[int, str]:
    found = session.exec(select(CouponTemplate.id, CouponTemplate.name))
    return {coupon: name for coupon, name in found if coupon is not None}


def _redemptions(session: Session, text: str, state: str, page: int) -> Paged[Redemption]:
    waits = col(Redemption.state) == RedemptionState.WAITING
    statement = select(Redemption).order_by(waits.desc(), col(Redemption.id).desc())
    if state in STATES:
        statement = statement.where(Redemption.state == state)
    if text:
        statement = statement.where(
            (col(Redemption.redemption_no) == text)
            | col(Redemption.title).contains(text, autoescape=True)
        )
    return page_of(session, statement, page)


_EDIT: Final = Permission.EDIT_PROMOTIONS
_REDEMPTION: Final = "/coupons/redemptions/{number:[A-Z0-9]{1,30}}"
ROUTES: Final = (
    Route("GET", "/coupons/membership", Permission.READ_GOODS, show),
    Route("POST", "/coupons/levels", _EDIT, write_level),
    Route("POST", "/coupons/tasks", _EDIT, write_task),
    Route("POST", "/coupons/mall-items", _EDIT, write_item),
    Route("GET", "/coupons/redemptions", Permission.READ_ORDERS, show_redemptions),
    Route("POST", f"{_REDEMPTION}/sent", Permission.SHIP, mark_sent),
    Route("POST", f"{_REDEMPTION}/calling-off", Permission.SHIP, call_off),
)
