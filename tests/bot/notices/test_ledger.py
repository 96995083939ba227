"""What may still be said, as people of the shop read it."""

from datetime import UTC, datetime, timedelta

from sqlmodel import Session

from bot.notices import ledger, wallet
from bot.notices.templates import save_template
from bot.tables import Conversation
from commerce.customers.identities import identify
from commerce.inserting import id_of

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
TEMPLATE = "Tk0vlwRD9cTYGU8pUtn3ZpnYqhU6gDF1"


def talk(session: Session, customer_id: int, channel: str, opened: int | None, used: int) -> None:
    """A chat whose window was opened so many hours ago."""
    at = None if opened is None else NOW - timedelta(hours=opened)
    session.add(
        Conversation(
            channel=channel,
            account="a",
            external_user="u",
            customer_id=customer_id,
            window_opened_by=None if at is None else "message",
            window_opened_at=at,
            window_used=used,
            updated_at=at or NOW,
        )
    )
    session.flush()


def test_each_chat_says_how_much_is_left_or_why_nothing_is(session: Session) -> None:
    customer_id = id_of(identify(session, "mini_program", "wxmini", "m", NOW))
    talk(session, customer_id, "official_account", opened=1, used=3)
    talk(session, customer_id, "wecom", opened=2, used=5)
    talk(session, customer_id, "mini_program", opened=49, used=0)

    routes = ledger.list_routes(session, customer_id, NOW)

    assert [(route.channel, route.left, route.why_not) for route in routes] == [
        ("official_account", 2, ""),
        ("wecom", 0, ledger.USED_UP),
        ("mini_program", 0, ledger.TIME_IS_UP),
    ]
    assert routes[0].until == NOW + timedelta(hours=47)


def test_whoever_never_wrote_cannot_be_written_to(session: Session) -> None:
    customer_id = id_of(identify(session, "mini_program", "wxmini", "m", NOW))
    talk(session, customer_id, "official_account", opened=None, used=0)

    (route,) = ledger.list_routes(session, customer_id, NOW)

    assert (route.is_open, route.why_not) == (False, ledger.NEVER_WROTE)


def test_subscriptions_stand_beside_the_chats(session: Session) -> None:
    customer_id = id_of(identify(session, "mini_program", "wxmini", "m", NOW))
    for kind in ("order_shipped", "refund_paid"):
        save_template(
            session,
            kind=kind,
            channel="mini_program",
            template_id=f"{TEMPLATE}-{kind}",
            fields={"character_string1": "order_no"},
            is_active=True,
            now=NOW,
        )
    wallet.add(session, "wxmini", "m", f"{TEMPLATE}-order_shipped", NOW)

    routes = ledger.list_routes(session, customer_id, NOW)

    assert [(route.notice, route.left, route.is_open) for route in routes] == [
        ("订单发货", 1, True),
        ("退款到账", 0, False),
    ]
