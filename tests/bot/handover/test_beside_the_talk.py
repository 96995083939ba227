"""What an agent has beside a conversation: the summary, notes, canned answers, terms."""

import pytest
from sqlalchemy import event
from sqlmodel import Session, func, select

from bot.handover import canned, notes, terms
from bot.handover.canned import Draft
from bot.handover.seeding import seed_service
from bot.handover.service_tables import CannedAnswer, ServiceTerms
from bot.handover.summary import summary_of
from bot.seeds import SERVICE_FILE
from bot.tables import ChatMessage, Conversation, OutboxMessage
from commerce.calendar.hours import get_hours
from commerce.errors import InvalidInput, NotFound
from commerce.membership import points
from commerce.ordering import cart
from commerce.sealing import Sealer
from tests.bot.handover.conftest import Floor
from tests.commerce.shop import NOW, new_customer, place, put_on_sale


def furnish(floor: Floor, sealer: Sealer, orders: int) -> int:
    """A customer with a cart, points, orders, some talk and a note; their conversation."""
    session, talk_id, wang = floor.session, floor.write_in(), floor.hire()
    customer_id = new_customer(session)
    talk = session.get_one(Conversation, talk_id)
    talk.customer_id, talk.window_used = customer_id, 2
    variant = put_on_sale(session, price=1_000, pieces=100)
    for _ in range(orders):
        place(session, customer_id, {variant: 1})
    cart.add(session, customer_id, variant, 3, NOW)
    points.give(
        session, customer_id, 50, kind="sign_in", ref=f"t{customer_id}", memo="签到", now=NOW
    )
    session.add(
        ChatMessage(
            row_key="r",
            conversation_id=talk_id,
            author="customer",
            kind="text",
            words_sealed=b"",
            intent="view_cart",
            at=floor.now,
        )
    )
    notes.add_note(session, sealer, talk_id, wang, "老顾客，爱砍价", floor.now)
    session.flush()
    return talk_id


def test_the_summary_says_what_the_database_says(floor: Floor, sealer: Sealer) -> None:
    talk_id = furnish(floor, sealer, orders=2)

    told = summary_of(floor.session, sealer, talk_id, floor.now).to_json()

    assert set(told) == {
        *("intents", "cart", "orders", "points", "coupons", "group_buys", "quota", "notes")
    }
    assert [each["intent"] for each in told["intents"]] == ["view_cart"]
    assert (told["cart"]["pieces"], told["cart"]["total"]) == (3, 3_000)
    assert [each["payable"] for each in told["orders"]] == [1_000, 1_000]
    assert told["points"] == 50
    assert told["quota"]["left"] == 3
    assert [each["words"] for each in told["notes"]] == ["老顾客，爱砍价"]
    assert (told["coupons"], told["group_buys"]) == ([], [])


def test_the_summary_takes_no_more_queries_for_more_orders(floor: Floor, sealer: Sealer) -> None:
    def queries_for(orders: int) -> int:
        talk_id = furnish(floor, sealer, orders)
        seen: list[str] = []
        engine = floor.session.get_bind()

        def note(*args: object) -> None:
            seen.append(str(args[2]))

        event.listen(engine, "before_cursor_execute", note)
        summary_of(floor.session, sealer, talk_id, floor.now)
        event.remove(engine, "before_cursor_execute", note)
        return len(seen)

    few = queries_for(1)
    floor.session.exec(select(ChatMessage)).one().row_key = "another"
    assert queries_for(5) == few


def test_a_note_is_sealed_read_by_colleagues_and_never_said(floor: Floor, sealer: Sealer) -> None:
    wang, talk_id = floor.hire(name="小王"), floor.write_in()
    notes.add_note(floor.session, sealer, talk_id, wang, " 先别催 ", floor.now)

    (note,) = notes.list_notes(floor.session, sealer, talk_id)

    assert (note.author, note.words) == ("小王", "先别催")
    assert floor.session.exec(select(func.count()).select_from(OutboxMessage)).one() == 0
    with pytest.raises(InvalidInput):
        notes.add_note(floor.session, sealer, talk_id, wang, "  ", floor.now)


def test_canned_answers_are_written_found_changed_and_taken_away(session: Session) -> None:
    number = canned.save_canned(session, Draft("Hi", "您好", "接待"), NOW)
    canned.save_canned(session, Draft("bye", "慢走"), NOW)

    assert [each.code for each in canned.list_canned(session)] == ["bye", "hi"]
    assert [each.code for each in canned.list_canned(session, "您")] == ["hi"]
    assert canned.list_canned(session, "%") == []
    canned.save_canned(session, Draft("hi", "您好呀"), NOW, canned_id=number)
    assert session.get_one(CannedAnswer, number).words == "您好呀"
    for draft in (Draft("bye", "重复"), Draft("a b", "空格"), Draft("x", " "), Draft("", "没有")):
        with pytest.raises(InvalidInput):
            canned.save_canned(session, draft, NOW, canned_id=number)
    canned.remove_canned(session, number)
    with pytest.raises(NotFound):
        canned.remove_canned(session, number)


def test_terms_are_kept_within_bounds(session: Session) -> None:
    assert terms.get_terms(session) == ServiceTerms()
    assert terms.set_terms(session, reply_within_minutes=3).reply_within_minutes == 3
    assert terms.get_terms(session).reply_within_minutes == 3
    with pytest.raises(InvalidInput):
        terms.set_terms(session, reply_within_minutes=0)
    with pytest.raises(InvalidInput):
        terms.set_terms(session, kf_place="moon")


def test_the_demo_shop_has_hours_and_answers_and_keeps_what_was_changed(session: Session) -> None:
    assert seed_service(session, SERVICE_FILE, NOW) == 6
    terms.set_terms(session, large_cart_fen=1)

    assert seed_service(session, SERVICE_FILE, NOW) == 0
    assert terms.get_terms(session).large_cart_fen == 1
    assert len(get_hours(session).week) == 7
