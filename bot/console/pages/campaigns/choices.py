"""What the editor of campaigns offers to choose from."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session, col, or_, select

from bot.console.pages.campaigns.drafting import DELAYED
from bot.console.pages.campaigns.entered import Entered
from bot.console.pages.campaigns.plan_words import ENDS, TRIGGERS, WEEKDAYS
from bot.console.pages.campaigns.words import AUDIENCES, KINDS, PURPOSES
from campaigns.composer import TEXT_BYTES
from campaigns.drafting_rules import ROUTE_NAMES
from campaigns.placeholders import PLACEHOLDERS
from campaigns.ports import SERVICE_ONLY, Route
from campaigns.segment_tables import Segment
from campaigns.segments.saving import list_segments
from campaigns.shapes import EarlyEnd
from commerce.catalogue.tables import Product
from commerce.community.queries import list_owners
from commerce.community.tables import CommunityGroup, CommunityTag
from commerce.customers.tags import list_all_tags
from commerce.group_buys.tables import GroupActivity
from commerce.promotions.tables import CouponTemplate

MOST: Final = 200
"""Products that are offered: those that sell best, and those that are chosen already."""

type Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Choices:
    """By field, pairs of value and words. One to a page."""

    segments: Pairs
    tags: Pairs
    products: Pairs
    group_buys: Pairs
    coupons: Pairs
    groups: Pairs
    group_tags: Pairs
    owners: Pairs
    routes: Pairs
    """Those that are chosen first, in their order."""

    @property
    def shown(self) -> Mapping[str, Any]:
        """What is the same for everybody."""
        return _FIXED


def choices_of(session: Session, entered: Entered, now: datetime) -> Choices:
    """What may be chosen now, with what is chosen already."""
    attached = [each for step in entered.steps for arm in step.arms for each in arm.attachments]

    def chosen(kind: str) -> list[str]:
        return [each.ref for each in attached if each.kind == kind]

    return Choices(
        segments=_segments(session, entered),
        tags=[
            (str(each.id), f"{each.group_name} / {each.name}") for each in list_all_tags(session)
        ],
        products=_products(session, _ids(chosen("product"))),
        group_buys=_group_buys(session, _ids(chosen("group_buy")), now),
        coupons=_coupons(session, chosen("coupon")),
        groups=_groups(session, entered.chat_ids),
        group_tags=_with_chosen(session.exec(_TAGS), entered.tags),
        owners=_with_chosen(list_owners(session), entered.owners),
        routes=_routes(entered),
    )


def rules_of(session: Session) -> Mapping[str, Any]:
    """The rules of the segments in use, by id as forms write it."""
    return {str(each.id): each.rule for each in list_segments(session)}


def _segments(session: Session, entered: Entered) -> Pairs:
    offered = [(str(each.id), each.name) for each in list_segments(session)]
    if entered.segment_id and entered.segment_id not in dict(offered):
        known = [session.get(Segment, number) for number in _ids([entered.segment_id])]
        offered += [(str(each.id), f"{each.name}（已收起）") for each in known if each is not None]
    return offered


def _products(session: Session, chosen: Sequence[int]) -> Pairs:
    best = (
        select(Product.id, Product.title)
        .where(col(Product.on_sale))
        .order_by(col(Product.sales).desc(), col(Product.id))
        .limit(MOST)
    )
    asked = select(Product.id, Product.title).where(col(Product.id).in_(chosen))
    found = {**dict(session.exec(best).all()), **dict(session.exec(asked).all())}
    return [(str(number), title) for number, title in found.items()]


def _group_buys(session: Session, chosen: Sequence[int], now: datetime) -> Pairs:
    goes_on = or_(col(GroupActivity.ends_at).is_(None), col(GroupActivity.ends_at) > now)
    statement = (
        select(GroupActivity.id, GroupActivity.name)
        .where(or_(col(GroupActivity.is_on) & goes_on, col(GroupActivity.id).in_(chosen)))
        .order_by(col(GroupActivity.id).desc())
        .limit(MOST)
    )
    return [(str(number), name) for number, name in session.exec(statement)]


def _coupons(session: Session, chosen: Sequence[str]) -> Pairs:
    statement = (
        select(CouponTemplate.code, CouponTemplate.name)
        .where(or_(col(CouponTemplate.is_active), col(CouponTemplate.code).in_(chosen)))
        .order_by(col(CouponTemplate.id).desc())
        .limit(MOST)
    )
    return list(session.exec(statement).all())


def _groups(session: Session, chosen: Sequence[str]) -> Pairs:
    """What is chosen is always among them: unticked by the page, a campaign to one group would
    become one to all."""
    known = select(CommunityGroup.chat_id, CommunityGroup.name, CommunityGroup.dissolved_at)
    is_open = col(CommunityGroup.dissolved_at).is_(None)
    offered = known.where(is_open).order_by(col(CommunityGroup.name)).limit(MOST)
    asked = known.where(col(CommunityGroup.chat_id).in_(chosen))
    found = {chat_id: f"{chat_id}（已不在）" for chat_id in chosen}
    for chat_id, name, dissolved_at in (*session.exec(asked), *session.exec(offered)):
        found[chat_id] = f"{name or chat_id}{'' if dissolved_at is None else '（已解散）'}"
    return list(found.items())


def _with_chosen(offered: Iterable[str], chosen: Sequence[str]) -> Pairs:
    """The same of words: those that nobody bears any more stay chosen until they are unticked."""
    return [(each, each) for each in dict.fromkeys([*offered, *chosen])]


def _routes(entered: Entered) -> Pairs:
    known = {route.value: words for route, words in ROUTE_NAMES.items()}
    order = dict.fromkeys([*(each for each in entered.routes if each in known), *known])
    return [(each, known[each]) for each in order]


def _ids(written: Sequence[str]) -> list[int]:
    return [int(each) for each in written if each.isascii() and each.isdecimal() and len(each) < 10]


_TAGS: Final = select(CommunityTag.name).distinct().order_by(col(CommunityTag.name))
_FIXED: Final[Mapping[str, Any]] = {
    "kinds": KINDS,
    "audiences": AUDIENCES,
    "purposes": tuple(PURPOSES.items()),
    "triggers": tuple(TRIGGERS.items()),
    "ends": tuple((key, words) for key, words in ENDS.items() if key != EarlyEnd.UNSUBSCRIBED),
    "delayed": " ".join(sorted(DELAYED)),
    "weekdays": tuple((str(number), f"周{words}") for number, words in enumerate(WEEKDAYS, 1)),
    "days": (("all", "每天都可以"), ("workdays", "只在工作日"), ("holidays", "只在休息日")),
    "units": (("minutes", "分钟"), ("hours", "小时"), ("days", "天")),
    "attachments": (
        *(("product", "商品"), ("group_buy", "拼团"), ("coupon", "优惠券")),
        *(("page", "店铺首页"), ("picture", "图片"), ("link", "链接")),
    ),
    "placeholders": tuple(PLACEHOLDERS.values()),
    "limits": {route.value: (ROUTE_NAMES[route], size) for route, size in TEXT_BYTES.items()},
    "service_only": tuple(each.value for each in Route if each in SERVICE_ONLY),
}
