"""The templates that operators enter, each checked before it is kept."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, delete, select

from bot.notices.kinds import KINDS, SERVICE, VALUES, type_of
from bot.notices.tables import NoticeTemplate
from commerce.errors import InvalidInput
from commerce.inserting import affected_rows

TEMPLATE: Final = "official_account_template"
"""The official account's template messages (模板消息), which need no consent."""
SMS: Final = "sms"
CHANNELS: Final[Mapping[str, str]] = {
    "mini_program": "小程序",
    "official_account": "公众号",
    TEMPLATE: "公众号模板消息",
    SMS: "短信",
}
_TEMPLATE_ID: Final = re.compile(r"[0-9A-Za-z_-]{20,64}")
_SMS_CODE: Final = re.compile(r"SMS_\d{1,20}")
_SMS_VARIABLE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,31}")


def may_tell(kind: str, channel: str) -> bool:
    """Whether the channel may carry the kind: some carry service notices alone."""
    return channel not in (TEMPLATE, SMS) or kind in SERVICE


def save_template(
    session: Session,
    *,
    kind: str,
    channel: str,
    template_id: str,
    fields: Mapping[str, str],
    is_active: bool,
    now: datetime,
) -> NoticeTemplate:
    """Keep which template tells a kind on a channel. Raises InvalidInput, naming the field."""
    if kind not in KINDS:
        raise InvalidInput("没有这种通知", field="kind")
    if channel not in CHANNELS:
        raise InvalidInput("没有这个渠道", field="channel")
    if not may_tell(kind, channel):
        raise InvalidInput("模板消息和短信只能通知订单、退款和售后的进展", field="channel")
    code = _SMS_CODE if channel == SMS else _TEMPLATE_ID
    if not code.fullmatch(template_id):
        raise InvalidInput("模板ID不对，请从后台整段复制", field="template_id")
    _check_fields(kind, channel, fields)
    template = find_template(session, kind, channel) or NoticeTemplate(
        kind=kind, channel=channel, template_id="", updated_at=now
    )
    template.template_id, template.fields = template_id, dict(fields)
    template.is_active, template.updated_at = is_active, now
    session.add(template)
    session.flush()
    return template


def _check_fields(kind: str, channel: str, fields: Mapping[str, str]) -> None:
    if not fields:
        raise InvalidInput("至少要填一个字段", field="fields")
    for name, value in fields.items():
        is_known = _SMS_VARIABLE.fullmatch(name) if channel == SMS else type_of(name)
        if not is_known:
            raise InvalidInput(f"模板里没有“{name}”这样的字段名", field="fields")
        if value not in VALUES[kind]:
            raise InvalidInput(f"“{value}”不是这种通知的内容", field="fields")


def remove_template(session: Session, kind: str, channel: str) -> bool:
    """Forget a template; whether there was one."""
    statement = delete(NoticeTemplate).where(
        col(NoticeTemplate.kind) == kind, col(NoticeTemplate.channel) == channel
    )
    return affected_rows(session, statement) == 1


def find_template(session: Session, kind: str, channel: str) -> NoticeTemplate | None:
    """The template of a kind on a channel, used or not."""
    statement = select(NoticeTemplate).where(
        NoticeTemplate.kind == kind, NoticeTemplate.channel == channel
    )
    return session.exec(statement).first()


def list_templates(session: Session, *, only_active: bool = False) -> Sequence[NoticeTemplate]:
    """All templates, by kind and channel."""
    statement = select(NoticeTemplate).order_by(
        col(NoticeTemplate.kind), col(NoticeTemplate.channel)
    )
    if only_active:
        statement = statement.where(NoticeTemplate.is_active)
    return session.exec(statement).all()
