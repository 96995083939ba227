"""Channel codes (渠道活码): entered here, made by WeCom, kept up to date with who is on duty."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from sqlmodel import Session, col, select, update

from bot import outbox
from bot.contacts.shifts import check_shifts, on_duty
from bot.contacts.tables import ChannelCode, ChannelCodeDay
from bot.outbox import Post
from commerce.errors import InvalidInput, NotFound
from commerce.inserting import affected_rows, id_of, insert_once
from commerce.sealing import Sealer
from commerce.shanghai import SHANGHAI

KIND: Final = "wecom.contact_way"
_KEY: Final = re.compile(r"[0-9A-Za-z_-]{1,30}")


@dataclass(frozen=True, slots=True)
class CodeDraft:
    """A channel code as an operator enters it; see `ChannelCode`."""

    key: str
    name: str
    shifts: Sequence[Mapping[str, Any]]
    backup: Sequence[str] = ()
    daily_limit: int = 0
    tag_ids: Sequence[int] = ()
    is_active: bool = field(default=True)


def save_code(session: Session, sealer: Sealer, draft: CodeDraft, now: datetime) -> ChannelCode:
    """Keep a code, new or changed, and let WeCom know who is behind it now.

    Raises InvalidInput, naming the field.
    """
    if not _KEY.fullmatch(draft.key):
        raise InvalidInput("编号用字母、数字、横线，最多30个", field="key")
    if not draft.name.strip():
        raise InvalidInput("请写名称", field="name")
    if draft.daily_limit < 0:
        raise InvalidInput("每日上限不能是负数，0表示不限", field="daily_limit")
    check_shifts(draft.shifts)
    code = find_code(session, draft.key) or ChannelCode(
        key=draft.key, name="", shifts=[], backup=[], tag_ids=[], told_userids=[], created_at=now
    )
    code.name, code.daily_limit = draft.name.strip(), draft.daily_limit
    code.shifts = [dict(each) for each in draft.shifts]
    code.backup, code.tag_ids = list(draft.backup), list(draft.tag_ids)
    code.is_active = draft.is_active
    session.add(code)
    session.flush()
    tell_wecom(session, sealer, code, now)
    return code


def tell_wecom(session: Session, sealer: Sealer, code: ChannelCode, now: datetime) -> bool:
    """Have WeCom make the code, or change who is behind it; whether there was anything to tell."""
    people = on_duty(
        code.shifts, code.backup, code.daily_limit, _added_today(session, code, now), now
    )
    if not code.is_active or not people or list(people) == code.told_userids:
        return False
    seen = code.version
    statement = (
        update(ChannelCode)
        .where(col(ChannelCode.id) == code.id, col(ChannelCode.version) == seen)
        .values(version=seen + 1, told_userids=list(people))
    )
    if affected_rows(session, statement) != 1:
        return False
    session.refresh(code)
    payload = {"key": code.key, "userids": list(people), "version": code.version}
    key = f"contact-way:{code.key}:{code.version}"
    return outbox.post(session, sealer, Post(key=key, kind=KIND, payload=payload), now)


def record_made(session: Session, key: str, config_id: str, picture_url: str) -> None:
    """WeCom has made the code."""
    statement = update(ChannelCode).where(col(ChannelCode.key) == key)
    affected_rows(session, statement.values(config_id=config_id, picture_url=picture_url))


def forget_told(session: Session, key: str) -> None:
    """WeCom did not take what it was told: it is told again in the next round."""
    statement = update(ChannelCode).where(col(ChannelCode.key) == key)
    affected_rows(session, statement.values(told_userids=[]))


def count_added(session: Session, code: ChannelCode, userid: str, now: datetime) -> int:
    """One more customer added somebody by the code; how many today."""
    day = _day(now)
    row = {"code_id": id_of(code), "userid": userid, "day": day}
    if not insert_once(session, ChannelCodeDay, **row, added=1):
        statement = (
            update(ChannelCodeDay)
            .where(
                col(ChannelCodeDay.code_id) == code.id,
                col(ChannelCodeDay.userid) == userid,
                col(ChannelCodeDay.day) == day,
            )
            .values(added=col(ChannelCodeDay.added) + 1)
        )
        affected_rows(session, statement)
    return _added_today(session, code, now)[userid]


def find_code(session: Session, key: str) -> ChannelCode | None:
    """The code with this key."""
    return session.exec(select(ChannelCode).where(ChannelCode.key == key)).first()


def get_code(session: Session, key: str) -> ChannelCode:
    """The same. Raises NotFound."""
    code = find_code(session, key)
    if code is None:
        raise NotFound("没有这个渠道活码")
    return code


def list_codes(session: Session) -> Sequence[ChannelCode]:
    """All codes, the newest first."""
    return session.exec(select(ChannelCode).order_by(col(ChannelCode.id).desc())).all()


def _added_today(session: Session, code: ChannelCode, now: datetime) -> dict[str, int]:
    statement = select(ChannelCodeDay.userid, ChannelCodeDay.added).where(
        ChannelCodeDay.code_id == code.id, ChannelCodeDay.day == _day(now)
    )
    return dict(session.exec(statement).all())


def _day(now: datetime) -> date:
    return now.astimezone(SHANGHAI).date()
