"""Which subscription messages there are to allow, for the mini-program."""

from sqlmodel import Session

from bot.api.endpoint import Call, NoBody, NoParameters
from bot.api.notice_answers import NoticeTemplate, NoticeTemplates
from bot.api.shopfront import Shopfront
from bot.notices.kinds import KINDS
from bot.notices.templates import list_templates

CHANNEL = "mini_program"


async def list_notices(shop: Shopfront, call: Call[NoParameters, NoBody]) -> NoticeTemplates:  # noqa: ARG001 - the same for everybody
    """The templates that an operator has entered for the mini-program."""

    def show(session: Session) -> NoticeTemplates:
        items = [
            NoticeTemplate(kind=each.kind, name=KINDS[each.kind], template_id=each.template_id)
            for each in list_templates(session, only_active=True)
            if each.channel == CHANNEL
        ]
        return NoticeTemplates(items=items)

    return await shop.database.read(show)
