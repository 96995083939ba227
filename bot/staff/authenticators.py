"""The six digits of an authenticator app (TOTP, RFC 6238), each good once."""

from datetime import datetime
from typing import Final

import pyotp
from sqlmodel import Session, col, update

from bot.staff.tables import Staff
from commerce.inserting import affected_rows, id_of
from commerce.sealing import Place, Sealer

STEP_SECONDS: Final = 30
DIGITS: Final = 6
STEPS_EITHER_WAY: Final = 1
ISSUER: Final = "掌柜"


def new_secret() -> str:
    """A secret for somebody's authenticator, in base32."""
    return pyotp.random_base32()


def link(secret: str, login: str) -> str:
    """What an authenticator app scans: an `otpauth://` address."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)


def code_at(secret: str, now: datetime) -> str:
    """The six digits of a moment."""
    return pyotp.TOTP(secret).at(now)


def step_of(secret: str, code: str, after: int, now: datetime) -> int | None:
    """The time step that a code belongs to; None when it is none, or not after step `after`."""
    typed = code.replace(" ", "")
    if len(typed) != DIGITS or not typed.isascii() or not typed.isdigit():
        return None
    present = int(now.timestamp()) // STEP_SECONDS
    otp = pyotp.TOTP(secret)
    for step in range(present - STEPS_EITHER_WAY, present + STEPS_EITHER_WAY + 1):
        is_it = pyotp.utils.strings_equal(otp.generate_otp(step), typed)
        if is_it and step > after:
            return step
    return None


def use_up(session: Session, staff_id: int, step: int) -> bool:
    """Take a code's step as used; false when it was used before."""
    statement = (
        update(Staff)
        .where(col(Staff.id) == staff_id, col(Staff.totp_counter) < step)
        .values(totp_counter=step)
    )
    return affected_rows(session, statement) == 1


def secret_of(sealer: Sealer, staff: Staff) -> str | None:
    """The secret of somebody's authenticator; None while none is set up."""
    if staff.totp_sealed is None:
        return None
    return sealer.open(staff.totp_sealed, _place(staff.row_key))


def enrol(session: Session, sealer: Sealer, staff: Staff, secret: str, step: int) -> None:
    """Set an authenticator up; the code that proved it is used up."""
    sealed = sealer.seal(secret, _place(staff.row_key))
    statement = update(Staff).where(col(Staff.id) == id_of(staff))
    affected_rows(session, statement.values(totp_sealed=sealed, totp_counter=step))


def _place(row_key: str) -> Place:
    return Place("staff", "totp", row_key)
