"""Logging in. A try is written down before it is judged: guessing in parallel gains nothing.

The words and the work are the same whether the login exists or not.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, delete, func, select

from bot.errors import BotError
from bot.staff import audit, authenticators, sessions
from bot.staff.audit import Who
from bot.staff.login_tables import LoginFailure
from bot.staff.tables import Staff
from commerce.inserting import affected_rows, id_of
from commerce.sealing import Sealer

WINDOW: Final = timedelta(minutes=15)
MOST_BY_LOGIN_AND_ADDRESS: Final = 5
MOST_BY_ADDRESS: Final = 30
MOST_BY_LOGIN: Final = 50
"""Generous: whoever fails on purpose must not lock somebody else out for long."""


class LoginRefused(BotError):
    """The login, its password or its code is wrong; which of them is not told."""

    words = "账号、密码或动态码不对"


class TooManyTries(LoginRefused):
    """So many tries failed that no more are looked at for a while."""

    words = f"试错次数太多了，请{WINDOW.seconds // 60}分钟后再试"


@dataclass(frozen=True, slots=True)
class Try:
    """A try that is written down: what it is judged by."""

    id: int
    staff: Staff | None
    """None when there is no such login, or nobody may use it."""


def attempt(session: Session, sealer: Sealer, login: str, address: str, now: datetime) -> Try:
    """Write a try down. Raises TooManyTries."""
    since = now - WINDOW
    affected_rows(session, delete(LoginFailure).where(col(LoginFailure.at) <= since))
    digest = digest_of(sealer, login)
    by_login = LoginFailure.login_digest == digest
    by_address = LoginFailure.address == address[:64]
    for conditions, most in (
        ((by_login, by_address), MOST_BY_LOGIN_AND_ADDRESS),
        ((by_address,), MOST_BY_ADDRESS),
        ((by_login,), MOST_BY_LOGIN),
    ):
        counted = select(func.count()).select_from(LoginFailure).where(*conditions)
        if session.exec(counted).one() >= most:
            raise TooManyTries(f"no more tries from {address}")
    row = LoginFailure(login_digest=digest, address=address[:64], at=now)
    session.add(row)
    session.flush()
    staff = session.exec(
        select(Staff).where(Staff.login == login.strip().lower(), col(Staff.is_active))
    ).first()
    return Try(id_of(row), staff)


def succeed(
    session: Session, sealer: Sealer, tried: Try | None, code: str, address: str, now: datetime
) -> str:
    """Finish a try, None if its password is wrong: judge the code, begin a session; its secret.

    Raises LoginRefused; the try stays written down.
    """
    if tried is None or tried.staff is None:
        raise LoginRefused("no such login, or not its password")
    staff = session.get_one(Staff, tried.staff.id, populate_existing=True)
    if not staff.is_active or staff.password_hash != tried.staff.password_hash:
        raise LoginRefused("changed meanwhile")
    secret = authenticators.secret_of(sealer, staff)
    if secret is not None:
        step = authenticators.step_of(secret, code, staff.totp_counter, now)
        if step is None or not authenticators.use_up(session, id_of(staff), step):
            raise LoginRefused("wrong code")
    digest = digest_of(sealer, staff.login)
    affected_rows(
        session,
        delete(LoginFailure).where(
            col(LoginFailure.login_digest) == digest, col(LoginFailure.address) == address[:64]
        ),
    )
    begun = sessions.begin(session, id_of(staff), address, now)
    audit.note(session, sealer, Who(id_of(staff), address), "login", {}, now)
    return begun


def fail(session: Session, sealer: Sealer, tried: Try | None, address: str, now: datetime) -> None:
    """Put a failed try into the audit log; None when it was not even looked at."""
    staff_id = tried.staff.id if tried is not None and tried.staff is not None else None
    did = "login.failed" if tried is not None else "login.locked"
    about = {"account": staff_id} if staff_id else {}
    audit.note(session, sealer, Who(None, address), did, about, now)


def digest_of(sealer: Sealer, login: str) -> str:
    """What of a typed login is kept."""
    return sealer.digest(login.strip().lower()[:256], "login")
