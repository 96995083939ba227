"""A shop in which every page of orders, money and activities has something to show."""

from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session, select

from bot import inbox, outbox
from bot.messages import Incoming
from bot.outbox import Post
from bot.tables import InboxState, OutboxMessage, OutboxState
from commerce.aftersale.tables import RequestKind
from commerce.bargains import activities as bargains
from commerce.bargains.activities import BargainDraft
from commerce.catalogue.tables import Variant
from commerce.events import ShopEvent
from commerce.flash_sales import planning
from commerce.flash_sales.drafts import ItemDraft, SaleDraft
from commerce.group_buys.activities import Tier, Tiers
from commerce.group_buys.drafts import GroupDraft
from commerce.group_buys.entries import save_activity
from commerce.live.entering import LiveDraft, enter
from commerce.privacy.requests import receive
from commerce.privacy.tables import PrivacyKind
from commerce.reconciliation.findings import Finding, keep_findings
from commerce.reconciliation.tables import FindingKind
from tests.commerce.aftersale.buying import ask
from tests.commerce.distribution.team import asks, brought, buys, receives, with_available
from tests.commerce.shop import NOW, SEALER, place, put_on_sale

DAY = timedelta(days=1)
LATER = NOW + 30 * DAY
"""After the moment of the console's tests."""


@dataclass(frozen=True)
class Stock:
    """Numbers of what is there."""

    order_no: str
    unpaid_no: str
    request_no: str
    privacy_no: str
    small_no: str
    large_no: str
    promoter: int
    sku: str
    product: int
    unknown: int
    event: int


def fill(session: Session) -> Stock:
    """Put something of everything into the shop."""
    variant = put_on_sale(session, "云朵拖鞋", price=3900, pieces=100)
    row = session.get_one(Variant, variant)
    promoter, other = with_available(session, 90_000), with_available(session, 5_000)
    buyer = brought(session, promoter)
    order = buys(session, buyer, 3900, pieces=2)
    unpaid = place(session, buyer, {variant: 1}, now=NOW)
    returned = receives(session, buys(session, buyer, 5000))
    request = ask(session, returned, 1, kind=RequestKind.RETURN_REFUND)
    privacy, _ = receive(session, buyer, PrivacyKind.EXPORT, NOW)
    _activities(session, row)
    keep_findings(session, [Finding(FindingKind.STOCK, row.sku, 3, 4)], (), NOW)
    event = ShopEvent(kind="order_paid", subject={"order_no": order.order_no}, at=NOW, attempts=3)
    session.add(event)
    session.flush()
    set_aside(session)
    return Stock(
        order_no=order.order_no,
        unpaid_no=unpaid.order_no,
        request_no=request.request_no,
        privacy_no=privacy.request_no,
        small_no=asks(session, other, 5_000).withdrawal_no,
        large_no=asks(session, promoter, 90_000).withdrawal_no,
        promoter=promoter,
        sku=row.sku,
        product=row.product_id,
        unknown=doubtful(session),
        event=event.id or 0,
    )


def doubtful(session: Session, state: OutboxState = OutboxState.UNKNOWN) -> int:
    """The id of a message of which nobody knows whether it arrived."""
    talk = inbox.accept(session, SEALER, _incoming("doubtful"), NOW).conversation_id
    message = Post("a reply", "official_account.reply", {"text": "在的"}, conversation_id=talk)
    outbox.post(session, SEALER, message, NOW)
    row = session.exec(select(OutboxMessage).where(OutboxMessage.key == "a reply")).one()
    row.state, row.reason = state, "the answer was lost"
    session.add(row)
    session.flush()
    return row.id or 0


def set_aside(session: Session) -> None:
    """Have a customer's message that could not be answered."""
    inbox.accept(session, SEALER, _incoming("broken"), NOW)
    inbox.finish(session, "broken", InboxState.QUARANTINED, NOW)


def _activities(session: Session, variant: Variant) -> None:
    number = variant.id or 0
    tiers = Tiers((Tier(2, {number: 3000}), Tier(5, {number: 2500})))
    group = GroupDraft("pt-1", "拖鞋团", variant.product_id, tiers, DAY)
    save_activity(session, group, actor="agent:1", reason="上新", now=NOW)
    items = (ItemDraft(number, 2000, 5),)
    planning.plan(session, SaleDraft("ms-1", "整点秒杀", LATER, LATER + DAY, items), NOW)
    bargains.plan(session, BargainDraft("kj-1", "砍一双", number, 1000, 5, 60), NOW)
    enter(session, LiveDraft("周五直播", LATER, LATER + DAY, (variant.product_id,)))


def _incoming(key: str) -> Incoming:
    return Incoming(
        key=key,
        channel="official_account",
        account="gh_shop",
        external_user=f"o-{key}",
        kind="text",
        text="在吗",
        sent_at=NOW,
        payload={},
    )
