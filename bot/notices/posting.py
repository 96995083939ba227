"""A notice into the outbox, by the first app that the customer allows it to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session

from bot import outbox
from bot.notices import wallet
from bot.notices.kinds import Notice, filled
from bot.notices.tables import NoticeTemplate
from bot.notices.templates import find_template
from bot.outbox import Post
from commerce.customers import ids_of
from commerce.customers.identities import list_identities
from commerce.customers.tables import Identity
from commerce.sealing import Sealer

APPS: Final = ("mini_program", "official_account")
"""In this order: the mini-program's message opens the page that it is about."""


@dataclass(frozen=True, slots=True)
class Way:
    """By which app, and on which template, somebody can be told."""

    identity: Identity
    template: NoticeTemplate


def post_notice(
    session: Session, sealer: Sealer, customer_id: int, notice: Notice, key: str, now: datetime
) -> str | None:
    """Use a credit and put the notice down under `key`; the app that sends it, or None.

    The credit is used before the message leaves; it is given back when it surely did not.
    """
    for way in ways(session, customer_id, notice.kind):
        account, openid = way.identity.account, way.identity.external_user
        template_id = way.template.template_id
        if not wallet.spend(session, account, openid, template_id, now):
            continue
        payload = {
            "account": account,
            "openid": openid,
            "template_id": template_id,
            "page": notice.page,
            "data": filled(way.template.fields, notice.values),
        }
        kind = f"{way.template.channel}.notice"
        if not outbox.post(session, sealer, Post(key=key, kind=kind, payload=payload), now):
            wallet.add(session, account, openid, template_id, now)  # It was put down before.
        return way.template.channel
    return None


def ways(session: Session, customer_id: int, kind: str) -> list[Way]:
    """Every app and template that could tell it, whether a credit is left or not."""
    identities = [
        each
        for known_id in sorted(ids_of(session, customer_id))
        for each in list_identities(session, known_id)
    ]
    found = []
    for channel in APPS:
        template = find_template(session, kind, channel)
        if template is not None and template.is_active:
            found += [Way(each, template) for each in identities if each.channel == channel]
    return found
