"""What is known of a request before it is confirmed: kept with the open question, sealed.

A conversation's memory is plain JSON; addresses and the customer's own account are not left in it.
"""

import base64
import json
from collections.abc import Mapping
from typing import Any

from bot.messages import Text
from bot.turn import Turn
from commerce.sealing import Place


def ask_with_draft(turn: Turn, step: str, words: str, draft: Mapping[str, Any]) -> Text:
    """Ask a question and keep the draft until it is answered. `words` must tell nobody's data."""
    sealed = turn.shop.sealer.seal(json.dumps(draft, ensure_ascii=False), _place(turn))
    return turn.ask(step, words, draft=base64.b64encode(sealed).decode())


def kept_draft(turn: Turn) -> dict[str, Any]:
    """The draft of the question that this turn may answer. Raises SealBroken."""
    sealed = base64.b64decode(turn.memory.question["draft"])
    draft: dict[str, Any] = json.loads(turn.shop.sealer.open(sealed, _place(turn)))
    return draft


def _place(turn: Turn) -> Place:
    return Place("conversation", "draft", str(turn.conversation_id))
