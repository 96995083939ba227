"""Deals of the demo shop, and customers who take part in them."""

from datetime import datetime, timedelta

from sqlmodel import Session, select

from commerce.bargains import activities as bargain_activities
from commerce.bargains.activities import BargainDraft
from commerce.catalogue.tables import Variant
from commerce.deals.choices import GroupDeal
from commerce.flash_sales.drafts import ItemDraft, SaleDraft
from commerce.flash_sales.planning import plan, switch_on
from commerce.group_buys.activities import Tier, Tiers
from commerce.group_buys.drafts import GroupDraft
from commerce.group_buys.entries import save_activity, set_virtual_percent, switch
from commerce.group_buys.queries import GroupSeen, find_of_order
from commerce.inserting import id_of
from commerce.ordering.lines import WantedLine
from commerce.ordering.placing import place_order
from commerce.payments.opening import open_payment
from commerce.payments.settling import record_paid
from tests.bot.handlers.buying import LIPSTICK, MILK
from tests.bot.handlers.conversation import Chat
from tests.commerce.shop import ADDRESS, HOLD, PAYER

DAY = timedelta(days=1)
BY = {"actor": "agent:1", "reason": "店长同意"}


async def group_buy_runs(
    chat: Chat,
    sku: str = LIPSTICK,
    prices: tuple[tuple[int, int], ...] = ((3, 9900), (5, 8900)),
    *,
    virtual: int | None = None,
) -> int:
    """The id of an activity that runs for all kinds of a product."""
    now = chat.clock.now()

    def begin(session: Session) -> int:
        one = _variant(session, sku)
        product = select(Variant.id).where(Variant.product_id == one.product_id)
        kinds = [each for each in session.exec(product) if each is not None]
        tiers = (Tier(heads, dict.fromkeys(kinds, price)) for heads, price in prices)
        draft = GroupDraft(
            key=f"group-{sku}",
            name="一起买",
            product_id=one.product_id,
            tiers=Tiers(tuple(tiers)),
            lifetime=DAY,
        )
        save_activity(session, draft, **BY, now=now)
        if virtual is not None:
            set_virtual_percent(session, draft.key, virtual, **BY, now=now)
        return id_of(switch(session, draft.key, is_on=True, **BY, now=now))

    return await chat.database.write(begin)


async def takes_part(
    chat: Chat, activity_id: int, group_no: str = "", *, sku: str = LIPSTICK, pays: bool = True
) -> GroupSeen | None:
    """This customer opens a group, or joins one; the group, as they see it."""
    await chat.says("你好")
    customer_id, now = await chat.customer_id(), chat.clock.now()

    def buy(session: Session) -> GroupSeen | None:
        order = place_order(
            session,
            chat.shop.sealer,
            customer_id=customer_id,
            lines=[WantedLine(id_of(_variant(session, sku)), 1)],
            address=ADDRESS,
            expected_payable=9900,
            idempotency_key=f"{chat.openid}-{group_no}-{now.isoformat()}",
            source="test",
            now=now,
            hold_for=HOLD,
            deal=GroupDeal(activity_id, group_no),
        )
        if pays:
            payment = open_payment(session, order, PAYER, now)
            record_paid(
                session,
                out_trade_no=payment.out_trade_no,
                transaction_id=f"42000-{payment.out_trade_no}",
                amount=payment.amount,
                payer=PAYER,
                success_time=now,
                now=now,
            )
        return find_of_order(session, id_of(order))

    group = await chat.database.write(buy)
    await chat.hears()
    return group


async def flash_sale(chat: Chat, starts_at: datetime, *, sku: str = MILK, key: str = "f") -> int:
    """The id of a sale of two hours with five pieces, on if it has begun."""
    now = chat.clock.now()

    def begin(session: Session) -> int:
        item = ItemDraft(id_of(_variant(session, sku)), 990, 5, 1)
        ends_at = starts_at + timedelta(hours=2)
        sale_id = id_of(plan(session, SaleDraft(key, "晚八点场", starts_at, ends_at, (item,)), now))
        if starts_at <= now:
            switch_on(session, sale_id, now)
        return sale_id

    return await chat.database.write(begin)


async def bargain_runs(chat: Chat, sku: str = LIPSTICK) -> int:
    """The id of an activity that is on: three friends bring the price to 9.9."""
    now = chat.clock.now()

    def begin(session: Session) -> int:
        draft = BargainDraft(f"bargain-{sku}", "一起砍", id_of(_variant(session, sku)), 990, 3, 600)
        activity = bargain_activities.plan(session, draft, now)
        bargain_activities.switch_on(
            session, id_of(activity), is_acknowledged=True, actor="agent:1", now=now
        )
        return id_of(activity)

    return await chat.database.write(begin)


def _variant(session: Session, sku: str) -> Variant:
    return session.exec(select(Variant).where(Variant.sku == sku)).one()
