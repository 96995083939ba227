"""Group-buys, flash sales and bargains as an operator works on them at the command line."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from bot.counter import ACTOR, at_counter
from bot.handlers.group_buy_disclosure import COMPLETED_BY_SHOP, MAY_BE_COMPLETED
from bot.settings import Settings
from commerce.bargains import activities
from commerce.bargains.importing import read_bargains
from commerce.flash_sales import planning
from commerce.flash_sales.importing import read_sales
from commerce.flash_sales.tables import SaleState
from commerce.group_buys import entries
from commerce.group_buys.activities import Tier, Tiers, list_tiers, tiers_of
from commerce.group_buys.importing import read_group_buys
from commerce.group_buys.tables import GroupActivity
from commerce.inserting import id_of
from commerce.money import yuan
from commerce.shanghai import SHANGHAI

SALE_STATES: Final = {
    SaleState.PLANNED: "已计划",
    SaleState.ON: "已备货",
    SaleState.OVER: "已结束",
    SaleState.CALLED_OFF: "已取消",
}


def import_file(settings: Settings, path: Path) -> str:
    """Write what a file holds, all of it or none; what that was. Raises ShopError.

    What is new is off, but for sales: they begin by the clock.
    """
    with at_counter(settings) as desk:
        sales = read_sales(desk.session, path, desk.now)
        bargains = read_bargains(desk.session, path)
        groups = list(read_group_buys(desk.session, path, desk.now))
        for group in groups:
            entries.save_activity(
                desk.session, group, actor=ACTOR, reason=f"导入{path.name}", now=desk.now
            )
        for sale in sales:
            planning.plan(desk.session, sale, desk.now)
        for bargain in bargains:
            activities.plan(desk.session, bargain, desk.now)
    return f"拼团{len(groups)}个，秒杀{len(sales)}场，砍价{len(bargains)}个。"


def list_lines(settings: Settings) -> Iterator[str]:
    """A line of cells, parted by tabs, for each group-buy, flash sale and bargain activity."""
    with at_counter(settings) as desk:
        groups = entries.list_all(desk.session)
        tiers = list_tiers(desk.session, [id_of(each) for each in groups])
        for group in groups:
            yield _group_line(group, tiers[id_of(group)])
        for sale in planning.list_sales(desk.session):
            times = _times(sale.starts_at, sale.ends_at)
            state = SALE_STATES[SaleState(sale.state)]
            yield "\t".join(("秒杀", str(id_of(sale)), sale.key, sale.name, times, state))
        for each in activities.list_all(desk.session):
            terms = f"底价{yuan(each.floor)} {each.helpers}人"
            state = f"已打开（{each.acknowledged_by}确认）" if each.is_on else "没打开"
            yield "\t".join(("砍价", str(id_of(each)), each.key, each.name, terms, state))


def call_off_sale(settings: Settings, sale_id: int) -> str:
    """End a sale before its time; what happened. Raises NotFound."""
    with at_counter(settings) as desk:
        is_done = planning.call_off(desk.session, sale_id, actor=ACTOR, now=desk.now)
    return "已取消，没卖出的放回了库存。" if is_done else "这场秒杀已经结束了。"


def switch_bargain(
    settings: Settings, activity_id: int, *, is_on: bool, is_acknowledged: bool = False
) -> str:
    """Switch a bargain activity on or off; what that means. Raises ShopError."""
    with at_counter(settings) as desk:
        if not is_on:
            activities.switch_off(desk.session, activity_id, actor=ACTOR, now=desk.now)
            return "已关掉。已经到底价的还能按底价下单。"
        activities.switch_on(
            desk.session, activity_id, is_acknowledged=is_acknowledged, actor=ACTOR, now=desk.now
        )
    return "已打开，确认的人和时间已记下。"


def switch_group(settings: Settings, key: str, *, is_on: bool, reason: str) -> str:
    """Switch a group-buy on or off, audited; what that means. Raises ShopError."""
    with at_counter(settings) as desk:
        group = entries.switch(
            desk.session, key, is_on=is_on, actor=ACTOR, reason=reason, now=desk.now
        )
        if not is_on:
            return f"“{group.name}”已关掉：不能再开团、参团。开着的团照常到期，成团或全额退款。"
        return f"“{group.name}”已打开，开团时间：{_times(group.starts_at, group.ends_at)}。"


def complete_groups(settings: Settings, key: str, percent: int | None, *, reason: str) -> str:
    """Let the shop complete groups from so many per cent of their first tier; None: never.

    What customers will read of it, and what is kept. Raises ShopError.
    """
    with at_counter(settings) as desk:
        known = entries.find_activity(desk.session, key)
        is_new = known is not None and known.virtual_percent != percent
        group = entries.set_virtual_percent(
            desk.session, key, percent, actor=ACTOR, reason=reason, now=desk.now
        )
        heads = tiers_of(desk.session, group).first.heads
    said = [f"“{group.name}”不由商家补齐：到期人数不够的团全额退款。"]
    if percent is not None:
        said = list(_completion(group.name, heads, percent))
    said.append("谁改的、为什么改，已记录。" if is_new else "原来就是这样，没有改动。")
    return "\n".join(said)


def _completion(name: str, heads: int, percent: int) -> Iterator[str]:
    least = -(-percent * heads // 100)
    if least == heads:
        yield f"“{name}”{heads}人成团，它的{percent}%还是{heads}人：按这个比例不会补齐任何团。"
    else:
        yield f"“{name}”的团到期时满{least}人、不到{heads}人，由商家补齐成团。"
    yield f"顾客开团、参团前会读到：“{MAY_BE_COMPLETED}”"
    yield f"补齐以后，成团消息和团页面写明：“{COMPLETED_BY_SHOP.format(heads='N')}”"
    yield "每个补齐的团，当时的人数和比例都会记录。"


def _group_line(group: GroupActivity, tiers: Tiers) -> str:
    terms = " ".join(_tier(each) for each in tiers.all)
    window = f" {_times(group.starts_at, group.ends_at)}"
    state = "已打开" if group.is_on else "没打开"
    if group.virtual_percent is not None:
        state += f"（满{group.virtual_percent}%由商家补齐）"
    return "\t".join(("拼团", str(id_of(group)), group.key, group.name, terms + window, state))


def _tier(tier: Tier) -> str:
    least, most = min(tier.prices.values()), max(tier.prices.values())
    return f"{tier.heads}人{yuan(least)}{'起' if least < most else ''}"


def _times(starts_at: datetime | None, ends_at: datetime | None) -> str:
    if starts_at is None and ends_at is None:
        return "长期"
    return f"{_clock(starts_at)}–{_clock(ends_at)}"


def _clock(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment.astimezone(SHANGHAI):%m-%d %H:%M}"
