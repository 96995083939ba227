"""A notice into the outbox, by the first way outside of every chat that is open.

Subscription messages come first, as far as the customer allows them; then a template message to a
follower; then an SMS. What is surely refused goes by the next way; what is in doubt never does.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session

from bot import outbox
from bot.notices import wallet
from bot.notices.kinds import Notice, filled, notice_from_json
from bot.notices.phones import phone_for
from bot.notices.tables import NoticeTemplate
from bot.notices.templates import SMS, TEMPLATE, find_template
from bot.outbox import Post
from commerce.customers import ids_of
from commerce.customers.identities import list_identities
from commerce.sealing import Sealer

APPS: Final = ("mini_program", "official_account")
"""In this order: the mini-program's message opens the page that it is about."""
NEXT: Final = ":next:"
"""Marks the key of a row that goes where another was refused."""
LONGEST_VARIABLE: Final = 35
"""Characters of a variable in an SMS (短信模板规范)."""


@dataclass(frozen=True, slots=True)
class Way:
    """On which template, and at which address, somebody can be told."""

    template: NoticeTemplate
    account: str
    """The app id under which the address is an openid; empty for a phone."""
    address: str

    @property
    def name(self) -> str:
        """Tells it from the customer's other ways."""
        return f"{self.template.channel}:{self.address}"

    @property
    def takes_credit(self) -> bool:
        """Whether the customer allows each message by itself."""
        return self.template.channel in APPS


def post_notice(
    session: Session,
    sealer: Sealer,
    customer_id: int,
    notice: Notice,
    key: str,
    now: datetime,
    *,
    run_id: int | None = None,
    until: datetime | None = None,
    tried: Collection[str] = (),
    channels: Collection[str] = (),
) -> str | None:
    """Put the notice down under `key` for the first open way; its channel, or None.

    A credit is used before the message leaves; it is given back when it surely did not. `run_id`
    is the campaign run that wants it; from `until` on it is not sent any more. `tried` are names
    of ways that have refused it; `channels` narrow the ways to those of these templates.
    """
    for way in _open_ways(session, sealer, customer_id, notice):
        if way.name in tried or (channels and way.template.channel not in channels):
            continue
        template_id = way.template.template_id
        who = way.account, way.address, template_id
        if way.takes_credit and not wallet.spend(session, *who, now):
            continue
        again = {"notice": notice.to_json(), "customer_id": customer_id, "tried": list(tried)}
        mark = {"way": way.name, "posted_at": now.isoformat()}
        payload = {**_payload(way, notice), **again, **mark}
        kind = f"{way.template.channel}.notice"
        message = Post(key=key, kind=kind, payload=payload, not_after=until, run_id=run_id)
        if not outbox.post(session, sealer, message, now) and way.takes_credit:
            wallet.add(session, *who, now)  # It was put down before.
        return way.template.channel
    return None


def post_next(
    session: Session, sealer: Sealer, key: str, payload: Mapping[str, Any], now: datetime
) -> str | None:
    """Say by the next way what the row `key` was surely refused; its channel, or None."""
    if "notice" not in payload:
        return None  # It was put down by a version that knew no next way.
    tried = [*payload["tried"], payload["way"]]
    first_key = key.partition(NEXT)[0]
    return post_notice(
        session,
        sealer,
        payload["customer_id"],
        notice_from_json(payload["notice"]),
        f"{first_key}{NEXT}{len(tried)}",
        now,
        tried=tried,
    )


def ways(session: Session, customer_id: int, kind: str) -> list[Way]:
    """Every app and template that could tell it, whether a credit is left or not."""
    identities = [
        each
        for known_id in sorted(ids_of(session, customer_id))
        for each in list_identities(session, known_id)
    ]
    found = []
    for channel in (*APPS, TEMPLATE):
        template = _template(session, kind, channel)
        app = "official_account" if channel == TEMPLATE else channel
        found += [
            Way(template, each.account, each.external_user)
            for each in identities
            if template is not None
            and each.channel == app
            and (channel != TEMPLATE or each.follows)
        ]
    return found


def _open_ways(session: Session, sealer: Sealer, customer_id: int, notice: Notice) -> Iterator[Way]:
    yield from ways(session, customer_id, notice.kind)
    template = _template(session, notice.kind, SMS)
    if template is not None:
        phone = phone_for(session, sealer, customer_id, notice.order_no)
        if phone is not None:
            yield Way(template, "", phone)


def _template(session: Session, kind: str, channel: str) -> NoticeTemplate | None:
    template = find_template(session, kind, channel)
    return template if template is not None and template.is_active else None


def _payload(way: Way, notice: Notice) -> dict[str, Any]:
    fields = way.template.fields
    if way.template.channel == SMS:
        values = {name: _variable(notice.values.get(source, "")) for name, source in fields.items()}
        return {"phone": way.address, "template_id": way.template.template_id, "data": values}
    return {
        "account": way.account,
        "openid": way.address,
        "template_id": way.template.template_id,
        "page": notice.page,
        "data": filled(fields, notice.values),
    }


def _variable(value: str) -> str:
    words = " ".join(value.split()) or "-"
    return words if len(words) <= LONGEST_VARIABLE else f"{words[: LONGEST_VARIABLE - 1]}…"
