"""Words that the shop files customer groups under."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import batched
from typing import Final

from sqlmodel import Session, col, delete, select

from commerce.community.tables import CommunityTag
from commerce.errors import InvalidInput
from commerce.inserting import affected_rows, insert_once

LONGEST: Final = 20
"""Characters of a tag."""
MOST: Final = 20
"""Tags of one group."""
_AT_ONCE: Final = 500


def set_tags(session: Session, group_id: int, names: Iterable[str]) -> Sequence[str]:
    """File a group under these words and no others; as they are kept. Raises InvalidInput."""
    wanted = list(dict.fromkeys(filter(None, (each.strip() for each in names))))
    if any(len(each) > LONGEST for each in wanted):
        raise InvalidInput(f"一个标签最多{LONGEST}个字", field="tags")
    if len(wanted) > MOST:
        raise InvalidInput(f"一个群最多{MOST}个标签", field="tags")
    gone = delete(CommunityTag).where(
        col(CommunityTag.group_id) == group_id, col(CommunityTag.name).not_in(wanted)
    )
    affected_rows(session, gone)
    for name in wanted:
        insert_once(session, CommunityTag, group_id=group_id, name=name)
    return wanted


def tags_of(session: Session, group_ids: Sequence[int]) -> Mapping[int, Sequence[str]]:
    """The tags of each group that has any."""
    found: dict[int, list[str]] = {}
    for some in batched(group_ids, _AT_ONCE):
        statement = (
            select(CommunityTag)
            .where(col(CommunityTag.group_id).in_(some))
            .order_by(col(CommunityTag.name))
        )
        for row in session.exec(statement):
            found.setdefault(row.group_id, []).append(row.name)
    return found


def list_tags(session: Session) -> Sequence[str]:
    """Every tag that some group bears."""
    return session.exec(select(CommunityTag.name).distinct().order_by(CommunityTag.name)).all()
