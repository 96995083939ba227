"""Yes or no: what a bare answer says to the question that was asked."""

import re
from typing import Final

from bot.turn import Turn
from nlu.text import fold
from nlu.understanding import Intent

_MARKS: Final = re.compile(r"[\s，,。.!！~、?？“”\"'\U0001F300-\U0001FAFF]+")
_NO: Final = re.compile(
    r"(?:先)?(?:不|别|莫|甭|算了|罢了|留着|保留|再想|等等|等一下|等下|no?$|还是不|还是算|暂时不).{0,6}"
)
_UNSURE: Final = re.compile(r"(?:都|全)?不(?:想)?要(?:了|它了|这个了)")
_YES: Final = re.compile(
    r"(?:是|对|好|行|可以|嗯|要|确认|确定|同意|成|ok|okay|yes|y|没问题|没错)+"
    r"(?:的|吧|啊|呀|了|嘞|呢|哒|滴|(?<!要)(?:就|这样|这么)*+改|清空|取消|转人工|看看|删|来吧|就这样(?!(?:就|这样|这么)*+改)|谢谢)*"
)
_DOUBT: Final = re.compile(r"不|别|没(?!问题|错)")


def plain(text: str) -> str:
    """The words without marks, spaces and letter forms."""
    return _MARKS.sub("", fold(text))


def is_yes(turn: Turn) -> bool | None:
    """True for a clear yes, False for a no, None for anything else.

    不要了 is None: to "shall I cancel it?" it may mean either.
    """
    words, intent = plain(turn.text), turn.understanding.intent
    if _UNSURE.fullmatch(words):
        return None
    if _NO.fullmatch(words) and not _YES.fullmatch(words):
        return False
    if _YES.fullmatch(words):
        return True
    if intent == Intent.DENY:
        return False
    return True if intent == Intent.AFFIRM and not _DOUBT.search(words) else None


def is_unsure(turn: Turn) -> bool:
    """Whether the words may be a yes as well as a no, so that the question is put again."""
    return _UNSURE.fullmatch(plain(turn.text)) is not None
