"""Codes into customer groups (群活码): entered here, made and filled by WeCom."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select, update

from commerce.community.tables import CommunityCode, CommunityGroup, CommunityMember
from commerce.customers.tags import tag_customer
from commerce.errors import InvalidInput, NotFound
from commerce.inserting import affected_rows, id_of

MOST_GROUPS: Final = 5
"""Behind one code (企业微信 配置客户群进群方式)."""
LONGEST_NAME: Final = 30
LONGEST_BASE_NAME: Final = 40
"""Characters of the name of groups that WeCom makes itself."""
_KEY: Final = re.compile(r"[0-9A-Za-z_-]{1,30}")


@dataclass(frozen=True, slots=True)
class CodeDraft:
    """A code as an operator enters it; see `CommunityCode`."""

    key: str
    name: str
    chat_ids: Sequence[str]
    opens_more: bool = True
    base_name: str = ""
    tag_ids: Sequence[int] = ()
    is_active: bool = field(default=True)


@dataclass(frozen=True, slots=True)
class Way:
    """A code as WeCom has it."""

    chat_ids: Sequence[str]
    base_number: int
    picture_url: str


@dataclass(frozen=True, slots=True)
class Borne:
    """Tags that a customer bears since they joined by a code."""

    customer_id: int
    member_id: int
    """Of their stay."""
    key: str
    tag_ids: Sequence[int]


def save_code(session: Session, draft: CodeDraft, now: datetime) -> CommunityCode:
    """Keep a code, new or changed: WeCom is to be told of its new `version`.

    Raises InvalidInput, naming the field.
    """
    _check(session, draft)
    code = find_code(session, draft.key) or CommunityCode(
        key=draft.key, name="", chat_ids=[], created_at=now
    )
    code.name = draft.name.strip()
    code.chat_ids, code.tag_ids = list(dict.fromkeys(draft.chat_ids)), list(draft.tag_ids)
    code.opens_more, code.base_name = draft.opens_more, draft.base_name.strip()
    code.is_active = draft.is_active
    code.version += 1
    session.add(code)
    session.flush()
    return code


def record_made(session: Session, key: str, config_id: str | None) -> None:
    """WeCom has made the code, or with None has it no more."""
    values = {"config_id": config_id, **({} if config_id else {"picture_url": ""})}
    statement = update(CommunityCode).where(col(CommunityCode.key) == key)
    affected_rows(session, statement.values(**values))


def adopt(session: Session, key: str, version: int, way: Way) -> bool:
    """Take over what WeCom made of a code: its picture, and the groups it opened.

    False if the code was changed here since `version`: then WeCom is still to hear of it.
    """
    statement = (
        update(CommunityCode)
        .where(col(CommunityCode.key) == key, col(CommunityCode.version) == version)
        .values(
            chat_ids=list(way.chat_ids),
            base_number=way.base_number,
            picture_url=way.picture_url,
        )
    )
    return affected_rows(session, statement) == 1


def bear_tags(
    session: Session, joined: Sequence[CommunityMember], now: datetime
) -> Sequence[Borne]:
    """Put a code's tags on customers who are seen to have joined by it; which they bear now."""
    tags: Mapping[str, Sequence[int]] = dict(
        session.exec(
            select(CommunityCode.key, CommunityCode.tag_ids).where(
                col(CommunityCode.key).in_({each.join_key for each in joined})
            )
        ).all()
    )
    borne = []
    for each in joined:
        tag_ids = tags.get(each.join_key, ())
        if each.customer_id is None or not tag_ids:
            continue
        for tag_id in tag_ids:
            tag_customer(session, each.customer_id, tag_id, f"community:{each.join_key}", now)
        borne.append(Borne(each.customer_id, id_of(each), each.join_key, tag_ids))
    return borne


def find_code(session: Session, key: str) -> CommunityCode | None:
    """The code with this key, as it is now."""
    statement = select(CommunityCode).where(CommunityCode.key == key)
    return session.exec(statement.execution_options(populate_existing=True)).first()


def get_code(session: Session, key: str) -> CommunityCode:
    """The same. Raises NotFound."""
    code = find_code(session, key)
    if code is None:
        raise NotFound("没有这个群活码")
    return code


def list_codes(session: Session) -> Sequence[CommunityCode]:
    """All codes, the newest first."""
    return session.exec(select(CommunityCode).order_by(col(CommunityCode.id).desc())).all()


def _check(session: Session, draft: CodeDraft) -> None:
    if not _KEY.fullmatch(draft.key):
        raise InvalidInput("编号用字母、数字、横线，最多30个", field="key")
    if not 0 < len(draft.name.strip()) <= LONGEST_NAME:
        raise InvalidInput(f"请写名称，最多{LONGEST_NAME}个字", field="name")
    chosen = set(draft.chat_ids)
    if not 0 < len(chosen) <= MOST_GROUPS:
        raise InvalidInput(f"请选1到{MOST_GROUPS}个群", field="chat_ids")
    if len(draft.base_name.strip()) > LONGEST_BASE_NAME:
        raise InvalidInput(f"新群的名字最多{LONGEST_BASE_NAME}个字", field="base_name")
    there = select(CommunityGroup.chat_id).where(
        col(CommunityGroup.chat_id).in_(chosen), col(CommunityGroup.dissolved_at).is_(None)
    )
    if draft.is_active and set(session.exec(there)) != chosen:
        raise InvalidInput("有的群已经解散了，请换一个", field="chat_ids")
