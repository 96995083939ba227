"""What follows from groups, an order at a time, and what their members hear."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.handlers import group_buy_news_words as words
from bot.handlers.group_buy_disclosure import COMPLETED_BY_SHOP
from bot.handlers.order_words import moment_in_words
from bot.messages import Card, Reply, Text
from bot.notices import news
from bot.reactions.heard import Heard, order_of, room_for, tell, tell_all, tell_so
from bot.reactions.pickup import code_in_words
from commerce.group_buys import following
from commerce.group_buys.queries import GroupSeen, find_of_order
from commerce.group_buys.tables import GroupState
from commerce.money import yuan
from miniprogram_cards.deal_cards import group_card

KEPT_FOR_THE_END: Final = 2
"""Messages of the reply window that are not spent on who joins: success, and money given back."""
NEWS: Final = timedelta(days=2)
"""After that how a group ended is seen on its page."""


def group_succeeded(heard: Heard) -> None:
    """Let a member's order go on, with the difference given back."""
    following.let_go(heard.session, heard.about["order_id"], heard.now)


def money_back(heard: Heard) -> None:
    """Give all of it back to a member whose group failed, or who found no seat."""
    following.give_back(heard.session, heard.sealer, heard.about["order_id"], heard.now)


def limit_freed(heard: Heard) -> None:
    """Who has sent all of an order back may take part once more."""
    if heard.about["is_whole"]:
        following.note_whole_refund(heard.session, heard.about["order_id"])


def opening_told(heard: Heard) -> None:
    """Send the leader the card of their group, to be passed on."""
    _send_card(heard)


def joining_told(heard: Heard) -> None:
    """Send every member the card of the group as it is now.

    Only whom it reaches at once, and who can still hear how the group ends: none of it waits.
    """
    if room_for(heard, order_of(heard)) > KEPT_FOR_THE_END:
        _send_card(heard)


def _send_card(heard: Heard) -> None:
    group = _group_of(heard)
    if group.state != GroupState.OPEN or group.expires_at <= heard.now:
        return  # There is better news, or worse.

    tell_so(
        heard,
        order_of(heard),
        lambda source: _card(group, heard.now, source),
        until=group.expires_at,
    )


def moved_told(heard: Heard) -> None:
    """Tell a payer too many that they lead a group of their own now."""
    group = _group_of(heard)
    lacks = words.LACKS.format(missing=group.missing) if group.missing else words.FULL_ENOUGH
    until = moment_in_words(group.expires_at)
    told = words.MOVED.format(title=group.activity.title, lacks=lacks, until=until)
    tell(heard, order_of(heard), told, until=group.expires_at)


def overflow_told(heard: Heard) -> None:
    """Tell a payer too many that their money is on its way back."""
    tell(heard, order_of(heard), _of_money(heard, words.OVERFLOWED))


def failure_told(heard: Heard) -> None:
    """Tell a member that too few have paid, and that their money is on its way back."""
    _tell_the_end(heard, _of_money(heard, words.FAILED), has_succeeded=False)


def success_told(heard: Heard) -> None:
    """Tell a member of success; also that the shop completed the group, if it did."""
    order, about = order_of(heard), heard.about
    is_fetched = order.pickup_store_id is not None
    told = words.SUCCEEDED.format(
        title=_group_of(heard).activity.title,
        paid=about["paid"],
        order_no=order.order_no,
        then=words.IS_FETCHED if is_fetched else words.IS_SENT,
    )
    lacked = about["reached"] - about["paid"]
    disclosed = COMPLETED_BY_SHOP.format(heads=lacked) if about["is_virtual"] else ""
    code = code_in_words(heard, order) if is_fetched else ""
    said = "\n".join(filter(None, (told, disclosed, code)))
    _tell_the_end(heard, said, until=heard.event.at + NEWS, has_succeeded=True)


def rebate_told(heard: Heard) -> None:
    """Tell a member what goes back because more came than were needed."""
    order, about = order_of(heard), heard.about
    told = words.REBATED.format(
        title=_group_of(heard).activity.title,
        heads=about["reached"],
        order_no=order.order_no,
        amount=yuan(about["amount"]),
    )
    tell(heard, order, told)


def _of_money(heard: Heard, sentence: str) -> str:
    order = order_of(heard)
    return sentence.format(
        title=_group_of(heard).activity.title,
        paid=heard.about["paid"],
        order_no=order.order_no,
        amount=yuan(order.payable),
    )


def _tell_the_end(
    heard: Heard, said: str, until: datetime | None = None, *, has_succeeded: bool
) -> None:
    """How the group ended, and its card with who was in it where the reply window has room."""
    order, group = order_of(heard), _group_of(heard)
    notice = news.group_ended(order, group.activity.title, has_succeeded=has_succeeded)
    if room_for(heard, order) <= KEPT_FOR_THE_END:
        return tell(heard, order, said, until, notice)

    def both(source: str) -> Sequence[Reply]:
        return [Text(said), _card(group, heard.now, source)]

    return tell_all(heard, order, both, until, notice)


def _card(group: GroupSeen, now: datetime, source: str) -> Card:
    content = group_card(group, now, source)
    return Card(content.title, content.path, content.picture)


def _group_of(heard: Heard) -> GroupSeen:
    group = find_of_order(heard.session, heard.about["order_id"], sealer=heard.sealer)
    if group is None:
        raise LookupError("an order of a group's event has no group")
    return group
