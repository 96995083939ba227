"""Flash sales and bargains as an operator works on them at the command line."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from bot.counter import ACTOR, at_counter
from bot.settings import Settings
from commerce.bargains import activities
from commerce.bargains.importing import read_bargains
from commerce.flash_sales import planning
from commerce.flash_sales.importing import read_sales
from commerce.flash_sales.tables import SaleState
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
    """Write what a file holds, all of it or none; what that was. Raises ShopError."""
    with at_counter(settings) as desk:
        sales = read_sales(desk.session, path, desk.now)
        bargains = read_bargains(desk.session, path)
        for sale in sales:
            planning.plan(desk.session, sale, desk.now)
        for bargain in bargains:
            activities.plan(desk.session, bargain, desk.now)
    return f"秒杀{len(sales)}场，砍价{len(bargains)}个。"


def list_lines(settings: Settings) -> Iterator[str]:
    """A line of cells, parted by tabs, for each flash sale and each bargain activity."""
    with at_counter(settings) as desk:
        for sale in planning.list_sales(desk.session):
            times = f"{_clock(sale.starts_at)}–{_clock(sale.ends_at)}"
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


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%m-%d %H:%M}"
