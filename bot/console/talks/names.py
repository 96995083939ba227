"""Who is who in a conversation, as the shop's people read it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from sqlmodel import Session, select

from bot.handover.episodes import SERVICER, STAFF, staff_id_of
from bot.messages import BOT
from bot.staff.tables import Staff

type Side = Literal["customer", "bot", "staff", "servicer"]

CHANNELS: Final[Mapping[str, str]] = {
    "official_account": "公众号",
    "mini_program": "小程序",
    "wecom": "微信客服",
}
_OTHERS: Final[Mapping[str, str]] = {
    BOT: "机器人",
    "customer": "顾客",
    "clock": "系统",
    "timeout": "系统",
    "platform": "微信",
}


@dataclass(frozen=True, slots=True)
class Names:
    """The names of the shop's people by their id, those who left among them."""

    staff: Mapping[int, str] = field(default_factory=dict)

    def of(self, actor: str) -> str:
        """The name of an author, owner or actor as the rows hold it, such as `staff:7`."""
        number = staff_id_of(actor)
        if number is not None:
            return self.staff.get(number, f"同事{number}")
        if actor.startswith(SERVICER):
            return f"{actor.removeprefix(SERVICER)}（企业微信）"
        return _OTHERS.get(actor, actor)


def read_names(session: Session) -> Names:
    """Everybody's name."""
    people = session.exec(select(Staff.id, Staff.name)).all()
    return Names({number: name for number, name in people if number is not None})


def side_of(author: str) -> Side:
    """Which of the four speaks."""
    if author.startswith(STAFF):
        return "staff"
    if author.startswith(SERVICER):
        return "servicer"
    return "bot" if author == BOT else "customer"


def customer_name(customer_id: int | None, conversation_id: int) -> str:
    """What a customer is called whose nickname no platform tells."""
    return f"顾客{customer_id}" if customer_id is not None else f"新访客{conversation_id}"
