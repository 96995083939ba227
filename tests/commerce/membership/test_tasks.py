"""Tasks: each is worth points once."""

from sqlmodel import Session

from commerce.customers import identify
from commerce.customers.merging import merge
from commerce.inserting import id_of
from commerce.membership.birthdays import set_birthday
from commerce.membership.points import points_of
from commerce.membership.tables import TaskKind
from commerce.membership.tasks import list_tasks, serve_tasks
from commerce.ordering.states import move
from commerce.ordering.tables import OrderState
from tests.commerce.membership.members import new_member, open_task
from tests.commerce.shop import NOW, place, put_on_sale


def served(session: Session, customer: int) -> list[str]:
    return [task.kind for task in serve_tasks(session, customer, NOW)]


def test_telling_the_birthday_is_worth_points_once(session: Session) -> None:
    open_task(session, TaskKind.BIRTHDAY, 30)
    customer = new_member(session)
    assert served(session, customer) == []

    set_birthday(session, customer, 5, 20, NOW)

    assert [served(session, customer) for _ in range(2)] == [["birthday"], []]
    assert points_of(session, customer) == 30
    assert [each.is_done for each in list_tasks(session, customer)] == [True]


def test_following_is_worth_points_even_if_they_stop_later(session: Session) -> None:
    open_task(session, TaskKind.FOLLOW)
    fan = id_of(identify(session, "official_account", "gh_1", "o-1", NOW, follows=True))
    other = id_of(identify(session, "mini_program", "wx_1", "o-1", NOW, follows=True))

    assert served(session, fan) == ["follow"]
    identify(session, "official_account", "gh_1", "o-1", NOW, follows=False)
    identify(session, "official_account", "gh_1", "o-1", NOW, follows=True)
    assert served(session, fan) == served(session, other) == []


def test_the_first_order_counts_once_it_is_received(session: Session) -> None:
    open_task(session, TaskKind.FIRST_ORDER)
    customer = new_member(session)
    order = place(session, customer, {put_on_sale(session): 1})

    states = [OrderState.PAID, OrderState.SHIPPED, OrderState.RECEIVED]
    done = []
    for state in states:
        move(session, id_of(order), state, actor="test", reason="", now=NOW)
        done.append(served(session, customer))

    assert done == [[], [], ["first_order"]]


def test_a_task_that_is_closed_gives_nothing(session: Session) -> None:
    task = open_task(session, TaskKind.BIRTHDAY)
    task.is_open = False
    session.add(task)
    customer = new_member(session)
    set_birthday(session, customer, 5, 20, NOW)

    assert served(session, customer) == []
    assert list_tasks(session, customer) == []


def test_two_records_of_one_person_did_a_task_once_from_then_on(session: Session) -> None:
    open_task(session, TaskKind.BIRTHDAY, 30)
    kept, gone = new_member(session), new_member(session)
    for each in (kept, gone):
        set_birthday(session, each, 5, 20, NOW)
        served(session, each)

    merge(session, kept, gone, NOW)

    assert served(session, kept) == []
    assert points_of(session, kept) == 60
