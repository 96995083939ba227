"""Coupons in chat: taking them, one's own, which fits the cart, and why one does not."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from bot import texts
from bot.handlers import coupon_goals as goals
from bot.handlers import coupon_words as words
from bot.handlers.answers import is_yes, plain
from bot.handlers.coupon_goals import CouponGoal
from bot.handlers.coupon_hints import coupon_hint, goods_of, judge_cart, rung_hints
from bot.handlers.coupon_taking import offer_words, take_offered
from bot.handlers.deals import deals_in_words, show_deals, show_discounted
from bot.handlers.knowledge import known_answer
from bot.messages import Choices, Reply, Text
from bot.router import Router
from bot.turn import Turn
from commerce.money import yuan
from commerce.ordering import cart
from commerce.promotions.choosing import Judged, best_of, nearest
from commerce.promotions.coupons import HeldCoupon, list_gone, list_held
from commerce.promotions.describing import coupon_rule, scope_in_words
from commerce.promotions.tables import CouponState
from commerce.promotions.taking import HAD_BEFORE, Offered, list_offered
from nlu.understanding import Intent

router = Router()

LONGEST_REQUEST: Final = 24
"""Characters; whoever writes more wants something of their own."""
LONGEST_SENTENCE: Final = 40
"""Characters of a sentence that was understood to be about deals."""


@router.anywhere
def hear_coupons(turn: Turn) -> Sequence[Reply] | None:
    """What is said of coupons in so many words, whatever it was understood as."""
    said = plain(turn.text)
    if not 0 < len(said) <= LONGEST_REQUEST:
        return None
    if words.SAYS_NO_USE.search(said) and _names_own(turn, said):
        return explain_unusable(turn)
    if "领" in said and not words.ASKS_WHY_NOT.fullmatch(said):
        everything = list_offered(turn.session, turn.customer_id, turn.now)
        named = [each for each in everything if plain(each.template.name) in said]
        if named:
            return take_offered(turn, named)
    if words.ASKS_ALL.fullmatch(said):
        return _take_all(turn)
    for pattern, answer in ANSWERS:
        if pattern.fullmatch(said):
            return answer(turn)
    return None


@router.intent(Intent.ASK_PROMOTION)
def tell_promotions(turn: Turn) -> Sequence[Reply]:
    """A coupon that is named, what the words ask of coupons, what is written, or the deals."""
    if len(turn.text) <= LONGEST_SENTENCE:
        named = _named(turn) if goals.wants_one(turn.text) else []
        goal = goals.goal_of(turn.text)
        if named and goal in (None, CouponGoal.OFFERED):
            return take_offered(turn, named)
        if goal is not None:
            return ANSWER_OF[goal](turn)
    return known_answer(turn) or show_deals(turn)


@router.step("which_coupon", lasting=True)
def hear_which(turn: Turn) -> Sequence[Reply] | None:
    """Which of the coupons shown are to be taken: a place, a name, all, or none."""
    said = plain(turn.text)
    shown: list[int] = turn.memory.question["templates"]
    by_id = {
        each.template.id: each for each in list_offered(turn.session, turn.customer_id, turn.now)
    }
    offered = [by_id[each] for each in shown if each in by_id]
    if words.TAKES_ALL.fullmatch(said) or said == words.ALL or is_yes(turn):
        return take_offered(turn, [each for each in offered if each.may_be_taken])
    if is_yes(turn) is False:
        return [Text(words.LATER)]
    place = words.place_said(said)
    if place is None:
        named = [each for each in offered if plain(each.template.name) in said]
        return take_offered(turn, named) if named else None
    if not 0 < place <= len(shown):
        question = words.NO_SUCH_COUPON.format(count=len(shown))
        return [turn.ask("which_coupon", question, templates=shown)]
    return take_offered(turn, [each for each in offered if each.template.id == shown[place - 1]])


def show_offered(turn: Turn) -> Sequence[Reply]:
    """The coupons that can be taken, to choose from; where there is none, what there is."""
    everything = list_offered(turn.session, turn.customer_id, turn.now)
    offered = [each for each in everything if each.may_be_taken][: words.MOST_LISTED]
    if offered:
        return _ask_which(turn, offered)
    if any(each.refusal == HAD_BEFORE for each in everything):
        return [Text(words.ALL_TAKEN)]
    if everything:
        return [Text(words.ALL_GONE)]
    deals = deals_in_words(turn)
    has_none = deals == texts.NO_PROMOTION
    return [Text(deals if has_none else f"{words.NOTHING_TO_TAKE}\n{deals}")]


def take_one(turn: Turn) -> Sequence[Reply]:
    """我要领券: the only one at once, else the choice."""
    offered = _offered(turn)
    return take_offered(turn, offered) if len(offered) == 1 else show_offered(turn)


def show_own(turn: Turn) -> Sequence[Reply]:
    """The customer's coupons, and what each does for their cart."""
    held = list_held(turn.session, turn.customer_id, turn.now)
    if not held:
        more = words.SAY_TAKE if _offered(turn) else ""
        return [Text(f"{words.OWN_NONE}{more}")]
    judged = {each.coupon.id: each for each in judge_cart(turn)}
    has_cart = bool(cart.view(turn.session, turn.customer_id).lines)
    lines = [
        _own_line(turn, number, each, judged.get(each.owned.id) if has_cart else None)
        for number, each in enumerate(held, 1)
    ]
    return [Text(texts.fitting([words.OWN.format(count=len(held)), *words.listed(lines)]))]


