"""Not understood: a question first, then the menu, then the shop's people."""

from collections.abc import Mapping, Sequence
from typing import Final

from bot import texts
from bot.handlers import handover_words
from bot.handlers.answers import is_yes
from bot.handlers.handover import call_person
from bot.handover.tables import Reason
from bot.messages import Choices, Reply, Text
from bot.router import Router
from bot.turn import Turn
from nlu.understanding import Intent

router = Router()

SURE_ENOUGH_TO_ASK: Final = 0.2
"""A guess of less confidence is not worth the customer's time."""
GUESSES: Final[Mapping[str, str]] = {
    Intent.SEARCH_PRODUCT: "找商品",
    Intent.REFINE_SEARCH: "再挑挑这几款",
    Intent.COMPARE_PRODUCTS: "比较商品",
    Intent.ASK_PRODUCT_DETAIL: "问商品的情况",
    Intent.ADD_TO_CART: "把商品加进购物车",
    Intent.UPDATE_CART: "改购物车",
    Intent.VIEW_CART: "看购物车",
    Intent.CHECKOUT: "付款",
    Intent.ORDER_STATUS: "查订单",
    Intent.TRACK_SHIPMENT: "问物流",
    Intent.CANCEL_ORDER: "取消订单",
    Intent.CHANGE_ADDRESS: "改收货信息",
    Intent.REQUEST_REFUND: "退换货",
    Intent.ASK_INVOICE: "开发票",
    Intent.ASK_SHIPPING: "问运费和发货",
    Intent.ASK_RETURN_POLICY: "问退换货的规定",
    Intent.ASK_PAYMENT: "问怎么付款",
    Intent.ASK_STORE: "问门店的情况",
    Intent.ASK_PROMOTION: "问优惠",
    Intent.GROUP_BUY: "问拼团",
    Intent.FLASH_SALE: "问秒杀",
    Intent.ASK_POINTS: "问积分",
    Intent.DISTRIBUTION: "问分销",
    Intent.LIVE_STREAM: "问直播",
    Intent.UNSUBSCRIBE: "退订活动消息",
    Intent.PRIVACY_REQUEST: "处理个人信息",
    Intent.HUMAN_HANDOFF: "找店里的同事",
    Intent.COMPLAINT: "反映问题",
}
"""Guesses that can be asked about, as they stand in 您是想…吗."""


def clarify(turn: Turn) -> Sequence[Reply]:
    """One more turn that was not understood: ask, then show the menu, then hand it to a person."""
    turn.memory.misunderstood += 1
    match turn.memory.misunderstood:
        case 1:
            return [_ask(turn)]
        case 2:
            return show_menu(texts.NOT_UNDERSTOOD)
    return hand_over(turn)


def show_menu(words: str) -> Sequence[Reply]:
    """What can be done here, to tap."""
    return [Choices(words, texts.MENU)]


def hand_over(turn: Turn) -> Sequence[Reply]:
    """Give it to the shop's people, and say so; the count begins anew."""
    turn.memory.misunderstood = 0
    told = call_person(turn, Reason.NO_ANSWER, texts.LEFT_TO_PEOPLE, handover_words.CALLED)
    return [Text(told)]


@router.step("guess")
def hear_guess(turn: Turn) -> Sequence[Reply] | None:
    """Whether the guess was right: a yes is as good as having said so clearly."""
    match is_yes(turn):
        case True:
            request = turn.memory.question["request"]
            turn.take_as(request["text"], request["intent"], request["entities"])
        case False:
            turn.memory.misunderstood += 1  # The question did not help: the menu comes next.
            return show_menu(texts.NOT_GUESSED)
    return None


def _ask(turn: Turn) -> Reply:
    question = turn.keep_question()
    if question:
        return Text(texts.ASK_AGAIN.format(question=question))
    said = turn.understanding
    guessed = GUESSES.get(said.guess)
    if guessed is None or said.confidence <= SURE_ENOUGH_TO_ASK:
        return Text(texts.WHAT_DO_YOU_MEAN)
    request = {"text": turn.text, "intent": said.guess, "entities": dict(said.entities)}
    return turn.ask("guess", texts.DO_YOU_MEAN.format(guess=guessed), request=request)
