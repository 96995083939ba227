"""From a campaign's content to what one recipient sees: words by route, cards, pictures."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from sqlmodel import Session, col, select

from campaigns import placeholders
from campaigns.placeholders import About
from campaigns.ports import CHATS, Route
from campaigns.shapes import Attachment, AttachmentKind, Content
from commerce.catalogue import queries as catalogue
from commerce.catalogue.tables import Product
from commerce.errors import InvalidInput
from commerce.group_buys import queries as group_buys
from commerce.promotions.coupons import owned_coupon
from commerce.promotions.describing import coupon_rule
from commerce.promotions.tables import CouponTemplate
from commerce.sealing import Sealer
from miniprogram_cards.cards import CardContent, product_card
from miniprogram_cards.deal_cards import activity_card
from miniprogram_cards.limits import ELLIPSIS, visible_characters
from miniprogram_cards.shop_cards import coupon_card, shop_card

TEXT_BYTES: Final[Mapping[Route, int]] = {
    Route.OFFICIAL_ACCOUNT: 2048,
    Route.MINI_PROGRAM: 2048,
    Route.KF: 2048,
    Route.MASS: 4000,
}
"""Of words in UTF-8 (公众号 客服消息; 微信客服 发送消息; 企业微信 创建企业群发)."""
LINK_TITLE_BYTES: Final = 128
TOUCH_FIELD: Final = "source"
PROMOTER_FIELD: Final = "p"
"""What links carry, as cards do."""


@dataclass(frozen=True, slots=True)
class Link:
    """A page outside of the mini-program."""

    title: str
    address: str


@dataclass(frozen=True, slots=True)
class Composed:
    """What is said by each route, with everything beside it. Nothing in it is a placeholder."""

    texts: Mapping[Route, str]
    cards: Sequence[CardContent] = ()
    pictures: Sequence[str] = ()
    links: Sequence[Link] = ()
    notice: Mapping[str, str] = field(default_factory=dict)
    page: str = ""
    """What a subscription message opens: the first card's path."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What cards and links carry: the touch they are known by, and whose promotion it is."""

    touch: str
    promoter: str = ""


class NothingToShow(InvalidInput):
    """What an attachment shows is no longer there."""


def compose(
    session: Session,
    sealer: Sealer,
    content: Content,
    customer_id: int,
    marks: Marks,
    shop_name: str,
    now: datetime,
) -> Composed:
    """What one customer is to see. Raises NothingToShow, with the attachment's `field`."""
    about = About(session, sealer, customer_id, shop_name, now)
    shown = attachments(session, content, marks, now)
    texts: dict[Route, str] = {
        route: placeholders.fill(_words(content, route), about) for route in CHATS
    }
    notice = {name: placeholders.fill(value, about) for name, value in content.notice.items()}
    return _finished(replace(shown, texts=texts, notice=notice))


def compose_task(
    session: Session, content: Content, marks: Marks, shop_name: str, now: datetime
) -> Composed:
    """What all recipients of a mass task are to see. Raises NothingToShow."""
    shown = attachments(session, content, marks, now)
    text = placeholders.fill_shared(_words(content, Route.MASS), shop_name)
    limit = TEXT_BYTES[Route.MASS]
    return replace(shown, texts={Route.MASS: cut_words(text, limit)})


def attachments(session: Session, content: Content, marks: Marks, now: datetime) -> Composed:
    """What stands beside the words. Raises NothingToShow."""
    cards: list[CardContent] = []
    pictures: list[str] = []
    links: list[Link] = []
    for position, each in enumerate(content.attachments):
        match each.kind:
            case AttachmentKind.PICTURE:
                pictures.append(each.ref)
            case AttachmentKind.LINK:
                links.append(Link(each.title, with_marks(each.ref, marks)))
            case _:
                cards.append(_card(session, each, f"attachments.{position}", marks, now))
    page = cards[0].path if cards else ""
    return Composed({}, tuple(cards), tuple(pictures), tuple(links), page=page)


def with_marks(address: str, marks: Marks) -> str:
    """A link that carries what cards carry; what it has of its own stays.

    >>> with_marks("https://shop.example/a?b=1", Marks("cp-d1"))
    'https://shop.example/a?b=1&source=cp-d1'
    """
    parts = urlsplit(address)
    own = [
        each
        for each in parse_qsl(parts.query, keep_blank_values=True)
        if each[0] not in {TOUCH_FIELD, PROMOTER_FIELD}
    ]
    added = [(TOUCH_FIELD, marks.touch)]
    added += [(PROMOTER_FIELD, marks.promoter)] if marks.promoter else []
    return urlunsplit(parts._replace(query=urlencode([*own, *added])))


