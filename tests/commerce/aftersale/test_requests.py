"""Asking for money, goods or mending: each piece once, only for one's own orders."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from commerce.aftersale import deciding, pictures, queries, requests, states
from commerce.aftersale.claims import free_pieces
from commerce.aftersale.tables import (
    AfterSale,
    ClaimedLine,
    PictureState,
    Reason,
    RequestKind,
    RequestState,
)
from commerce.errors import IllegalMove, InvalidInput, NotFound
from commerce.inserting import id_of
from commerce.ordering.orders import list_lines
from commerce.ordering.states import move
from commerce.ordering.tables import Order, OrderLine, OrderState
from tests.commerce.shop import NOW, SEALER, events, new_customer, place, put_on_sale

pytestmark = pytest.mark.database
WORDS = "外壳碎了，收件人是王小明"
LATER = NOW + timedelta(hours=1)


def bought(
    session: Session, pieces: int = 1, *, state: OrderState = OrderState.SHIPPED
) -> tuple[Order, OrderLine]:
    order = place(session, new_customer(session), {put_on_sale(session): pieces})
    order_id = id_of(order)
    for step in (OrderState.PAID, OrderState.PACKED, OrderState.SHIPPED, OrderState.RECEIVED):
        if order.state == state:
            break
        order = move(session, order_id, step, actor="test", reason="", now=NOW)
        session.refresh(order)
    (line,) = list_lines(session, order)
    return order, line


@contextmanager
def statements(session: Session) -> Iterator[list[str]]:
    """What the session's database is asked meanwhile."""
    said: list[str] = []

    def note(*told: object) -> None:
        said.append(str(told[2]))

    event.listen(session.get_bind(), "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(session.get_bind(), "before_cursor_execute", note)


def ask(
    session: Session, order: Order, line: OrderLine, quantity: int = 1, **changes: object
) -> AfterSale:
    request: dict[str, object] = {
        "customer_id": order.customer_id,
        "order_id": id_of(order),
        "pieces": {id_of(line): quantity},
        "kind": RequestKind.RETURN_REFUND,
        "reason": Reason.DAMAGED,
        "words": WORDS,
        "now": NOW,
    }
    return requests.open_request(session, SEALER, **{**request, **changes})  # type: ignore[arg-type]


def test_a_request_has_a_number_its_words_are_sealed_and_a_person_is_told(
    session: Session,
) -> None:
    order, line = bought(session)

    request = ask(session, order, line)

    assert request.request_no.startswith("SH261111")
    assert len(request.request_no) == 14
    assert WORDS.encode() not in request.words_sealed
    assert requests.read_words(SEALER, request) == WORDS
    (told,) = events(session, "person_wanted")
    assert told.subject["request_no"] == request.request_no
    assert told.subject["reason"] == "request_refund"
    assert WORDS not in str([event.subject for event in events(session)])


def test_no_piece_is_asked_for_twice(session: Session) -> None:
    order, line = bought(session, 3)
    ask(session, order, line, 2)

    with pytest.raises(IllegalMove, match="还能申请的只有1件"):
        ask(session, order, line, 2)
    ask(session, order, line, 1)
    with pytest.raises(IllegalMove, match="只有0件"):
        ask(session, order, line, 1)

    assert free_pieces(session, [line]) == {id_of(line): 0}
    assert len(session.exec(select(AfterSale)).all()) == 2


def test_all_pieces_are_claimed_or_none(session: Session) -> None:
    order = place(
        session, new_customer(session), {put_on_sale(session): 1, put_on_sale(session): 1}
    )
    move(session, id_of(order), OrderState.PAID, actor="test", reason="", now=NOW)
    first, second = list_lines(session, order)
    ask(session, order, second, kind=RequestKind.REFUND_ONLY)
    both = {id_of(first): 1, id_of(second): 1}

    with pytest.raises(IllegalMove):
        ask(session, order, first, pieces=both, kind=RequestKind.REFUND_ONLY)

    assert free_pieces(session, [first, second]) == {id_of(first): 1, id_of(second): 0}
    assert [each.order_line_id for each in session.exec(select(ClaimedLine))] == [id_of(second)]


def test_requests_are_viewed_in_as_many_statements_however_many_they_are(session: Session) -> None:
    customer_id = new_customer(session)
    found: list[AfterSale] = []
    counts: list[int] = []
    for _ in range(2):
        for _ in range(3):
            order = place(session, customer_id, {put_on_sale(session): 1})
            move(session, id_of(order), OrderState.PAID, actor="test", reason="", now=NOW)
            (line,) = list_lines(session, order)
            found.append(ask(session, order, line, kind=RequestKind.REFUND_ONLY))
        session.flush()
        session.expire_all()
        ids = [id_of(each) for each in found]
        requests_now = [session.get_one(AfterSale, each) for each in ids]
        with statements(session) as said:
            queries.view_requests(session, requests_now)
        counts.append(len(said))

    assert counts[0] == counts[1]


def test_the_row_itself_refuses_more_pieces_than_were_bought(session: Session) -> None:
    order, line = bought(session, 2)
    ask(session, order, line, 2)

    tally = session.exec(select(ClaimedLine)).one()
    tally.claimed = 3
    session.add(tally)
    with pytest.raises(IntegrityError):
        session.flush()


@pytest.mark.parametrize("quantity", [0, -1])
def test_nothing_cannot_be_asked_for(session: Session, quantity: int) -> None:
    order, line = bought(session)

    with pytest.raises(IllegalMove):
        ask(session, order, line, quantity)
    with pytest.raises(InvalidInput):
        ask(session, order, line, pieces={})


def test_somebody_elses_order_and_lines_are_not_found(session: Session) -> None:
    order, line = bought(session)
    _, foreign_line = bought(session)

    with pytest.raises(NotFound):
        ask(session, order, line, customer_id=new_customer(session))
    with pytest.raises(NotFound):
        ask(session, order, foreign_line)
    with pytest.raises(NotFound):
        ask(session, order, line, order_id=404)
    assert session.exec(select(AfterSale)).all() == []


@pytest.mark.parametrize(
    ("state", "allowed"),
    [
        (OrderState.UNPAID, set()),
        (OrderState.PAID, {RequestKind.REFUND_ONLY, RequestKind.CLAIM}),
        (OrderState.SHIPPED, set(RequestKind)),
        (OrderState.RECEIVED, set(RequestKind)),
    ],
)
def test_what_may_be_asked_for_depends_on_where_the_order_is(
    session: Session, state: OrderState, allowed: set[RequestKind]
) -> None:
    order, line = bought(session, len(RequestKind), state=state)

    for kind in RequestKind:
        if kind in allowed:
            ask(session, order, line, kind=kind)
        else:
            with pytest.raises(IllegalMove):
                ask(session, order, line, kind=kind)


@pytest.mark.parametrize(
    ("kind", "path", "free_again"),
    [
        (RequestKind.RETURN_REFUND, [deciding.agree, deciding.arrive], 0),
        (RequestKind.RETURN_REFUND, [deciding.agree, deciding.arrive, deciding.refuse], 1),
        (RequestKind.EXCHANGE, [deciding.agree, deciding.arrive], 0),
        (RequestKind.CLAIM, [deciding.agree, deciding.finish], 1),
        (RequestKind.RETURN_REFUND, [deciding.refuse], 1),
        (RequestKind.RETURN_REFUND, [deciding.agree], 0),
    ],
)
def test_pieces_are_free_again_once_a_request_no_longer_wants_them(
    session: Session, kind: RequestKind, path: list[object], free_again: int
) -> None:
    order, line = bought(session)
    request = ask(session, order, line, kind=kind)

    for step in path:
        step(session, request.request_no, actor="agent:1", note="好", now=LATER)  # type: ignore[operator]

    assert free_pieces(session, [line]) == {id_of(line): free_again}


def test_the_history_replays_to_the_state_and_every_move_is_announced(session: Session) -> None:
    order, line = bought(session)
    number = ask(session, order, line, kind=RequestKind.CLAIM).request_no

    deciding.agree(session, number, actor="agent:1", note="寄回仓库", now=LATER)
    request = deciding.finish(session, number, actor="agent:1", note="", now=LATER)

    assert request.state == RequestState.DONE
    history = queries.list_history(session, request)
    assert [(each.from_state, each.to_state, each.actor) for each in history] == [
        (None, "requested", f"customer:{order.customer_id}"),
        ("requested", "agreed", "agent:1"),
        ("agreed", "done", "agent:1"),
    ]
    (agreed,) = events(session, "after_sale_agreed")
    assert (agreed.subject["request_no"], agreed.subject["note"]) == (number, "寄回仓库")
    assert len(events(session, "after_sale_done")) == 1


@pytest.mark.parametrize("end", [deciding.refuse, deciding.agree])
def test_what_is_decided_is_not_decided_again(session: Session, end: object) -> None:
    order, line = bought(session)
    number = ask(session, order, line).request_no
    end(session, number, actor="agent:1", note="", now=LATER)  # type: ignore[operator]

    with pytest.raises(IllegalMove):
        deciding.refuse(session, number, actor="agent:2", note="", now=LATER)
    with pytest.raises(NotFound):
        deciding.agree(session, "SH000000000000", actor="agent:2", note="", now=LATER)


def test_a_customer_takes_back_only_what_is_theirs(session: Session) -> None:
    order, line = bought(session)
    number = ask(session, order, line).request_no

    with pytest.raises(NotFound):
        states.withdraw(session, new_customer(session), number, LATER)
    states.withdraw(session, order.customer_id, number, LATER)
    with pytest.raises(IllegalMove):
        states.withdraw(session, order.customer_id, number, LATER)

    assert queries.list_live(session, order.customer_id) == []
    ask(session, order, line)  # The piece may be asked for again.


def test_a_view_names_order_pieces_and_the_shops_last_word(session: Session) -> None:
    order, line = bought(session, 2)
    request = ask(session, order, line, 2)
    deciding.refuse(session, request.request_no, actor="agent:1", note="超过七天了", now=LATER)

    (view,) = queries.view_requests(session, queries.list_requests(session, order.customer_id))

    assert view.order_no == order.order_no
    assert [(each.title, count) for each, count in view.pieces] == [(line.title, 2)]
    assert view.note == "超过七天了"
    assert queries.find_own(session, new_customer(session), request.request_no) is None


def test_a_picture_is_noted_once_and_kept_under_a_sealed_name(session: Session) -> None:
    order, line = bought(session)
    request = ask(session, order, line)
    where = {"channel": "official_account", "media_id": "m-1", "now": NOW}

    picture = pictures.attach_picture(session, request, **where)  # type: ignore[arg-type]
    assert pictures.attach_picture(session, request, **where) is None  # type: ignore[arg-type]
    assert picture is not None
    with pytest.raises(NotFound):
        pictures.picture_name(SEALER, picture)
    pictures.keep_picture(
        session, SEALER, picture.row_key, name="abc", content_type="image/png", size=9
    )

    (kept,) = pictures.list_pictures(session, request)
    assert (kept.state, kept.size) == (PictureState.KEPT, 9)
    assert pictures.picture_name(SEALER, kept) == "abc"
    pictures.lose_picture(session, picture.row_key, NOW)  # Too late: we have it.
    assert kept.state == PictureState.KEPT


def test_pictures_end_at_nine_and_with_the_request(session: Session) -> None:
    order, line = bought(session)
    request = ask(session, order, line)

    def attach(number: int) -> None:
        pictures.attach_picture(
            session, request, channel="official_account", media_id=f"m-{number}", now=NOW
        )

    attach(0)
    (first,) = pictures.list_pictures(session, request)
    pictures.lose_picture(session, first.row_key, NOW)
    assert len(events(session, "after_sale_picture_lost")) == 1
    for number in range(1, pictures.MOST_PICTURES):
        attach(number)
    for picture in pictures.list_pictures(session, request)[1:]:
        pictures.lose_picture(session, picture.row_key, NOW)
    assert len(events(session, "after_sale_picture_lost")) == 1  # Nine messages would be too many.
    with pytest.raises(IllegalMove):
        attach(99)
    states.withdraw(session, order.customer_id, request.request_no, LATER)
    with pytest.raises(IllegalMove):
        attach(1)
