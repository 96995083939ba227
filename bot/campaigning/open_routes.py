"""Which routes lead to a customer, and which are open: as SQL for all of them, and one by one."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, bindparam, exists, false, or_, select, union_all
from sqlmodel import Session, SQLModel

from bot.kf.tables import OURS, KfSession
from bot.messages import BOT
from bot.notices.posting import APPS
from bot.notices.tables import NoticeTemplate, SubscriptionCredit
from bot.notices.templates import SMS, TEMPLATE
from bot.reply_window import SAFETY, SCARCE, WINDOWS
from bot.tables import Conversation
from campaigns.ports import CHATS, Route
from commerce.customers.tables import Address, Customer, Identity
from commerce.prepared import Prepared

NOTICE: Final = "campaign"
"""The kind of notice that a subscription message of a campaign is."""
SERVICE_NOTICE: Final = "service_notice"
"""What template messages and SMS carry of a campaign, which is then no marketing."""
NOTICES: Final[Mapping[Route, tuple[str, Collection[str]]]] = {
    Route.SUBSCRIPTION: (NOTICE, APPS),
    Route.TEMPLATE: (SERVICE_NOTICE, (TEMPLATE,)),
    Route.SMS: (SERVICE_NOTICE, (SMS,)),
}
"""For each route outside of chats the kind of notice, and whose templates it takes."""
ROOM: Final = SCARCE + 1
"""A window with less room is closed to campaigns: the rest is for what comes of them."""


def open_now(routes: Collection[Route], now: datetime) -> Mapping[Route, ColumnElement[bool]]:
    """For each route that letters take, whether it is open for the `customer` asked of."""
    found: dict[Route, ColumnElement[bool]] = {}
    for route in routes:
        if route in CHATS:
            found[route] = _has_conversation(route, _is_open(now), _TALK.c.owner == BOT)
        elif route is Route.SUBSCRIPTION:
            found[route] = _has_credit()
        elif route is Route.TEMPLATE:
            found[route] = and_(_has_template(TEMPLATE), _follows())
        elif route is Route.SMS:
            found[route] = and_(_has_template(SMS), _has_phone())
    return found


def known(routes: Collection[Route]) -> ColumnElement[bool]:
    """Whether any of the routes leads to the `customer` asked of. Unfollowing closes a window for
    good, so a conversation that never had another is of no use."""
    ways: list[ColumnElement[bool]] = [
        _has_conversation(route, _TALK.c.window_opened_by.is_not(None))
        for route in routes
        if route in CHATS
    ]
    if Route.SUBSCRIPTION in routes:
        ways.append(
            exists()
            .where(_IDENTITY.c.customer_id == _CUSTOMER.c.id, _IDENTITY.c.channel.in_(APPS))
            .correlate(_CUSTOMER)
        )
    if Route.TEMPLATE in routes:
        ways.append(_follows())
    if Route.SMS in routes:
        ways.append(_has_phone())
    return or_(false(), *ways)


def list_conversations(session: Session, customer_id: int, route: Route) -> Sequence[int]:
    """The customer's conversations on that route, the latest first."""
    return [row.id for row in _CONVERSATIONS.all(session, who=customer_id, route=route.value)]


def takes_messages(session: Session, conversation_id: int) -> bool:
    """Whether WeCom's customer service lets us write there, as far as we know."""
    return _TAKES.first(session, talk=conversation_id) is not None


