"""The shop's people: taking them on, changing what they may do, letting them go."""

import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select, update

from bot.staff import sessions
from bot.staff.tables import Presence, Role, Staff
from commerce.errors import IllegalMove, InvalidInput, NotFound
from commerce.inserting import affected_rows, id_of

_LOGIN: Final = re.compile(r"[a-z0-9][a-z0-9._@-]{1,31}")
LONGEST_NAME: Final = 20
MOST_AT_ONCE: Final = 200


def add(
    session: Session,
    login: str,
    name: str,
    role: Role,
    password_hash: str,
    now: datetime,
    *,
    capacity: int = 5,
    wecom_userid: str = "",
) -> int:
    """Take somebody on; their number. Raises InvalidInput."""
    wanted = login.strip().lower()
    if not _LOGIN.fullmatch(wanted):
        raise InvalidInput("账号用2到32位小写字母、数字或 . _ - @", field="login")
    if session.exec(select(Staff.id).where(Staff.login == wanted)).first() is not None:
        raise InvalidInput("这个账号已经有人用了", field="login")
    staff = Staff(
        row_key=secrets.token_hex(16),
        login=wanted,
        name=_name(name),
        role=role,
        password_hash=password_hash,
        capacity=_capacity(capacity),
        wecom_userid=_free_userid(session, wecom_userid, None),
        created_at=now,
    )
    session.add(staff)
    session.flush()
    return id_of(staff)


def change(
    session: Session, staff_id: int, *, name: str, role: Role, capacity: int, wecom_userid: str
) -> None:
    """Change what is written of somebody. A new role logs them out everywhere.

    Raises InvalidInput, IllegalMove (the last owner stays one).
    """
    staff = get(session, staff_id)
    if staff.role == Role.OWNER and role != Role.OWNER:
        _keep_an_owner(session, staff_id)
    if role != staff.role:
        sessions.end_all(session, staff_id)
    values = {
        "name": _name(name),
        "role": role,
        "capacity": _capacity(capacity),
        "wecom_userid": _free_userid(session, wecom_userid, staff_id),
    }
    affected_rows(session, update(Staff).where(col(Staff.id) == staff_id).values(**values))


def disable(session: Session, staff_id: int) -> None:
    """Let somebody go: no login works any more, from this moment on.

    Raises IllegalMove for the last owner.
    """
    staff = get(session, staff_id)
    if staff.role == Role.OWNER:
        _keep_an_owner(session, staff_id)
    values = {"is_active": False, "presence": Presence.AWAY}
    affected_rows(session, update(Staff).where(col(Staff.id) == staff_id).values(**values))
    sessions.end_all(session, staff_id)


def enable(session: Session, staff_id: int) -> None:
    """Take somebody on again, with the password they had."""
    get(session, staff_id)
    affected_rows(session, update(Staff).where(col(Staff.id) == staff_id).values(is_active=True))


def set_password(session: Session, staff_id: int, password_hash: str) -> None:
    """Give somebody another password; they are logged out everywhere."""
    get(session, staff_id)
    statement = update(Staff).where(col(Staff.id) == staff_id)
    affected_rows(session, statement.values(password_hash=password_hash))
    sessions.end_all(session, staff_id)


def reset(session: Session, staff_id: int, password_hash: str) -> None:
    """Another password, and no authenticator until they set one up again."""
    set_password(session, staff_id, password_hash)
    statement = update(Staff).where(col(Staff.id) == staff_id)
    affected_rows(session, statement.values(totp_sealed=None, totp_counter=0))


def get(session: Session, staff_id: int) -> Staff:
    """One of the people. Raises NotFound."""
    staff = session.get(Staff, staff_id, populate_existing=True)
    if staff is None:
        raise NotFound("没有这个员工")
    return staff


def find_by_login(session: Session, login: str) -> Staff | None:
    """Who logs in with that."""
    return session.exec(select(Staff).where(Staff.login == login.strip().lower())).first()


def list_all(session: Session) -> Sequence[Staff]:
    """Everybody, those who are here first, by name."""
    statement = select(Staff).order_by(col(Staff.is_active).desc(), col(Staff.name), col(Staff.id))
    return session.exec(statement).all()


def _keep_an_owner(session: Session, leaving: int) -> None:
    # Held until the commit: two owners who demote each other at once must not both find another.
    owners = session.exec(
        select(Staff.id)
        .where(Staff.role == Role.OWNER, col(Staff.is_active))
        .order_by(col(Staff.id))
        .with_for_update()
    ).all()
    if set(owners) <= {leaving}:
        raise IllegalMove("店里至少要有一位店主，先让别人当店主再改")


def names_in_wecom(session: Session) -> Mapping[str, str]:
    """What the shop's people are called, by their userid in WeCom."""
    statement = select(Staff.wecom_userid, Staff.name).where(col(Staff.wecom_userid).is_not(None))
    return {userid: name for userid, name in session.exec(statement) if userid}


def _name(name: str) -> str:
    said = name.strip()
    if not 0 < len(said) <= LONGEST_NAME or not said.isprintable():
        raise InvalidInput(f"名字要1到{LONGEST_NAME}个字", field="name")
    return said


def _capacity(capacity: int) -> int:
    if not 1 <= capacity <= MOST_AT_ONCE:
        raise InvalidInput(f"同时接待数要在1到{MOST_AT_ONCE}之间", field="capacity")
    return capacity


def _free_userid(session: Session, userid: str, staff_id: int | None) -> str | None:
    wanted = userid.strip()
    if not wanted:
        return None
    if len(wanted) > 64 or not wanted.isprintable():
        raise InvalidInput("企业微信账号最多64个字", field="wecom_userid")
    taken = session.exec(
        select(Staff.id).where(Staff.wecom_userid == wanted, col(Staff.id) != staff_id)
    ).first()
    if taken is not None:
        raise InvalidInput("这个企业微信账号已经绑给别人了", field="wecom_userid")
    return wanted
