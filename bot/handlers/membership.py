"""Points and membership in chat: what one has, where it came from, signing in, the level."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from bot import texts
from bot.handlers import membership_words as words
from bot.handlers import points_mall
from bot.handlers.answers import is_yes
from bot.handlers.knowledge import known_answer
from bot.handlers.membership_words import Goal
from bot.messages import Reply, Text
from bot.router import Router
from bot.turn import Turn
from commerce.errors import IllegalMove, InvalidInput
from commerce.membership import points
from commerce.membership.birthdays import find_birthday, set_birthday
from commerce.membership.levels import list_levels, standing
from commerce.membership.signing_in import look_at, sign_in
from commerce.membership.tables import MembershipTerms
from commerce.membership.tasks import list_tasks, serve_tasks
from commerce.membership.terms import get_terms
from commerce.money import yuan
from nlu.understanding import Intent

router = Router()

STATEMENT_LINES: Final = 10
LONGEST_REQUEST: Final = 24
"""Characters; whoever writes more wants something of their own."""


@router.anywhere
def hear_membership(turn: Turn) -> Sequence[Reply] | None:
    """What is said of points in so many words, whatever it was understood as."""
    if not 0 < len(turn.text) <= LONGEST_REQUEST:
        return None
    thing = words.thing_wanted(turn.text)
    if thing is not None:
        return points_mall.ask_for(turn, thing)
    told = words.birthday_told(turn.text)
    if told is not None:
        return _note_birthday(turn, told)
    goal = words.sure_goal(turn.text)
    return None if goal is None else ANSWERS[goal](turn)


@router.intent(Intent.ASK_POINTS)
def tell_membership(turn: Turn) -> Sequence[Reply]:
    """Whatever else is asked of points and levels: as the words say, as written, or all of it."""
    goal = words.goal_of(turn.text)
    if goal is not None:
        return ANSWERS[goal](turn)
    return known_answer(turn) or tell_balance(turn)


@router.step("birthday", lasting=True)
def hear_birthday(turn: Turn) -> Sequence[Reply] | None:
    """A month and a day; a lunar one has to be told by the other calendar."""
    if words.LUNAR.search(turn.text):
        return [turn.ask("birthday", words.LUNAR_BIRTHDAY)]
    told = words.day_said(turn.text)
    if told is not None:
        return _note_birthday(turn, told)
    return [Text(words.BIRTHDAY_KEPT)] if is_yes(turn) is False else None


def tell_balance(turn: Turn) -> Sequence[Reply]:
    """How many points there are and what they are worth."""
    served = _serve_tasks(turn)
    balance, terms = points.points_of(turn.session, turn.customer_id), get_terms(turn.session)
    if balance < 0:
        state = words.IN_DEBT.format(points=-balance)
    elif balance == 0:
        state = words.NO_POINTS.format(earn=_earn(terms))
    else:
        state = words.BALANCE.format(points=balance, worth=_worth_now(balance, terms))
    lines = [*served, state, *_sign_hint(turn), *([words.MORE_HINT] if balance > 0 else [])]
    return [Text("\n".join(lines))]


def tell_statement(turn: Turn) -> Sequence[Reply]:
    """The last movements, each with what was left."""
    found = points.points_statement(turn.session, turn.customer_id, limit=STATEMENT_LINES)
    if not found.lines:
        return [Text(words.NO_STATEMENT.format(earn=_earn(get_terms(turn.session))))]
    head = words.STATEMENT.format(points=found.lines[0].balance)
    lines = [head, *map(words.line_in_words, found.lines)]
    return [Text(texts.fitting(lines, words.OLDER if found.older else ""))]


def sign_customer_in(turn: Turn) -> Sequence[Reply]:
    """Sign in for today."""
    if not get_terms(turn.session).sign_in_points:
        return [Text(words.SIGN_NOTHING)]
    told = sign_in(turn.session, turn.customer_id, turn.now)
    total = points.points_of(turn.session, turn.customer_id)
    sentence = words.SIGNED if told.is_new else words.SIGNED_BEFORE
    return [
        Text(
            sentence.format(
                points=told.points, streak=told.streak, tomorrow=told.tomorrow, total=total
            )
        )
    ]


def tell_sign_in_rules(turn: Turn) -> Sequence[Reply]:
    """What signing in gives."""
    cycle = get_terms(turn.session).sign_in_points
    if not cycle:
        return [Text(words.SIGN_NOTHING)]
    return [Text(words.SIGN_RULES.format(days=len(cycle), cycle=words.cycle_in_words(cycle)))]


def tell_level(turn: Turn) -> Sequence[Reply]:
    """Where the customer stands, and every level with what it gives."""
    levels = list_levels(turn.session)
    if not levels:
        return [Text(words.NO_LEVELS.format(earn=_earn(get_terms(turn.session))))]
    found = standing(turn.session, turn.customer_id)
    mine = words.NO_LEVEL
    if found.level is not None:
        mine = words.LEVEL.format(name=found.level.name, gives=words.level_gives(found.level))
    so_far = yuan(max(0, found.experience))
    ahead = words.TOP.format(experience=so_far)
    if found.next_level is not None:
        ahead = words.TO_NEXT.format(
            experience=so_far,
            missing=yuan(found.missing),
            name=found.next_level.name,
            gives=words.level_gives(found.next_level),
        )
    farther = [each for each in levels if each != found.next_level and each.name in turn.text]
    if words.ASKS_HOW_FAR.search(turn.text) and not farther:
        return [Text(f"{mine}\n{ahead}")]
    listed = [
        words.ONE_LEVEL.format(
            name=level.name, threshold=yuan(level.threshold), gives=words.level_gives(level)
        )
        for level in levels
    ]
    return [Text(texts.fitting([mine, ahead, words.LEVELS, *listed]))]


def tell_tasks(turn: Turn) -> Sequence[Reply]:
    """How points are come by; what the customer has done meanwhile is served first."""
    served = _serve_tasks(turn)
    tasks = [
        words.TASK.format(
            title=each.task.title,
            points=each.task.points,
            done="（已完成）" if each.is_done else "",
        )
        for each in list_tasks(turn.session, turn.customer_id)
    ]
    earn = f"· {_earn(get_terms(turn.session))}"
    lines = [*served, words.TASKS, earn, *tasks, *_sign_hint(turn)]
    return [Text(texts.fitting(lines))]


def tell_worth(turn: Turn) -> Sequence[Reply]:
    """What points are worth at checkout."""
    terms = get_terms(turn.session)
    if terms.spend_points == 0:
        return [Text(words.WORTH_OFF)]
    served = _serve_tasks(turn)
    rule = words.WORTH.format(rate=words.rate_in_words(terms), percent=terms.most_percent)
    balance = points.points_of(turn.session, turn.customer_id)
    fen = _worth(balance, terms)
    mine = words.WORTH_OF_YOURS.format(points=balance, fen=yuan(fen))
    return [Text("\n".join([*served, *([mine] if fen > 0 else []), rule]))]


def ask_birthday(turn: Turn) -> Sequence[Reply]:
    """The birthday that is known, or a question for it."""
    gift = _birthday_gift(get_terms(turn.session))
    known = find_birthday(turn.session, turn.customer_id)
    if known is not None:
        month, day = known
        return [Text(words.BIRTHDAY_KNOWN.format(month=month, day=day, gift=gift))]
    return [turn.ask("birthday", words.BIRTHDAY_ASK.format(gift=gift))]


def _note_birthday(turn: Turn, told: tuple[int, int]) -> Sequence[Reply]:
    month, day = told
    try:
        set_birthday(turn.session, turn.customer_id, month, day, turn.now)
    except InvalidInput as error:
        return [turn.ask("birthday", f"{error}，比如“5月20日”。")]
    except IllegalMove as error:
        return [Text(f"{error}。")]
    gift = _birthday_gift(get_terms(turn.session))
    noted = words.BIRTHDAY_NOTED.format(month=month, day=day, gift=gift)
    return [Text("\n".join([noted, *_serve_tasks(turn)]))]


def _serve_tasks(turn: Turn) -> list[str]:
    served = serve_tasks(turn.session, turn.customer_id, turn.now)
    return [words.served_in_words(task.title, task.points) for task in served]


def _sign_hint(turn: Turn) -> list[str]:
    """Today's sign-in, if it is still to be done and worth something."""
    found = look_at(turn.session, turn.customer_id, turn.now)
    if found.is_done or not found.next_points:
        return []
    return [words.SIGN_HINT.format(points=found.next_points)]