def explain_unusable(turn: Turn) -> Sequence[Reply]:
    """Why coupons cannot be used for the cart, each with what is missing."""
    judged = judge_cart(turn)
    if not judged:
        return _nothing_usable(turn)
    if not cart.view(turn.session, turn.customer_id).lines:
        return [Text(words.CART_IS_EMPTY)]
    said = plain(turn.text)
    meant = [each for each in judged if plain(each.coupon.name) in said]
    meant = meant or [each for each in judged if goals.names_coupon(each.coupon.name, said)]
    place = next(iter(turn.understanding.ordinals), 0)
    if not meant and 0 < place <= len(judged):
        meant = [judged[place - 1]]
    if meant:
        return [Text("\n".join(map(_verdict, meant)))]
    best, refused = best_of(judged), [each for each in judged if not each.is_usable]
    if not refused and best is not None:
        saving = yuan(best.saving)
        return [Text(words.ALL_USABLE.format(name=best.coupon.name, saving=saving))]
    return [Text(texts.fitting(words.listed([_verdict(each) for each in refused])))]


def tell_what_is_missing(turn: Turn) -> Sequence[Reply]:
    """再买多少能用: to the nearest coupon, and to the next rung of each 满减送."""
    lines = cart.view(turn.session, turn.customer_id).lines
    if not lines:
        return [Text(words.CART_IS_EMPTY)]
    judged = judge_cart(turn)
    near, found = nearest(judged), rung_hints(turn, lines)
    if near is not None:
        missing, what = yuan(near.missing), goods_of(turn, near.coupon.scope)
        lacks = words.HINT_LACKS.format(name=near.coupon.name, missing=missing, what=what)
        found.insert(0, f"{lacks}。")
    best = best_of(judged)
    if best is not None:
        found.append(words.IS_USABLE.format(name=best.coupon.name, saving=yuan(best.saving)))
    return [Text(texts.fitting(found or [words.NOTHING_LACKS]))]


def tell_best(turn: Turn) -> Sequence[Reply]:
    """Which coupon to use."""
    judged = judge_cart(turn)
    if not judged:
        return _nothing_usable(turn)
    lines = cart.view(turn.session, turn.customer_id).lines
    best = best_of(judged)
    if not lines:
        return [Text(words.CART_IS_EMPTY)]
    if best is None:
        return [Text("\n".join([words.NONE_FITS, coupon_hint(turn, lines)]).strip())]
    return [Text(words.BEST.format(name=best.coupon.name, saving=yuan(best.saving)))]


