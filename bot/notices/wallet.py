"""The wallet of subscription credits: filled by customers' taps, emptied by our messages."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session, col, select, update

from bot.messages import Incoming
from bot.notices.tables import SubscriptionCredit
from commerce.inserting import affected_rows, insert_once

POPUP: Final = "subscribe_msg_popup_event"
CHANGE: Final = "subscribe_msg_change_event"
_WRAPPERS: Final[Mapping[str, str]] = {
    POPUP: "SubscribeMsgPopupEvent",
    CHANGE: "SubscribeMsgChangeEvent",
}
ACCEPTED: Final = "accept"


def take_in(session: Session, incoming: Incoming, now: datetime) -> None:
    """Count what a customer has just allowed or refused; nothing for any other message.

    An acceptance in a pop-up adds one (订阅通知 事件推送). Whoever refuses there keeps what they
    allowed before; whoever switches a template off in their settings has nothing left.
    """
    event = str(incoming.payload.get("Event", ""))
    wrapper = _WRAPPERS.get(event)
    if incoming.kind != "event" or wrapper is None:
        return
    for entry in _entries(incoming.payload.get(wrapper)):
        template_id = str(entry.get("TemplateId", ""))
        has_accepted = entry.get("SubscribeStatusString") == ACCEPTED
        if not template_id:
            continue
        if has_accepted and event == POPUP:
            add(session, incoming.account, incoming.external_user, template_id, now)
        elif not has_accepted and event == CHANGE:
            empty(session, incoming.account, incoming.external_user, template_id, now)


def add(session: Session, account: str, openid: str, template_id: str, now: datetime) -> None:
    """One more message is allowed."""
    who = {"account": account, "openid": openid, "template_id": template_id}
    if not insert_once(session, SubscriptionCredit, **who, credits=1, updated_at=now):
        _change(session, account, openid, template_id, now, col(SubscriptionCredit.credits) + 1)


def spend(session: Session, account: str, openid: str, template_id: str, now: datetime) -> bool:
    """Use one; false when none is left."""
    statement = (
        update(SubscriptionCredit)
        .where(
            *_is(account, openid, template_id),
            col(SubscriptionCredit.credits) > 0,
        )
        .values(credits=col(SubscriptionCredit.credits) - 1, updated_at=now)
    )
    return affected_rows(session, statement) == 1


def empty(session: Session, account: str, openid: str, template_id: str, now: datetime) -> None:
    """Nothing is left: the customer refuses, or the platform says that all is used (43101)."""
    _change(session, account, openid, template_id, now, 0)


def count(session: Session, account: str, openid: str, template_id: str) -> int:
    """How many are left."""
    statement = select(SubscriptionCredit.credits).where(*_is(account, openid, template_id))
    return session.exec(statement).first() or 0


def _change(
    session: Session, account: str, openid: str, template_id: str, now: datetime, to: Any
) -> None:
    statement = update(SubscriptionCredit).where(*_is(account, openid, template_id))
    affected_rows(session, statement.values(credits=to, updated_at=now))


def _is(account: str, openid: str, template_id: str) -> tuple[Any, Any, Any]:
    return (
        col(SubscriptionCredit.account) == account,
        col(SubscriptionCredit.openid) == openid,
        col(SubscriptionCredit.template_id) == template_id,
    )


def _entries(wrapped: Any) -> Iterable[Mapping[str, Any]]:
    """The entries of an event: `{"List": [{…}]}` in XML, also a bare list or one entry in JSON."""
    entries = wrapped.get("List") if isinstance(wrapped, Mapping) and "List" in wrapped else wrapped
    if isinstance(entries, Mapping):
        entries = [entries]
    return [each for each in entries or [] if isinstance(each, Mapping)]
