"""Cards of what is bought under a deal: a group-buy, a flash sale, a bargain.

A title may lose the end of the product's name, never what is missing, the time left or the price.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from commerce.bargains.tables import Bargain
from commerce.flash_sales.queries import ItemSeen, moment_in_words
from commerce.group_buys.queries import ActivitySeen, GroupSeen
from commerce.group_buys.tables import GroupState
from commerce.money import yuan
from miniprogram_cards.cards import CardContent
from miniprogram_cards.limits import cut_to_bytes
from miniprogram_cards.paths import (
    BARGAIN_PAGE,
    FLASH_SALE_PAGE,
    GROUP_BUY_PAGE,
    GROUP_PAGE,
    ORDER_PAGE,
    CardPath,
    build,
)
from miniprogram_cards.seat_pictures import picture_of

_A_MINUTE: Final = timedelta(minutes=1)


def activity_card(
    activity: ActivitySeen, picture: str, source: str, promoter: str = ""
) -> CardContent:
    """The card on which a group is opened, with the price that everybody pays at first."""
    first = activity.tiers.first
    return CardContent(
        title=cut_to_bytes(
            activity.title, keep_end=f" {first.heads}人团{price_from(first.prices.values())}"
        ),
        path=build(CardPath(GROUP_BUY_PAGE, str(activity.id), source, promoter)),
        picture=picture,
    )


def group_card(group: GroupSeen, now: datetime, source: str, promoter: str = "") -> CardContent:
    """The card of a group to be passed on or joined; its picture shows who is in it."""
    return CardContent(
        title=cut_to_bytes(group.activity.title, keep_end=f" {_where_it_is(group, now)}"),
        path=build(CardPath(GROUP_PAGE, group.group_no, source, promoter)),
        picture=picture_of(group.seats, group.paid, group.initials),
    )


def unpaid_seat_card(group: GroupSeen, now: datetime, source: str) -> CardContent:
    """The card of one's own order in a group, which has no seat before it is paid."""
    left = time_left(group.expires_at, now)
    state = f"待付款 还差{group.missing}人 剩{left}"
    return CardContent(
        title=cut_to_bytes(group.activity.title, keep_end=f" {state}"),
        path=build(CardPath(ORDER_PAGE, group.order_no, source)),
        picture=picture_of(group.seats, group.paid, group.initials),
    )


def flash_card(item: ItemSeen, now: datetime, source: str, promoter: str = "") -> CardContent:
    """The card of a sale by one of its items."""
    if not item.sale.is_running:
        state = f"{moment_in_words(item.sale.starts_at, now)}开抢"
    else:
        state = f"剩{item.left}件" if item.left else "抢完了"
    return CardContent(
        title=cut_to_bytes(item.title, keep_end=f" 秒杀{yuan(item.price)} {state}"),
        path=build(CardPath(FLASH_SALE_PAGE, str(item.sale.sale_id), source, promoter)),
        picture=item.picture,
    )


def bargain_card(
    bargain: Bargain, title: str, picture: str, source: str, promoter: str = ""
) -> CardContent:
    """The card of a bargain: its owner buys there, friends help there."""
    lacks = bargain.helpers - bargain.helped
    state = f"现价{yuan(bargain.price)} 还差{lacks}人" if lacks else f"底价{yuan(bargain.price)}"
    return CardContent(
        title=cut_to_bytes(title, keep_end=f" {state}"),
        path=build(CardPath(BARGAIN_PAGE, bargain.bargain_no, source, promoter)),
        picture=picture,
    )


def price_from(prices: Iterable[int]) -> str:
    """The lowest of some prices: `¥29`, or `¥29起` where they differ."""
    different = set(prices)
    return f"{yuan(min(different))}{'起' if len(different) > 1 else ''}"


def time_left(until: datetime, now: datetime) -> str:
    """How long it is until then, to the minute: `1天3小时`, `2小时`, `1小时5分钟`, `30分钟`."""
    minutes = max(1, round((until - now) / _A_MINUTE))
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days}天{hours}小时" if hours else f"{days}天"
    if hours:
        return f"{hours}小时{minutes}分钟" if minutes else f"{hours}小时"
    return f"{minutes}分钟"


def _where_it_is(group: GroupSeen, now: datetime) -> str:
    if group.state == GroupState.SUCCEEDED:
        return "已成团"
    if group.state == GroupState.FAILED or group.expires_at <= now:
        return "已结束"
    tiers, left = group.activity.tiers, time_left(group.expires_at, now)
    if group.missing:
        price = price_from(tiers.first.prices.values())
        return f"{price} 还差{group.missing}人 剩{left}"
    following = tiers.after(group.paid)
    if following is None:
        return "已满员"
    price = price_from(following.prices.values())
    return f"还差{group.missing_to_next}人到{price} 剩{left}"