def _ask_which(turn: Turn, offered: Sequence[Offered]) -> Sequence[Reply]:
    lines = [offer_words(turn, number, each) for number, each in enumerate(offered, 1)]
    templates = [each.template.id for each in offered]
    turn.ask("which_coupon", words.WHICH_TO_TAKE, templates=templates)
    options = [words.TAKE.format(name=each.template.name) for each in offered]
    options += [words.ALL] if len(offered) > 1 else []
    return [Choices(texts.fitting([words.OFFERED, *lines]), tuple(options), words.WHICH_TO_TAKE)]


def _take_all(turn: Turn) -> Sequence[Reply]:
    offered = _offered(turn)
    return take_offered(turn, offered) if offered else show_offered(turn)


def _offered(turn: Turn) -> list[Offered]:
    everything = list_offered(turn.session, turn.customer_id, turn.now)
    return [each for each in everything if each.may_be_taken]


def _named(turn: Turn) -> list[Offered]:
    """Coupons to take that the sentence names, as it names them."""
    everything = list_offered(turn.session, turn.customer_id, turn.now)
    return [each for each in everything if goals.names_coupon(each.template.name, turn.text)]


def _names_own(turn: Turn, said: str) -> bool:
    held = list_held(turn.session, turn.customer_id, turn.now)
    return any(plain(each.owned.name) in said for each in held)


def _own_line(turn: Turn, number: int, held: HeldCoupon, judged: Judged | None) -> str:
    line = words.OWN_LINE.format(
        n=number,
        name=words.clean(held.owned.name),
        rule=coupon_rule(held.owned),
        scope=scope_in_words(turn.session, held.owned.scope),
        when=words.validity_in_words(held, turn.now),
    )
    if judged is None:
        return line
    if judged.is_usable:
        return f"{line}\n{words.USABLE.format(saving=yuan(judged.saving))}"
    return f"{line}\n{words.UNUSABLE.format(reason=judged.reason)}"


def _verdict(judged: Judged) -> str:
    name = words.clean(judged.coupon.name)
    if judged.is_usable:
        return words.IS_USABLE.format(name=name, saving=yuan(judged.saving))
    return words.WHY_NOT.format(name=name, reason=judged.reason)


def _begins(held: HeldCoupon) -> str:
    first = words.day_in_words(held.valid_from)
    return words.NOT_YET.format(name=words.clean(held.owned.name), when=f"{first}起")


def _nothing_usable(turn: Turn) -> Sequence[Reply]:
    """No coupon is good now: what became of the last ones, or which begin later."""
    held = list_held(turn.session, turn.customer_id, turn.now)
    if held:
        return [Text(texts.fitting(words.listed([_begins(each) for each in held])))]
    gone = list_gone(turn.session, turn.customer_id, turn.now)
    if not gone:
        return show_own(turn)
    last = gone[-1]
    match last.state:
        case CouponState.USED:
            return [Text(words.WAS_USED.format(name=last.owned.name))]
        case CouponState.REVOKED:
            return [Text(words.WAS_REVOKED.format(name=last.owned.name))]
    when = words.validity_in_words(last, turn.now).removeprefix("到")
    return [Text(words.IS_OVER.format(name=last.owned.name, when=when))]


ANSWERS: Final = (
    (words.ASKS_WHY_NOT, explain_unusable),
    (words.ASKS_HOW_MUCH_MORE, tell_what_is_missing),
    (words.ASKS_BEST, tell_best),
    (words.ASKS_OWN, show_own),
    (words.ASKS_TO_TAKE, take_one),
    (words.ASKS_OFFERED, show_offered),
    (words.ASKS_DISCOUNTED, show_discounted),
    (words.ASKS_DEALS, show_deals),
)
ANSWER_OF: Final[Mapping[CouponGoal, Callable[[Turn], Sequence[Reply]]]] = {
    CouponGoal.MISSING: tell_what_is_missing,
    CouponGoal.WHY_NOT: explain_unusable,
    CouponGoal.BEST: tell_best,
    CouponGoal.OWN: show_own,
    CouponGoal.OFFERED: show_offered,
}
