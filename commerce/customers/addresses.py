"""Where parcels go: checked on the way in, sealed at rest, masked on the way out."""

import re
import unicodedata
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from sqlmodel import Session, col, select, update

from commerce.customers.regions import find_region
from commerce.customers.tables import Address
from commerce.errors import InvalidInput
from commerce.sealing import Place, Sealer

LONGEST_RECIPIENT: Final = 30
LONGEST_REGION: Final = 60
LONGEST_DETAIL: Final = 120
_MOBILE: Final = re.compile(r"1[3-9]\d{9}")
_LANDLINE: Final = re.compile(r"(010|02\d|0[3-9]\d{2})-?([2-8]\d{6,7})(?:-(\d{1,6}))?")
_SHOWN_AT_EITHER_END: Final = 7


@dataclass(frozen=True, slots=True)
class AddressInput:
    """An address as people write it."""

    recipient: str
    phone: str
    region: str
    detail: str


class SealedAddress(Protocol):
    """A row that holds an address: of the address book, or of an order."""

    row_key: str
    recipient_sealed: bytes
    phone_sealed: bytes
    region: str
    detail_sealed: bytes


def check_address(address: AddressInput) -> AddressInput:
    """The address in its proper form: 江苏南京 becomes 江苏省 南京市.

    Raises InvalidInput naming the field at fault.
    """
    region = _in_full(_check_text(address.region, "region", "所在地区", LONGEST_REGION))
    return AddressInput(
        recipient=_check_text(address.recipient, "recipient", "收件人", LONGEST_RECIPIENT),
        phone=check_phone(address.phone),
        region=_check_text(region, "region", "所在地区", LONGEST_REGION),
        detail=_check_text(address.detail, "detail", "详细地址", LONGEST_DETAIL),
    )


def check_contact(address: AddressInput) -> AddressInput:
    """Who fetches the goods, in its proper form; a place is left out. Raises as `check_address`."""
    recipient = _check_text(address.recipient, "recipient", "取货人", LONGEST_RECIPIENT)
    return AddressInput(recipient, check_phone(address.phone), "", "")


def whole_place(address: AddressInput) -> str:
    """Region and street in one, as freight reads them: a city may be named in either."""
    return f"{address.region} {address.detail}".strip()


def check_phone(written: str) -> str:
    """A mainland mobile or landline number as digits (`010-62770000-12` keeps its dashes).

    >>> check_phone("+86 138 0013 8000"), check_phone("（010）62770000")
    ('13800138000', '010-62770000')
    """
    plain = re.sub(r"[\s()]", "", unicodedata.normalize("NFKC", written))
    digits = re.sub(r"^(?:\+|00)86-?", "", plain)
    mobile = digits.replace("-", "")
    if _MOBILE.fullmatch(mobile):
        return mobile
    landline = _LANDLINE.fullmatch(digits)
    if landline is None:
        raise InvalidInput("请填写11位手机号，或带区号的座机号", field="address.phone")
    return "-".join(part for part in landline.groups() if part)


def mask_phone(phone: str) -> str:
    """A phone number that its owner recognises and nobody can call.

    >>> mask_phone("13800138000"), mask_phone("010-62770000")
    ('138****8000', '010-****0000')
    """
    if len(phone) <= _SHOWN_AT_EITHER_END:
        return "*" * len(phone)
    area, _, number = phone.partition("-")
    if number:
        return f"{area}-****{number.partition('-')[0][-4:]}"
    return f"{phone[:3]}****{phone[-4:]}"


def phone_tail(phone: str) -> str:
    """The last four digits of the number itself, without an extension: carriers ask for them.

    >>> phone_tail("13800138000"), phone_tail("010-62770000-12")
    ('8000', '0000')
    """
    area, _, number = phone.partition("-")
    return (number.partition("-")[0] or area)[-4:]


def seal_address(
    sealer: Sealer, table: str, row_key: str, address: AddressInput
) -> dict[str, str | bytes]:
    """The columns of a row of `table` that hold the address, bound to `row_key`."""
    return {
        "row_key": row_key,
        "recipient_sealed": sealer.seal(address.recipient, Place(table, "recipient", row_key)),
        "phone_sealed": sealer.seal(address.phone, Place(table, "phone", row_key)),
        "phone_digest": sealer.digest(address.phone, "phone"),
        "region": address.region,
        "detail_sealed": sealer.seal(address.detail, Place(table, "detail", row_key)),
    }


def open_address(sealer: Sealer, table: str, row: SealedAddress) -> AddressInput:
    """The address that a row of `table` holds. Raises SealBroken."""
    return AddressInput(
        recipient=sealer.open(row.recipient_sealed, Place(table, "recipient", row.row_key)),
        phone=sealer.open(row.phone_sealed, Place(table, "phone", row.row_key)),
        region=row.region,
        detail=sealer.open(row.detail_sealed, Place(table, "detail", row.row_key)),
    )


def save_address(
    session: Session, sealer: Sealer, customer_id: int, address: AddressInput, now: datetime
) -> Address:
    """Put an address into the customer's book, or move it to the top. Raises InvalidInput."""
    checked = check_address(address)
    same_phone = select(Address).where(
        Address.customer_id == customer_id,
        Address.phone_digest == sealer.digest(checked.phone, "phone"),
        Address.region == checked.region,
    )
    row = next((each for each in session.exec(same_phone) if _open(sealer, each) == checked), None)
    if row is None:
        sealed = seal_address(sealer, Address.__tablename__, uuid.uuid4().hex, checked)
        row = Address.model_validate({**sealed, "customer_id": customer_id, "last_used_at": now})
    row.last_used_at = now
    session.add(row)
    session.flush()
    return row


def leave_one_default(session: Session, kept_id: int, gone_id: int) -> None:
    """Before two books become one: the default of who stays is the default, if there is one."""
    of_kept = select(Address.id).where(Address.customer_id == kept_id, col(Address.is_default))
    if session.exec(of_kept).first() is not None:
        gone = update(Address).where(col(Address.customer_id) == gone_id)
        session.exec(gone.values(is_default=False))


def last_address(session: Session, sealer: Sealer, customer_id: int) -> AddressInput | None:
    """Where the customer's latest parcel went, or None."""
    statement = (
        select(Address)
        .where(Address.customer_id == customer_id)
        .order_by(col(Address.last_used_at).desc(), col(Address.id).desc())
        .limit(1)
    )
    row = session.exec(statement).first()
    return None if row is None else _open(sealer, row)


def _open(sealer: Sealer, row: Address) -> AddressInput:
    return open_address(sealer, Address.__tablename__, row)


def _in_full(region: str) -> str:
    """A region with the full names of its levels; what is no part of it stays behind it."""
    found = find_region(region)
    if found is None or found.start > 0:
        return region
    return " ".join(filter(None, (str(found.region), region[found.end :].strip())))


def _check_text(written: str, field: str, name: str, longest: int) -> str:
    text = " ".join(unicodedata.normalize("NFC", written).split())
    if not text:
        raise InvalidInput(f"请填写{name}", field=f"address.{field}")
    if len(text) > longest:
        raise InvalidInput(f"{name}最多{longest}个字", field=f"address.{field}")
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in text):
        raise InvalidInput(f"{name}里有无法识别的字符", field=f"address.{field}")
    return text
