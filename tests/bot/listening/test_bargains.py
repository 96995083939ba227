"""What the owner of a bargain hears of the friends who help."""

from sqlmodel import Session

from bot.listeners import Listeners
from commerce.bargains import cutting
from commerce.bargains.tables import Bargain
from tests.bot.counter import Counter
from tests.bot.listening.hearing import hear_all, said
from tests.commerce import shop
from tests.commerce.bargains.bargaining import bargains_on, buy, help_in

UNTIL = "11月11日 14:00"


def begin(session: Session, owner: int, helpers: int) -> Bargain:
    activity = bargains_on(session, shop.put_on_sale(session, price=909), helpers=helpers)
    return cutting.start(session, owner, activity, shop.NOW)


async def test_the_first_friend_and_the_one_at_half_are_told_of_and_the_floor(
    chat: Counter, listeners: Listeners, buyer: tuple[int, int]
) -> None:
    with chat.database.writing() as session:
        bargain = begin(session, buyer[0], 9)
    for _ in range(8):
        with chat.database.writing() as session:
            help_in(session, bargain)
        await hear_all(chat, listeners)

    assert await said(chat) == [
        f"有朋友帮您砍了¥0.01，“云朵拖鞋”现在¥9.08，还差8位朋友到底价¥9。{UNTIL}前有效。",
        f"有朋友帮您砍了¥0.01，“云朵拖鞋”现在¥9.04，还差4位朋友到底价¥9。{UNTIL}前有效。",
    ]

    with chat.database.writing() as session:
        help_in(session, bargain)
    await hear_all(chat, listeners)

    assert (await said(chat))[2:] == [
        f"“云朵拖鞋”砍到底价¥9了，{UNTIL}前下单有效。回我“砍价”就能按底价下单。"
    ]


async def test_whoever_has_ordered_already_is_not_told_that_they_can(
    chat: Counter, listeners: Listeners, buyer: tuple[int, int]
) -> None:
    with chat.database.writing() as session:
        bargain = begin(session, buyer[0], 2)
        for _ in range(2):
            help_in(session, bargain)
        buy(session, bargain)

    await hear_all(chat, listeners)

    assert await said(chat) == []
