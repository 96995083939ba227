"""Whoever turns out to be one person has one cart, one list of orders and one set of requests."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Column
from sqlmodel import Session, SQLModel, func, select

from bot import models as bot_models
from bot.contacts.tables import Contact
from bot.engines import create_shop_engine
from bot.tables import Conversation, LoginSession
from campaigns.joining import MOVED as CAMPAIGNS
from commerce import customers, models
from commerce.aftersale import queries, requests
from commerce.aftersale.tables import AfterSale, Reason, RequestKind
from commerce.bargains import cutting
from commerce.bargains.tables import Bargain, BargainHelp
from commerce.catalogue.tables import Variant
from commerce.community.mirroring import know
from commerce.community.tables import CommunityMember
from commerce.customers import subscription
from commerce.customers.addresses import save_address
from commerce.customers.merging import MOVED
from commerce.customers.summary_tables import CustomerBought, CustomerSummary
from commerce.customers.tables import Address, Customer, Identity
from commerce.customers.tags import save_tag, tag_customer
from commerce.distribution.promoters import appoint
from commerce.distribution.tables import (
    Binding,
    BindingChange,
    Commission,
    MonthlyStatement,
    Promoter,
    Withdrawal,
)
from commerce.flash_sales.reminding import want
from commerce.flash_sales.tables import FlashHolding, FlashReminder
from commerce.inserting import id_of
from commerce.ledger.posting import AccountKey, AccountKind, balance
from commerce.ledger.tables import LedgerAccount
from commerce.live import reminding
from commerce.membership.tables import BirthdayReward, Member, Redemption, SignIn, TaskDone
from commerce.ordering import cart
from commerce.ordering.orders import list_lines, list_orders
from commerce.ordering.settlement import settle
from commerce.ordering.states import move
from commerce.ordering.tables import Order, OrderState
from commerce.privacy import requests as privacy
from commerce.privacy.tables import PrivacyKind, PrivacyState
from commerce.promotions.taking import take
from commerce.sources.codes import add_code
from commerce.sources.coming import note_came
from commerce.sources.tables import CodeKind
from commerce.watching.favourites import add_favourite
from commerce.watching.looking import note_look
from commerce.watching.tables import Favourite, ProductLookedAt, ProductWatch, WatchKind
from commerce.watching.watches import ask
from tests.commerce.bargains.bargaining import bargains_on, help_in
from tests.commerce.distribution.team import brought, comes_by, promoter
from tests.commerce.flash_sales.sales import buy as buy_in_sale
from tests.commerce.flash_sales.sales import planned_sale, running_sale
from tests.commerce.group_buys.grouping import order_in, start_activity
from tests.commerce.live.streams import stream_id
from tests.commerce.membership.members import has_all_of_membership
from tests.commerce.promotions.coupons import coupon_template
from tests.commerce.shop import ADDRESS, NOW, SEALER, new_customer, place, put_on_sale

TABLES = (models, bot_models)
"""Imported for their tables."""
PROMOTERS = (Promoter, Binding)
MEMBERS = (Member, SignIn, BirthdayReward, TaskDone, Redemption)
SUMMARIES = (CustomerSummary, CustomerBought)
DEALS = (FlashHolding, FlashReminder, Bargain, BargainHelp)
WATCHING = (Favourite, ProductLookedAt, ProductWatch)
JOINED = {"cart", "coupon_holding", "customer_tagged", "group_holding", "live_reminder"} | {
    table.__tablename__ for table in (*MEMBERS, *PROMOTERS, *DEALS, *SUMMARIES, *WATCHING)
}
"""What both have is summed or kept once, so that nothing is lost."""
EMPTIED = {LedgerAccount.__tablename__}
"""They stay with their history; what was on them is posted over."""
OURS = (Contact, Conversation, LoginSession)
FOLLOWED = {Customer.__tablename__} | {
    table.__tablename__
    for table in (*OURS, *CAMPAIGNS, BindingChange, Commission, MonthlyStatement, Withdrawal)
}
"""Rows that keep the id they were given, and are read through who the customer is now; those of
campaigns go over when they hear of it."""
LATER = NOW + timedelta(hours=1)
ENGINE = create_shop_engine("sqlite://")
SQLModel.metadata.create_all(ENGINE)

CHANNELS = (("official_account", "gh_1"), ("mini_program", "wx_1"), ("wecom", "ww_1"))


def columns_of_customers() -> list[Column[int]]:
    """Every column of every table that refers to a customer."""
    return [
        key.parent
        for table in SQLModel.metadata.tables.values()
        for key in table.foreign_keys
        if key.target_fullname == "customer.id"
    ]


def test_what_is_written_under_an_orders_lock_goes_over_after_the_orders() -> None:
    """Moving the orders waits for whoever holds one; what they wrote is seen only after that."""
    assert MOVED.index(Order) < min(MOVED.index(Address), MOVED.index(AfterSale))


def rows_of(session: Session, customer_id: int) -> dict[str, int]:
    """How many rows of each table belong to a customer, but for those that follow them."""
    return {
        column.table.name: session.exec(
            select(func.count()).select_from(column.table).where(column == customer_id)
        ).one()
        for column in columns_of_customers()
        if column.table.name not in FOLLOWED | EMPTIED
    }


def a_paid_order(session: Session, customer_id: int) -> Order:
    order = place(session, customer_id, {put_on_sale(session): 1})
    return settle(session, id_of(order), actor="test", reason="", paid_at=NOW, now=NOW)


def asks_for_money(session: Session, order: Order) -> str:
    request = requests.open_request(
        session,
        SEALER,
        customer_id=order.customer_id,
        order_id=id_of(order),
        pieces={id_of(line): line.quantity for line in list_lines(session, order)},
        kind=RequestKind.REFUND_ONLY,
        reason=Reason.UNWANTED,
        words="不想要了",
        now=NOW,
    )
    return request.request_no


def has_a_row_of_each(session: Session, customer_id: int) -> None:
    asks_for_money(session, a_paid_order(session, customer_id))
    cart.add(session, customer_id, put_on_sale(session), 1, NOW)
    save_address(session, SEALER, customer_id, ADDRESS, NOW)
    privacy.receive(session, customer_id, PrivacyKind.EXPORT, NOW)
    said = {"channel": "wecom", "words": "退订", "now": NOW}
    subscription.unsubscribe(session, SEALER, customer_id, **said)  # type: ignore[arg-type]
    subscription.resume(session, SEALER, customer_id, **said)  # type: ignore[arg-type]
    take(session, id_of(coupon_template(session)), customer_id, source="chat", now=NOW)
    has_all_of_membership(session, customer_id)
    takes_part_in_deals(session, customer_id)
    watches_and_came_by_a_code(session, customer_id)
    joins_a_customer_group(session, customer_id)
    tag_customer(session, customer_id, id_of(save_tag(session, "来源", "门口")), "staff:1", NOW)
    appoint(session, customer_id, actor="agent:1", reason="test", now=NOW)
    comes_by(session, customer_id, promoter(session))
    brought(session, customer_id)


def takes_part_in_deals(session: Session, customer_id: int) -> None:
    """Opens a group, buys in a flash sale and waits for another, bargains and helps a friend."""
    order_in(session, start_activity(session), customer_id=customer_id)
    buy_in_sale(session, customer_id, running_sale(session, put_on_sale(session)))
    coming = planned_sale(session, put_on_sale(session), starts_at=LATER)
    want(session, coming, customer_id, NOW)
    activity = bargains_on(session, put_on_sale(session))
    cutting.start(session, customer_id, activity, NOW)
    help_in(session, cutting.start(session, new_customer(session), activity, NOW), customer_id)


def watches_and_came_by_a_code(session: Session, customer_id: int) -> None:
    reminding.agree(session, stream_id(session, LATER), customer_id, NOW)
    product_id = session.get_one(Variant, put_on_sale(session)).product_id
    note_look(session, customer_id, product_id, NOW)
    add_favourite(session, customer_id, product_id, NOW)
    ask(session, customer_id, product_id, WatchKind.PRICE_DROP, NOW)
    add_code(session, "door", name="门口", kind=CodeKind.OA, now=NOW)
    note_came(session, customer_id, "door", NOW)


def joins_a_customer_group(session: Session, customer_id: int) -> None:
    group_id = id_of(know(session, f"wr-{customer_id}", NOW))
    stay = CommunityMember(group_id=group_id, member="wm-1", kind="customer", joined_at=NOW)
    stay.customer_id = customer_id
    session.add(stay)


def test_every_table_that_knows_customers_is_moved_joined_or_followed() -> None:
    known = {str(table.__tablename__) for table in MOVED} | JOINED | FOLLOWED | EMPTIED

    assert {column.table.name for column in columns_of_customers()} == known


@pytest.mark.database
def test_nothing_of_the_shop_stays_with_a_merged_customer(session: Session) -> None:
    kept = new_customer(session)
    gone = id_of(customers.identify(session, "wecom", "ww_1", "w-1", NOW))
    has_a_row_of_each(session, gone)
    before = rows_of(session, gone)
    points = balance(session, AccountKey(AccountKind.POINTS, gone))
    assert points > 0
    assert all(before.values()), f"give the customer a row of each: {before}"

    customers.merge(session, kept, gone, NOW)

    assert not any(rows_of(session, gone).values())
    assert rows_of(session, kept) == before
    assert balance(session, AccountKey(AccountKind.POINTS, kept)) == points


@pytest.mark.database
def test_requests_that_both_made_are_followed_by_the_one_who_stays(session: Session) -> None:
    kept, gone = new_customer(session), new_customer(session)
    asked = [asks_for_money(session, a_paid_order(session, each)) for each in (kept, gone)]
    later, _ = privacy.receive(session, kept, PrivacyKind.ERASE, LATER)
    earlier, _ = privacy.receive(session, gone, PrivacyKind.ERASE, NOW)

    customers.merge(session, kept, gone, LATER)

    assert {each.request_no for each in queries.list_live(session, kept)} == set(asked)
    live = privacy.find_live(session, kept, PrivacyKind.ERASE)
    assert live is not None
    assert live.request_no == earlier.request_no
    assert live.due_at == NOW + privacy.ANSWERED_WITHIN
    session.refresh(later)
    assert (later.state, later.finished_by) == (PrivacyState.WITHDRAWN, "merge")


@pytest.mark.parametrize("who", ["kept", "gone"])
def test_a_no_to_campaigns_outlives_the_merge_and_its_history_says_so(
    session: Session, who: str
) -> None:
    ids = {"kept": new_customer(session), "gone": new_customer(session)}
    subscription.unsubscribe(session, SEALER, ids[who], channel="wecom", words="别再发了", now=NOW)

    joined = customers.merge(session, ids["kept"], ids["gone"], LATER)

    assert joined.unsubscribed_at == NOW
    *_, last = subscription.list_changes(session, ids["kept"])
    assert (last.wants_messages, last.channel) == (False, "merge")
    assert subscription.read_words(SEALER, last) == ""


SIGHTINGS = st.lists(
    st.tuples(
        st.sampled_from(CHANNELS),
        st.booleans(),  # whether the channel tells the unionid this time
        st.integers(0, 100),  # pieces put into the cart
        st.sampled_from(["orders", "says no", "asks for data", "looks"]),
    ),
    min_size=1,
    max_size=8,
)


@pytest.mark.slow
@settings(max_examples=25)
@given(sightings=SIGHTINGS)
def test_three_channels_become_one_customer_in_any_order_and_nothing_is_lost(
    sightings: list[tuple[tuple[str, str], bool, int, str]],
) -> None:
    with Session(ENGINE, expire_on_commit=False) as session:
        slippers, cup = put_on_sale(session, pieces=9999), put_on_sale(session, "水杯")
        for who, tells_unionid, pieces, deed in sightings:
            customer_id = seen(session, who, "u-1" if tells_unionid else None)
            if pieces:
                cart.add(session, customer_id, slippers, pieces, LATER)
            does(session, customer_id, deed, cup)
        *_, joined = [seen(session, who, "u-1") for who in CHANNELS]

        deeds = [deed for *_, deed in sightings]
        customer = customers.get_customer(session, joined)
        assert cart.view(session, joined).pieces == sum(each[2] for each in sightings)
        assert len(list_orders(session, joined, limit=99)) == deeds.count("orders")
        assert (customer.unsubscribed_at is not None) == ("says no" in deeds)
        live = privacy.list_requests(session, joined, states=[PrivacyState.RECEIVED])
        assert len(live) == ("asks for data" in deeds)
        assert {each.customer_id for each in identities(session)} == {joined}
        session.rollback()


def seen(session: Session, who: tuple[str, str], unionid: str | None) -> int:
    """The id of whoever is seen on a channel, always under the same name there."""
    return id_of(customers.identify(session, *who, "fan", LATER, unionid=unionid))


def does(session: Session, customer_id: int, deed: str, cup: int) -> None:
    match deed:
        case "orders":
            order = place(session, customer_id, {cup: 1})
            move(session, id_of(order), OrderState.PAID, actor="test", reason="", now=NOW)
        case "says no":
            subscription.unsubscribe(
                session, SEALER, customer_id, channel="wecom", words="TD", now=NOW
            )
        case "asks for data":
            privacy.receive(session, customer_id, PrivacyKind.EXPORT, NOW)


def identities(session: Session) -> list[Identity]:
    return list(session.exec(select(Identity)))