def _has_conversation(route: Route, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Of the customer, or of whom was merged into them: asked apart, each by its index."""
    rows = select(_TALK.c.id).where(_channel == route.value, *conditions)
    if route is Route.KF:
        session = exists().where(_KF.c.conversation_id == _TALK.c.id, _IS_OURS)
        rows = rows.where(session.correlate(_TALK))
    own = rows.where(_TALK.c.customer_id == _CUSTOMER.c.id)
    inherited = rows.where(
        _TALK.c.customer_id == _OWNER.c.id, _OWNER.c.merged_into_id == _CUSTOMER.c.id
    )
    return or_(own.correlate(_CUSTOMER).exists(), inherited.correlate(_CUSTOMER).exists())


def _is_open(now: datetime) -> ColumnElement[bool]:
    """What `reply_window.room` says of a conversation, with room for service left over."""
    return or_(
        false(),
        *(
            and_(
                _TALK.c.window_opened_by == window.opened_by,
                _TALK.c.window_opened_at > now - window.lasts + SAFETY,
                _TALK.c.window_used <= window.messages - ROOM,
            )
            for window in WINDOWS.values()
            if window.messages >= ROOM
        ),
    )


def _has_credit() -> ColumnElement[bool]:
    """Whether the customer allows one more message on a template of campaigns."""
    rows = (
        select(_CREDIT.c.id)
        .join_from(_IDENTITY, _TEMPLATE, _TEMPLATE.c.channel == _IDENTITY.c.channel)
        .join(
            _CREDIT,
            and_(
                _CREDIT.c.account == _IDENTITY.c.account,
                _CREDIT.c.openid == _IDENTITY.c.external_user,
                _CREDIT.c.template_id == _TEMPLATE.c.template_id,
            ),
        )
        .where(
            _IDENTITY.c.customer_id == _CUSTOMER.c.id,
            _TEMPLATE.c.kind == NOTICE,
            _TEMPLATE.c.is_active,
            _CREDIT.c.credits > 0,
        )
    )
    return rows.correlate(_CUSTOMER).exists()


def _has_template(channel: str) -> ColumnElement[bool]:
    """Whether operators have entered a template for service notices of campaigns."""
    return exists().where(
        _TEMPLATE.c.kind == SERVICE_NOTICE, _TEMPLATE.c.channel == channel, _TEMPLATE.c.is_active
    )


def _follows() -> ColumnElement[bool]:
    """Whether the customer follows the official account."""
    rows = exists().where(
        _IDENTITY.c.customer_id == _CUSTOMER.c.id,
        _IDENTITY.c.channel == Route.OFFICIAL_ACCOUNT.value,
        _IDENTITY.c.follows,
    )
    return rows.correlate(_CUSTOMER)


def _has_phone() -> ColumnElement[bool]:
    """Whether an address of theirs is kept: it is sealed, so whether its number is a mobile one
    is only seen when it is opened."""
    rows = exists().where(_ADDRESS.c.customer_id == _CUSTOMER.c.id)
    return rows.correlate(_CUSTOMER)


_TABLES: Final = SQLModel.metadata.tables
_CUSTOMER: Final = _TABLES[Customer.__tablename__]
_OWNER: Final = _CUSTOMER.alias("owner")
_ADDRESS: Final = _TABLES[Address.__tablename__]
_IDENTITY: Final = _TABLES[Identity.__tablename__]
_TALK: Final = _TABLES[Conversation.__tablename__]
_channel: Final = _TALK.c.channel.concat("")
"""No bare column: SQLite would walk the index of channels, which have everybody in them."""
_KF: Final = _TABLES[KfSession.__tablename__]
_TEMPLATE: Final = _TABLES[NoticeTemplate.__tablename__]
_CREDIT: Final = _TABLES[SubscriptionCredit.__tablename__]
_IS_OURS: Final = and_(
    or_(*(_KF.c.state == int(state) for state in OURS)), _KF.c.rejects == false()
)
_OWN: Final = select(_TALK.c.id, _TALK.c.updated_at).where(
    _TALK.c.customer_id == bindparam("who"), _channel == bindparam("route")
)
_INHERITED: Final = select(_TALK.c.id, _TALK.c.updated_at).where(
    _TALK.c.customer_id == _OWNER.c.id,
    _OWNER.c.merged_into_id == bindparam("who"),
    _channel == bindparam("route"),
)
_THEIRS: Final = union_all(_OWN, _INHERITED).subquery("theirs")
_CONVERSATIONS: Final = Prepared(
    select(_THEIRS.c.id).order_by(_THEIRS.c.updated_at.desc(), _THEIRS.c.id)
)
_TAKES: Final = Prepared(
    select(_KF.c.conversation_id).where(_KF.c.conversation_id == bindparam("talk"), _IS_OURS)
)
