"""The navigation at the side: what somebody's role lets them open."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Final

from bot.staff.permissions import Permission, Signed


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu."""

    words: str
    path: str
    """Below /console, without parameters."""
    permission: Permission
    icon: str
    """The id of a symbol in static/icons.svg."""
    beneath: tuple[str, ...] = ()
    """Where pages that belong to it lie, besides its own path."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A line as somebody sees it."""

    words: str
    address: str
    icon: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Lines that belong together."""

    words: str
    entries: Sequence[Shown]


MENU: Final = (
    (
        "接待",
        (
            Entry("会话", "/inbox", Permission.CONVERSE, "chat", beneath=("/talks",)),
            Entry("顾客", "/customers", Permission.READ_CUSTOMERS, "people"),
            Entry("快捷话术", "/canned", Permission.MANAGE_SETTINGS, "bolt"),
        ),
    ),
    (
        "订单",
        (
            Entry("订单", "/orders", Permission.READ_ORDERS, "box"),
            Entry("售后", "/after-sales", Permission.READ_ORDERS, "return"),
            Entry("退款", "/refunds", Permission.DECIDE_AFTER_SALE, "refund"),
            Entry("发票", "/invoices", Permission.SHIP, "receipt"),
            Entry("自提核销", "/pickup", Permission.SHIP, "store"),
        ),
    ),
    (
        "商品与营销",
        (
            Entry("商品", "/products", Permission.READ_GOODS, "tag"),
            Entry("运费和门店", "/freight", Permission.READ_GOODS, "box"),
            Entry("优惠券", "/coupons", Permission.READ_GOODS, "ticket"),
            Entry("拼团", "/group-buys", Permission.READ_GOODS, "group"),
            Entry("秒杀", "/flash-sales", Permission.READ_GOODS, "bolt"),
            Entry("砍价", "/bargains", Permission.READ_GOODS, "scissors"),
            Entry("直播", "/lives", Permission.READ_GOODS, "live"),
            Entry("知识库", "/knowledge", Permission.EDIT_ANSWERS, "book"),
        ),
    ),
    (
        "社群营销",
        (
            Entry("营销活动", "/campaigns", Permission.EDIT_CAMPAIGNS, "megaphone"),
            Entry(
                "客户群",
                "/communities",
                Permission.READ_CUSTOMERS,
                "group",
                beneath=("/community-codes", "/community-welcomes"),
            ),
            Entry("人群", "/segments", Permission.EDIT_CAMPAIGNS, "people"),
            Entry(
                "群发任务",
                "/mass-tasks",
                Permission.EDIT_CAMPAIGNS,
                "send",
                beneath=("/campaign-terms",),
            ),
            Entry("复购", "/cohorts", Permission.EDIT_CAMPAIGNS, "repeat"),
        ),
    ),
    (
        "获客",
        (
            Entry("企微活码", "/contact-codes", Permission.EDIT_PROMOTIONS, "qr"),
            Entry("欢迎语", "/welcomes", Permission.EDIT_PROMOTIONS, "smile"),
            Entry("顾客标签", "/tags", Permission.EDIT_PROMOTIONS, "tag"),
            Entry("分销员", "/distribution", Permission.READ_FIGURES, "share"),
            Entry("提现", "/withdrawals", Permission.PAY_OUT, "wallet"),
        ),
    ),
    (
        "经营",
        (
            Entry("数据看板", "/dashboard", Permission.READ_FIGURES, "chart"),
            Entry("对账", "/reconciliation", Permission.MEND, "scales"),
            Entry("异常处理", "/mending", Permission.MEND, "wrench"),
            Entry("隐私请求", "/privacy", Permission.DECIDE_AFTER_SALE, "shield"),
        ),
    ),
    (
        "店铺",
        (
            Entry("员工", "/staff", Permission.MANAGE_STAFF, "badge"),
            Entry("接待设置", "/settings", Permission.MANAGE_SETTINGS, "gear"),
            Entry("订阅通知", "/notice-templates", Permission.MANAGE_SETTINGS, "bell"),
            Entry("操作记录", "/audit", Permission.READ_AUDIT, "log"),
        ),
    ),
)


def menu_of(staff: Signed, path: str, pages: Container[str]) -> Sequence[Group]:
    """What somebody at `path` sees of the menu, as far as there are such pages."""
    shown = [
        Group(
            words,
            [
                Shown(each.words, f"/console{each.path}", each.icon, _is_here(each, path))
                for each in entries
                if staff.may(each.permission) and each.path in pages
            ],
        )
        for words, entries in MENU
    ]
    return [group for group in shown if group.entries]


def home_of(staff: Signed, pages: Container[str]) -> str:
    """Where somebody begins: the first page of their menu."""
    shown = (entry.address for group in menu_of(staff, "", pages) for entry in group.entries)
    return next(shown, "/console/account")


def _is_here(entry: Entry, path: str) -> bool:
    below = path.removeprefix("/console")
    return any(
        below == each or below.startswith(f"{each}/") for each in (entry.path, *entry.beneath)
    )