def _earn(terms: MembershipTerms) -> str:
    return words.EARN.format(points=terms.points_per_yuan)


def _worth_now(balance: int, terms: MembershipTerms) -> str:
    if terms.spend_points == 0 or terms.spend_fen == 0:
        return ""
    rate, fen = words.rate_in_words(terms), _worth(balance, terms)
    if fen == 0:
        return words.NOT_ENOUGH_YET.format(rate=rate)
    return words.WORTH_NOW.format(fen=yuan(fen), rate=rate)


def _worth(balance: int, terms: MembershipTerms) -> int:
    """Fen that an order big enough is cheaper by: as at checkout, points count by whole units."""
    return min(balance, terms.most_points) // terms.spend_points * terms.spend_fen


def _birthday_gift(terms: MembershipTerms) -> str:
    if terms.birthday_points == 0:
        return ""
    coupon = "" if terms.birthday_template_id is None else "和一张券"
    return words.BIRTHDAY_GIFT.format(points=terms.birthday_points, coupon=coupon)


ANSWERS: Final[Mapping[Goal, Callable[[Turn], Sequence[Reply]]]] = {
    Goal.SIGN_IN: sign_customer_in,
    Goal.SIGN_IN_RULES: tell_sign_in_rules,
    Goal.STATEMENT: tell_statement,
    Goal.REDEEMED: points_mall.tell_redeemed,
    Goal.MALL: points_mall.show_mall,
    Goal.BIRTHDAY: ask_birthday,
    Goal.LEVEL: tell_level,
    Goal.TASKS: tell_tasks,
    Goal.WORTH: tell_worth,
    Goal.BALANCE: tell_balance,
}
