"""Live streams in chat: when, what stands behind a link's number, and a reminder by consent."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from bot import texts
from bot.handlers import live_words as words
from bot.handlers.answers import is_yes, plain
from bot.handlers.product_cards import card_of_product
from bot.messages import Reply, Text
from bot.router import Router
from bot.turn import Turn
from commerce.inserting import id_of
from commerce.live import reminding, schedule
from commerce.live.tables import LiveSession
from nlu.understanding import Intent

router = Router()

LONGEST_REQUEST: Final = 24
"""Characters; whoever writes more wants something of their own."""
REACH: Final = timedelta(hours=47)
"""A stream that begins within it can be reminded of without another word of the customer."""


@router.anywhere
def hear_live(turn: Turn) -> Sequence[Reply] | None:
    """What is said of streams in so many words, whatever it was understood as."""
    said = plain(turn.text)
    if not 0 < len(said) <= LONGEST_REQUEST:
        return None
    if words.WANTS_NO_MORE.fullmatch(said):
        return withdraw(turn)
    if words.ASKS_TO_BE_TOLD.fullmatch(said):
        return agree_to_next(turn)
    if words.ASKS_WHEN.fullmatch(said):
        return show_schedule(turn)
    if words.ASKS_PRICE.search(said) and not words.links_named(said):
        return [Text(words.SAME_PRICE)]
    has_list = turn.memory.in_view == "list" and "直播" not in said and "号" not in said
    link = 0 if has_list else words.link_said(turn.text)
    if link:
        return show_links(turn, [link])
    bare = 0 if turn.memory.in_view == "list" else words.bare_link_said(turn.text)
    if bare and schedule.find_running(turn.session, turn.now) is not None:
        return show_links(turn, [bare])
    return None


@router.intent(Intent.LIVE_STREAM)
def tell_live(turn: Turn) -> Sequence[Reply]:
    """The links that are named, or what is on and what comes."""
    links = words.links_named(turn.text)
    return show_links(turn, links) if links else show_schedule(turn)


@router.step("live_reminder")
def hear_whether(turn: Turn) -> Sequence[Reply] | None:
    """Whether they want to be reminded of the stream that was named."""
    answer = is_yes(turn)
    if answer or words.SAYS_REMIND.fullmatch(plain(turn.text)):
        live = schedule.find_live(turn.session, turn.memory.question["live"])
        return agree_to_next(turn) if live is None else _agree(turn, live)
    return None if answer is None else [Text(words.NO_NEED)]


def show_schedule(turn: Turn) -> Sequence[Reply]:
    """What is on, what comes on the day asked about, or what comes next."""
    running = schedule.find_running(turn.session, turn.now)
    everything = schedule.list_coming(turn.session, turn.now)
    coming = [live for live in everything if live.starts_at > turn.now]
    lines = [] if running is None else [_running_line(running), words.SAY_LINK]
    day = words.day_asked(turn.text, turn.now)
    if day is not None:
        begins, ends = day[1], day[1] + timedelta(days=1)
        on_that_day = [live for live in coming if begins <= live.starts_at < ends]
        is_today = begins <= turn.now
        if not on_that_day and not (is_today and running is not None):
            lines.append(words.NOT_THAT_DAY.format(day=day[0]))
        coming = on_that_day or coming
    if not coming and running is None:
        return [Text(words.NONE)]
    if coming:
        lines.append(words.COMING if running is not None else words.NEXT_ONES)
        lines += words.lines_of(coming, turn.now)
    return [_with_offer(turn, lines, coming[0] if coming and running is None else None)]


def show_links(turn: Turn, positions: Sequence[int]) -> Sequence[Reply]:
    """The cards of the products behind these numbers; the next stream when none is running."""
    running = schedule.find_running(turn.session, turn.now)
    if running is None:
        return _name_next(turn)
    replies: list[Reply] = []
    told: list[str] = []
    shown = schedule.list_shown(turn.session, id_of(running))
    known = schedule.list_positions(turn.session, id_of(running))
    for position in positions:
        product = shown.get(position)
        if product is None:
            told.append(_why_not(position, known))
            continue
        if not product.in_stock:
            told.append(words.LINK_SOLD_OUT.format(position=position))
        turn.memory.speak_of(product.id)
        turn.memory.in_view = ""
        replies.append(card_of_product(product, turn.source))
    sentence = [Text("\n".join(dict.fromkeys(told)))] if told else []
    return [*sentence, *replies]


def agree_to_next(turn: Turn) -> Sequence[Reply]:
    """直播提醒我: the words themselves are the consent, to the next stream."""
    live = schedule.find_next(turn.session, turn.now)
    if live is not None:
        return _agree(turn, live)
    running = schedule.find_running(turn.session, turn.now)
    return [Text(words.NONE if running is None else _running_line(running))]


def withdraw(turn: Turn) -> Sequence[Reply]:
    """Remind of no stream any more."""
    had = reminding.withdraw(turn.session, turn.customer_id)
    return [Text(words.WITHDRAWN if had else words.NOTHING_TO_WITHDRAW)]


def _agree(turn: Turn, live: LiveSession) -> Sequence[Reply]:
    title, when = words.title_of(live), words.when_in_words(live.starts_at, turn.now)
    if live.starts_at <= turn.now:
        return [Text(words.BEGUN.format(title=title))]
    if not reminding.may_remind(live, turn.now):
        return [Text(words.TOO_EARLY.format(title=title, when=when))]
    is_new = reminding.agree(turn.session, id_of(live), turn.customer_id, turn.now)
    lines = [(words.AGREED if is_new else words.AGREED_BEFORE).format(title=title, when=when)]
    if live.starts_at > turn.now + REACH:
        lines.append(words.FAR_AWAY)
    return [Text("\n".join(lines))]


def _with_offer(turn: Turn, lines: Sequence[str], live: LiveSession | None) -> Text:
    """The lines, and the question whether to remind of the stream, unless that is settled."""
    if live is None or not reminding.may_remind(live, turn.now):
        return Text(texts.fitting(lines))
    if reminding.has_agreed(turn.session, id_of(live), turn.customer_id):
        return Text(texts.fitting(lines, words.WILL_REMIND))
    if turn.asked:
        return Text(texts.fitting(lines))
    turn.ask("live_reminder", words.MAY_REMIND, live=id_of(live))
    return Text(texts.fitting(lines, words.MAY_REMIND))


def _name_next(turn: Turn) -> Sequence[Reply]:
    live = schedule.find_next(turn.session, turn.now)
    if live is None:
        return [Text(words.NONE)]
    told = words.NOT_RUNNING.format(
        when=words.when_in_words(live.starts_at, turn.now),
        title=words.title_of(live),
        place=words.place_in_words(live),
    )
    return [_with_offer(turn, [told], live)]


def _running_line(live: LiveSession) -> str:
    return words.RUNNING.format(
        title=words.title_of(live),
        until=words.clock_in_words(live.ends_at),
        place=words.place_in_words(live),
    )


def _why_not(position: int, known: dict[int, int]) -> str:
    if not known:
        return words.NO_LINKS
    if position in known:
        return words.LINK_GONE.format(position=position)
    return words.NO_SUCH_LINK.format(first=min(known), last=max(known), position=position)
