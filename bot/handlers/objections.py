"""Who does not accept that a request was refused hears why once more, and is passed on."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from bot.handlers import handover_words
from bot.handlers.aftersale_follow import MISTAKEN_FOR
from bot.handlers.aftersale_words import request_in_words
from bot.handlers.answers import plain
from bot.handlers.goods_names import names
from bot.handlers.handover import call_person
from bot.handover.tables import Reason
from bot.messages import Reply, Text
from bot.router import Router
from bot.turn import Turn
from commerce.aftersale import queries
from commerce.aftersale.tables import RequestState
from nlu.understanding import Intent

router = Router()

MAY_OBJECT: Final = timedelta(days=7)
"""So long after a refusal 凭什么 is taken to be about it."""
UNDERSTOOD_AS: Final = MISTAKEN_FOR | {Intent.COMPLAINT, Intent.REQUEST_REFUND}
PASSED_ON: Final = (
    "{request}\n您不认可，我已经记下，店里的同事会看到。"
    "还有什么情况接着发给我，想直接跟人说就回复“转人工”。"
)

_OBJECTS: Final = re.compile(
    r"(?:凭什么|凭啥|为什么|为啥|为何|怎么|怎就|咋|什么(?:理由|道理)|哪条规定).{0,6}"
    r"(?:不|没有?|拒绝?)(?:给|让|能|可以|予|肯|准|许|我|们)*(?:退|换|同意|答应|批|通过|受理|赔)"
    r"|拒绝我|(?:我|真|很|就是)不(?:服|认可?|接受|同意)|不合理|不讲理|重新?审|复核|再考虑"
    r"|^(?:凭什么|凭啥|为什么|为啥|为何|什么理由)[啊呀呢]?$"
)


@router.anywhere
def hear_objection(turn: Turn) -> Sequence[Reply] | None:
    """凭什么不给退, while the customer's latest request is one that was refused lately."""
    if turn.understanding.intent not in UNDERSTOOD_AS or not _OBJECTS.search(plain(turn.text)):
        return None
    latest = queries.list_requests(turn.session, turn.customer_id, limit=1)
    if not latest or latest[0].state != RequestState.REFUSED:
        return None
    if turn.now - latest[0].moved_at > MAY_OBJECT or names(turn):
        return None
    (view,) = queries.view_requests(turn.session, latest)
    request = request_in_words(view)
    noted = PASSED_ON.format(request=request)
    begin = f"{request}\n{handover_words.CALLED}"
    return [Text(call_person(turn, Reason.REFUND_DISPUTE, noted, begin))]