def cut_words(text: str, limit: int) -> str:
    """The text within so many bytes. What is too long loses the end of what comes before its last
    line, since that says how to unsubscribe."""
    if len(text.encode()) <= limit:
        return text
    before, line_break, last = text.rpartition("\n")
    end = line_break + last
    if not before or len(end.encode()) > limit // 2:
        before, end = text, ""
    room = limit - len((ELLIPSIS + end).encode())
    kept: list[str] = []
    for character in visible_characters(before):
        room -= len(character.encode())
        if room < 0:
            break
        kept.append(character)
    return "".join(kept).rstrip() + ELLIPSIS + end


def _words(content: Content, route: Route) -> str:
    other = content.by_route.get(route.value)
    return content.text if other is None else other.text


def _finished(composed: Composed) -> Composed:
    """Chats have no links of their own: they stand in the words."""
    lines = [f"{link.title}\n{link.address}" for link in composed.links]
    room = links_bytes(composed.links)
    texts = {
        route: _joined(cut_words(text, TEXT_BYTES[route] - room), lines)
        for route, text in composed.texts.items()
    }
    return replace(composed, texts=texts)


def links_bytes(links: Iterable[Link]) -> int:
    """What links take of the words of a chat."""
    return sum(len(f"{link.title}\n{link.address}\n".encode()) for link in links)


def _joined(text: str, lines: Iterable[str]) -> str:
    """Links come whole, before the last line, where the words say how to unsubscribe."""
    before, _, last = text.rpartition("\n")
    return "\n".join(filter(None, (before, *lines, last)))


def _card(
    session: Session, each: Attachment, name: str, marks: Marks, now: datetime
) -> CardContent:
    match each.kind:
        case AttachmentKind.PRODUCT:
            card = _product(session, each, marks)
        case AttachmentKind.GROUP_BUY:
            card = _group_buy(session, each, marks, now)
        case AttachmentKind.COUPON:
            card = _coupon(session, each, marks, now)
        case _:
            picture = _any_picture(session)
            card = shop_card(each.title or "进店逛逛", picture, marks.touch, marks.promoter)
    if card is None:
        raise NothingToShow(_GONE[each.kind], field=name)
    return replace(card, title=each.title) if each.title else card


_GONE: Final = {
    AttachmentKind.PRODUCT: "这件商品已经下架，请换一件",
    AttachmentKind.GROUP_BUY: "这个拼团活动已经不在了，请换一个",
    AttachmentKind.COUPON: "这张优惠券已经停发，请换一张",
}


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a product's card needs."""

    id: int
    title: str
    price: int
    picture: str


def _number(ref: str) -> int:
    return int(ref) if ref.isascii() and ref.isdecimal() and len(ref) < 10 else 0


def _product(session: Session, each: Attachment, marks: Marks) -> CardContent | None:
    found = catalogue.find_product(session, _number(each.ref))
    if found is None:
        return None
    shown = _Shown(found.id, found.title, found.lowest_price, found.picture)
    return product_card(shown, marks.touch, marks.promoter)


def _group_buy(
    session: Session, each: Attachment, marks: Marks, now: datetime
) -> CardContent | None:
    activity = group_buys.find_activity(session, _number(each.ref))
    if activity is None or not activity.is_on or _is_over(activity.ends_at, now):
        return None
    product = session.get_one(Product, activity.product_id)
    return activity_card(activity, product.picture, marks.touch, marks.promoter)


def _coupon(session: Session, each: Attachment, marks: Marks, now: datetime) -> CardContent | None:
    template = session.exec(
        select(CouponTemplate).where(CouponTemplate.code == each.ref, col(CouponTemplate.is_active))
    ).first()
    if template is None or _is_over(template.takeable_until, now):
        return None
    rule = coupon_rule(owned_coupon(0, template))
    picture = _any_picture(session, template.products)
    return coupon_card(template.name, rule, template.code, picture, marks.touch, marks.promoter)


def _is_over(until: datetime | None, now: datetime) -> bool:
    return until is not None and until <= now


def _any_picture(session: Session, product_ids: Sequence[int] = ()) -> str:
    """The picture of one of these products, or of what sells best."""
    statement = select(Product.picture).where(Product.picture != "")
    if product_ids:
        statement = statement.where(col(Product.id).in_(product_ids))
    picture = session.exec(statement.order_by(col(Product.sales).desc()).limit(1)).first()
    return picture or (_any_picture(session) if product_ids else "")
