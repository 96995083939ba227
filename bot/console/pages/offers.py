"""Pages of discounts for a time, and of 满减送."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aiohttp import web
from sqlmodel import Session, col, select

from bot.console.page import Page
from bot.console.pages.product_list import list_names
from bot.console.pages.scope_form import (
    read_categories,
    read_products,
    state_of,
    window,
    write_products,
)
from bot.console.pages.written import fen, find_fen, find_number, in_yuan, local
from bot.console.paging import Paged, page_of
from bot.console.route import Route
from bot.staff.permissions import Permission
from commerce.catalogue.tables import Category, Variant
from commerce.errors import InvalidInput, NotFound
from commerce.inserting import id_of
from commerce.pricing.values import Rung
from commerce.promotions.describing import rung_rule
from commerce.promotions.drafts import MOST_RUNGS, RewardDraft, TimedDraft
from commerce.promotions.entries import save_reward, save_timed
from commerce.promotions.tables import RewardActivity, RewardRung, TimedDiscount, TimedPrice


@dataclass(frozen=True, slots=True)
class TimedRow:
    """A discount with its prices: sku and fen."""

    discount: TimedDiscount
    prices: Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class RewardRow:
    """A 满减送 with its rungs."""

    activity: RewardActivity
    rungs: Sequence[Rung]

    @property
    def rules(self) -> list[str]:
        """Each rung in words."""
        return [rung_rule(rung) for rung in self.rungs]


async def show_timed(page: Page) -> web.StreamResponse:
    """Discounts for a time."""
    found = await page.read(_list_timed, page.query("q"), page.number)
    return page.html(
        "pages/timed.html", title="限时折扣", found=found, text=page.query("q"), state_of=state_of
    )


async def show_timed_form(page: Page) -> web.StreamResponse:
    """The form of one, or of a new one."""
    key = page.query("key")
    row = await page.read(_get_timed, key) if key else None
    return page.html(
        "pages/timed_form.html", title="限时折扣", row=row, in_yuan=in_yuan, local=local
    )


async def write_timed(page: Page) -> web.StreamResponse:
    """Write a discount with all its prices."""
    form = await page.form()

    def write(session: Session) -> None:
        starts_at, ends_at = window(form, "starts_at", "ends_at")
        key = form.get("key", "").strip()
        _refuse_known(session, TimedDiscount, form, key)
        draft = TimedDraft(
            key=key,
            name=form.get("name", "").strip(),
            prices=_prices(session, form.get("prices", "")),
            starts_at=starts_at,
            ends_at=ends_at,
            is_active=form.get("is_active") == "yes",
        )
        save_timed(session, draft, page.now)

    await page.write(write, did="timed_discount.saved", about={"key": form.get("key", "")[:40]})
    return page.go("/coupons/timed", said="限时折扣已保存")


async def show_rewards(page: Page) -> web.StreamResponse:
    """Every 满减送."""
    found = await page.read(_list_rewards, page.query("q"), page.number)
    return page.html(
        "pages/rewards.html", title="满减送", found=found, text=page.query("q"), state_of=state_of
    )


async def show_reward_form(page: Page) -> web.StreamResponse:
    """The form of one, or of a new one."""
    key = page.query("key")
    row = await page.read(_get_reward, key) if key else None
    products = "" if row is None else await page.read(write_products, row.activity.products)
    return page.html(
        "pages/reward_form.html",
        title="满减送",
        row=row,
        products=products,
        most=MOST_RUNGS,
        categories=await page.read(list_names, Category),
        in_yuan=in_yuan,
        local=local,
    )


async def write_reward(page: Page) -> web.StreamResponse:
    """Write a 满减送 with all its rungs."""
    form, chosen = await page.form(), await page.many("categories")

    def write(session: Session) -> None:
        starts_at, ends_at = window(form, "starts_at", "ends_at")
        key = form.get("key", "").strip()
        known = _refuse_known(session, RewardActivity, form, key)
        draft = RewardDraft(
            key=key,
            name=form.get("name", "").strip(),
            rungs=_rungs(form, () if known is None else _rungs_of(session, id_of(known))),
            categories=read_categories(session, chosen),
            products=read_products(session, form.get("products", "")),
            starts_at=starts_at,
            ends_at=ends_at,
            priority=find_number(form.get("priority", ""), "先后", "priority") or 0,
            is_active=form.get("is_active") == "yes",
        )
        save_reward(session, draft, page.now)

    await page.write(write, did="reward.saved", about={"key": form.get("key", "")[:40]})
    return page.go("/coupons/rewards", said="满减送已保存")


def _prices(session: Session, written: str) -> dict[int, int]:
    """Lines such as `A-1 19.90` as fen by variant. Raises InvalidInput naming the line."""
    prices: dict[int, int] = {}
    for number, line in enumerate(filter(None, map(str.strip, written.splitlines())), 1):
        sku, _, price = line.rpartition(" ")
        variant_id = session.exec(select(Variant.id).where(Variant.sku == sku.strip())).first()
        if variant_id is None:
            raise InvalidInput(
                f"第{number}行写成“货号 价格”，没有货号“{sku.strip() or line}”", field="prices"
            )
        prices[variant_id] = fen(price, f"第{number}行的价格", "prices")
    if not prices:
        raise InvalidInput("请至少写一个规格的限时价", field="prices")
    return prices


def _rungs(form: Mapping[str, str], before: Sequence[Rung]) -> tuple[Rung, ...]:
    """The rungs of a form; coupons that a rung gave already it goes on giving."""
    gifts = {(rung.fen, rung.pieces): rung.coupon_templates for rung in before}
    rungs = []
    for place in range(MOST_RUNGS):
        reach = form.get(f"rung-{place}-reach", "").strip()
        if not reach:
            continue
        is_pieces = form.get(f"rung-{place}-by") == "pieces"
        amount = None if is_pieces else fen(reach, "满的金额", f"rung-{place}-reach")
        pieces = find_number(reach, "满的件数", f"rung-{place}-reach") if is_pieces else None
        rungs.append(
            Rung(
                fen=amount,
                pieces=pieces,
                off=find_fen(form.get(f"rung-{place}-off", ""), "减", f"rung-{place}-off") or 0,
                frees_freight=form.get(f"rung-{place}-free") == "yes",
                points=find_number(
                    form.get(f"rung-{place}-points", ""), "积分", f"rung-{place}-points"
                )
                or 0,
                coupon_templates=gifts.get((amount, pieces), ()),
            )
        )
    return tuple(rungs)


def _list_timed(session: Session, text: str, page: int) -> Paged[TimedRow]:
    statement = select(TimedDiscount).order_by(col(TimedDiscount.id).desc())
    if text:
        statement = statement.where(col(TimedDiscount.name).contains(text, autoescape=True))
    found = page_of(session, statement, page)
    return Paged(
        [_timed(session, each) for each in found.items], found.page, found.pages, found.total
    )


def _get_timed(session: Session, key: str) -> TimedRow:
    found = session.exec(select(TimedDiscount).where(TimedDiscount.key == key)).first()
    if found is None:
        raise NotFound("没有这个限时折扣", key=key)
    return _timed(session, found)


def _timed(session: Session, discount: TimedDiscount) -> TimedRow:
    prices = (
        select(Variant.sku, TimedPrice.price)
        .join(TimedPrice, col(TimedPrice.variant_id) == col(Variant.id))
        .where(TimedPrice.discount_id == discount.id)
        .order_by(Variant.sku)
    )
    return TimedRow(discount, session.exec(prices).all())


def _list_rewards(session: Session, text: str, page: int) -> Paged[RewardRow]:
    statement = select(RewardActivity).order_by(col(RewardActivity.id).desc())
    if text:
        statement = statement.where(col(RewardActivity.name).contains(text, autoescape=True))
    found = page_of(session, statement, page)
    rows = [RewardRow(each, _rungs_of(session, id_of(each))) for each in found.items]
    return Paged(rows, found.page, found.pages, found.total)


def _get_reward(session: Session, key: str) -> RewardRow:
    found = session.exec(select(RewardActivity).where(RewardActivity.key == key)).first()
    if found is None:
        raise NotFound("没有这个满减送", key=key)
    return RewardRow(found, _rungs_of(session, id_of(found)))


def _rungs_of(session: Session, activity_id: int) -> list[Rung]:
    rungs = select(RewardRung).where(RewardRung.activity_id == activity_id)
    return [
        Rung(
            each.fen,
            each.pieces,
            each.off,
            each.frees_freight,
            each.points,
            tuple(each.coupon_templates),
        )
        for each in session.exec(rungs.order_by(col(RewardRung.id)))
    ]


def _refuse_known[Row: (TimedDiscount, RewardActivity)](
    session: Session, table: type[Row], form: Mapping[str, str], key: str
) -> Row | None:
    """What has that key already. Raises InvalidInput when something new was meant."""
    known = session.exec(select(table).where(table.key == key)).first()
    if known is not None and form.get("is_new") == "yes":
        raise InvalidInput("这个编号已经有了，换一个吧", field="key")
    return known


_EDIT: Final = Permission.EDIT_PROMOTIONS
ROUTES: Final = (
    Route("GET", "/coupons/timed", Permission.READ_GOODS, show_timed),
    Route("GET", "/coupons/timed/form", _EDIT, show_timed_form),
    Route("POST", "/coupons/timed", _EDIT, write_timed),
    Route("GET", "/coupons/rewards", Permission.READ_GOODS, show_rewards),
    Route("GET", "/coupons/rewards/form", _EDIT, show_reward_form),
    Route("POST", "/coupons/rewards", _EDIT, write_reward),
)
