"""Cards on staff's phones about mass tasks, and what their buttons do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlmodel import Session, col, select

from bot.clock import Clock
from bot.database import Database
from bot.handover.staff_cards import Tapped
from bot.staff.tables import Staff
from campaigns.mass import cancelling, states
from campaigns.mass.tables import ChatType, MassTask
from campaigns.placeholders import fill_shared
from campaigns.ports import Broadcaster
from campaigns.shapes import Content
from commerce.errors import IllegalMove, NotFound
from commerce.inserting import id_of
from commerce.shanghai import SHANGHAI
from miniprogram_cards.limits import visible_characters

KNOWN, STOP = "mass-ok", "mass-no"
TO_WHOM: Final[Mapping[str, str]] = {
    ChatType.SINGLE: "发给{count}位顾客",
    ChatType.GROUP: "发到{count}个客户群",
    ChatType.MOMENT: "发到您的朋友圈",
}
WHERE: Final[Mapping[str, str]] = {
    ChatType.SINGLE: "客户联系 · 群发助手",
    ChatType.GROUP: "客户群 · 群发助手",
    ChatType.MOMENT: "客户朋友圈",
}
WAITS: Final = "有一条群发等您确认"
NOT_CONFIRMED: Final = "{name}的群发还没确认"
SEEN: Final = "知道了"
STOPPED: Final = "已停，没发的不发了"
OVER: Final = "已经结束了"
NOT_YOURS: Final = "只有发送人能停"
LONGEST_VALUE: Final = 26
"""Characters of a line's value (企业微信 发送应用消息, 模板卡片)."""


def to_sender(task: MassTask, shop_name: str) -> dict[str, Any]:
    """What waits for the sender, as WeCom takes it; `task_id` is still to be named."""
    stop = {"text": "不发", "style": 2, "key": f"{STOP}:{task.id}"}
    return _card(task, WAITS, shop_name, [_known(task, "知道了"), stop])


def to_stand_in(session: Session, task: MassTask, shop_name: str) -> dict[str, Any]:
    """That the sender has not confirmed, for who stands in for them."""
    staff = session.exec(select(Staff).where(Staff.wecom_userid == task.sender)).first()
    title = NOT_CONFIRMED.format(name=staff.name if staff else task.sender)
    return _card(task, title[:LONGEST_VALUE], shop_name, [_known(task, "我去催")])


@dataclass(frozen=True, slots=True)
class MassCardTaps:
    """Answers taps on these cards."""

    database: Database
    clock: Clock
    broadcaster: Broadcaster

    async def tapped(self, tap: Tapped) -> str | None:
        """What the button says from now on; None for a card that is not one of these."""
        verb, _, number = tap.key.partition(":")
        if verb not in (KNOWN, STOP) or not number.isdecimal():
            return None
        if verb == KNOWN:
            return SEEN
        return await self.database.write(self._stop, tap.userid, int(number))

    def _stop(self, session: Session, userid: str, task_id: int) -> str:
        try:
            task = states.get_task(session, task_id)
            if task.sender != userid:
                return NOT_YOURS
            reason = f"{_name_of(session, userid)}在手机上选了不发"
            cancelling.cancel(session, self.broadcaster, task_id, reason, self.clock.now())
        except (NotFound, IllegalMove):
            return OVER
        return STOPPED


def in_short(task: MassTask, shop_name: str) -> str:
    """The first words of what a task says."""
    content = Content.model_validate(task.content)
    words = " ".join(fill_shared(content.text, shop_name).split())
    characters = list(visible_characters(words))
    if not characters:
        return f"{len(content.attachments)}个附件"
    if len(characters) <= LONGEST_VALUE:
        return words
    return "".join(characters[: LONGEST_VALUE - 1]) + "…"


def _card(
    task: MassTask, title: str, shop_name: str, buttons: list[dict[str, Any]]
) -> dict[str, Any]:
    until = (task.expires_at or task.planned_at + states.PATIENCE).astimezone(SHANGHAI)
    return {
        "card_type": "button_interaction",
        "source": {"desc": "掌柜"},
        "main_title": {
            "title": title,
            "desc": TO_WHOM[task.chat_type].format(count=task.recipients),
        },
        "horizontal_content_list": [
            {"keyname": "内容", "value": in_short(task, shop_name)},
            {"keyname": "在哪确认", "value": WHERE[task.chat_type]},
            {"keyname": "最晚", "value": f"{until.month}月{until.day}日 {until:%H:%M}"},
        ],
        "button_list": buttons,
    }


def _known(task: MassTask, words: str) -> dict[str, Any]:
    return {"text": words, "style": 1, "key": f"{KNOWN}:{id_of(task)}"}


def _name_of(session: Session, userid: str) -> str:
    statement = select(Staff.name).where(col(Staff.wecom_userid) == userid)
    return session.exec(statement).first() or userid
