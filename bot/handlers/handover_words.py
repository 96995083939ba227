"""What a customer hears on the way to a person and back."""

from datetime import datetime, timedelta
from typing import Final

from commerce.shanghai import SHANGHAI

NEXT_ONE: Final = "马上轮到您，大约{minutes}分钟内有同事来接。"
IN_LINE: Final = "您排在第{position}位，大约要等{minutes}分钟。"
MEANWHILE: Final = "等的时候可以先把问题和订单号发在这里；不等了回复“取消排队”。"
QUEUED: Final = "好的，已经帮您转人工。"
SORRY: Final = "实在抱歉让您不愉快了，已经帮您转给店里的同事。"
CALLED: Final = "这件事我请店里的同事来帮您。"
STILL_WAITING: Final = "还在帮您排队，不用重复说。"
CALLED_OFF: Final = "好的，已经取消排队。有什么接着问我，想找同事随时说“转人工”。"
CLOSED: Final = "同事下班了，{opening}上班，到时会看到您的留言。可以先把问题和订单号发来。"
CLOSED_FOR_LONG: Final = (
    "同事现在不在。您的话已经留好，他们回来会看到；可以先把问题和订单号发在这里。"
)
WORD_LEFT: Final = "您的话已经留好了，同事上班后会看到。"
BACK: Final = "好的，接下来还是我来。{question}"
BACK_ALONE: Final = "好的，接下来还是我来。购物车和订单都在，有什么直接说。"
HOW_WAS_IT: Final = "这次服务先到这里。您觉得怎么样？点一下告诉我们："
SATISFIED, SO_SO, DISSATISFIED = "满意", "一般", "不满意"
SCORES: Final = {SATISFIED: 3, SO_SO: 2, DISSATISFIED: 1}
THANKS_FOR: Final = {
    3: "谢谢您的评价，有需要随时找我们。",
    2: "谢谢您的评价，我们会做得更好。",
    1: "谢谢您告诉我们，让您失望了。还有没解决的，说“转人工”，同事接着办。",
}
WEEKDAYS: Final = "一二三四五六日"


def in_line(position: int, minutes: int) -> str:
    """Where somebody is in the queue, and how long that takes."""
    if position <= 1:
        return NEXT_ONE.format(minutes=minutes)
    return IN_LINE.format(position=position, minutes=minutes)


def closed(opening: datetime | None, now: datetime, own_words: str = "") -> str:
    """Nobody is there; when they are again."""
    if opening is None:
        return own_words or CLOSED_FOR_LONG
    told = CLOSED.format(opening=opening_in_words(opening, now))
    return f"{own_words}\n{told}" if own_words else told


def opening_in_words(opening: datetime, now: datetime) -> str:
    """今天9:00, 明天9:00 or 10月9日（周四）9:00."""
    at, today = opening.astimezone(SHANGHAI), now.astimezone(SHANGHAI).date()
    clock = f"{at.hour}:{at.minute:02d}"
    if at.date() == today:
        return f"今天{clock}"
    if at.date() == today + timedelta(days=1):
        return f"明天{clock}"
    return f"{at.month}月{at.day}日（周{WEEKDAYS[at.weekday()]}）{clock}"
