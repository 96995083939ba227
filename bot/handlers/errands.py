"""What is never the answer to a question that takes any words: an errand of its own."""

import re
from typing import Final

from bot.handlers.answers import plain
from bot.handlers.privacy_words import is_stop
from bot.turn import Turn
from nlu.understanding import Intent

ERRANDS: Final = frozenset(
    {
        Intent.HUMAN_HANDOFF,
        Intent.COMPLAINT,
        Intent.UNSUBSCRIBE,
        Intent.PRIVACY_REQUEST,
        Intent.CHANGE_ADDRESS,
        Intent.VIEW_CART,
        Intent.CHECKOUT,
        Intent.SEARCH_PRODUCT,
        Intent.ORDER_STATUS,
        Intent.CANCEL_ORDER,
        Intent.TRACK_SHIPMENT,
        Intent.REQUEST_REFUND,
        Intent.ASK_STORE,
        Intent.ASK_PAYMENT,
        Intent.ASK_INVOICE,
        Intent.ASK_SHIPPING,
        Intent.ASK_PROMOTION,
        Intent.ASK_RETURN_POLICY,
        Intent.GREET,
        Intent.THANK,
        Intent.GOODBYE,
        Intent.HELP,
    }
)
_FOR_A_PERSON: Final = re.compile(
    r"(?:我|要|想|请|帮|给|快|转|找|叫|换|接|到)*(?:人工|真人|客服)(?:客服|服务|小姐姐)?(?:吧|呢|啊|呀|了)?"
)
_BARE: Final = re.compile(
    r"取消|退款|退货|退钱|售后|换货|催单|催发货|发票|菜单|帮助|购物车|我的订单|结算|下单|多少钱|优惠"
    r"|(?:我?要?查|看)?(?:一下)?(?:物流|快递|订单|包裹)(?:到哪了?)?"
)


def calls_away(turn: Turn) -> bool:
    """Whether the words, exactly so, stop messages or call for a person: that is always heard."""
    words = plain(turn.text)
    return is_stop(turn.text) or _FOR_A_PERSON.fullmatch(words) is not None


def is_errand(turn: Turn) -> bool:
    """Whether the message goes its own way, by its exact words or as it was understood."""
    is_bare = _BARE.fullmatch(plain(turn.text)) is not None
    return calls_away(turn) or is_bare or turn.understanding.intent in ERRANDS
