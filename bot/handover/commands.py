"""What gives a conversation back to the bot when it is written as a message."""

import re
from typing import Final

from nlu.text import fold

_HAND_BACK: Final = re.compile(
    r"(?:交还|还给|转回?|切回?|换回?|交给|找)(?:给|到)?(?:智能)?(?:机器人|掌柜)(?:吧|客服)?"
)
_AROUND: Final = re.compile(r"^[\s“”\"'/。.!！~]+|[\s“”\"'。.!！~]+$")


def is_hand_back(words: str) -> bool:
    """交还机器人 and its like, and nothing else."""
    return _HAND_BACK.fullmatch(_AROUND.sub("", fold(words))) is not None
