"""Addresses: checked, sealed, masked."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, func, select

from commerce.customers.addresses import (
    AddressInput,
    check_address,
    check_phone,
    last_address,
    mask_phone,
    save_address,
)
from commerce.customers.tables import Address
from commerce.errors import InvalidInput
from tests.commerce.shop import ADDRESS, NOW, SEALER, new_customer


@pytest.mark.parametrize(
    ("written", "phone"),
    [
        ("13800138000", "13800138000"),
        (" 138 0013 8000 ", "13800138000"),
        ("138-0013-8000", "13800138000"),
        ("+86 13800138000", "13800138000"),
        ("008613800138000", "13800138000"),
        ("１３８００１３８０００", "13800138000"),
        ("010-62770000", "010-62770000"),
        ("01062770000", "010-62770000"),
        ("（0571）8765432", "0571-8765432"),
        ("0571 87654321-205", "0571-87654321-205"),
    ],
)
def test_phones_are_read_as_people_write_them(written: str, phone: str) -> None:
    assert check_phone(written) == phone


@pytest.mark.parametrize(
    "written",
    ["", "12345", "12800138000", "1380013800", "138001380000", "110", "62770000", "电话", "\0"],
)
def test_what_nobody_can_call_is_refused(written: str) -> None:
    with pytest.raises(InvalidInput, match="手机号") as refused:
        check_phone(written)

    assert refused.value.details["field"] == "address.phone"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"recipient": "  "}, "address.recipient"),
        ({"recipient": "长" * 31}, "address.recipient"),
        ({"recipient": "王\0"}, "address.recipient"),
        ({"region": ""}, "address.region"),
        ({"region": "区" * 61}, "address.region"),
        ({"detail": "\n"}, "address.detail"),
        ({"detail": "号" * 121}, "address.detail"),
        ({"detail": "\ud83d"}, "address.detail"),
    ],
)
def test_the_field_at_fault_is_named(change: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_address(replace(ADDRESS, **change))

    assert refused.value.details["field"] == field


@given(st.builds(AddressInput, st.text(), st.text(), st.text(), st.text()))
def test_an_address_is_checked_once_and_for_all(address: AddressInput) -> None:
    try:
        checked = check_address(address)
    except InvalidInput:
        return
    assert check_address(checked) == checked


@given(st.from_regex(r"1[3-9]\d{9}", fullmatch=True))
def test_a_masked_mobile_hides_four_digits(phone: str) -> None:
    masked = mask_phone(phone)

    assert masked == f"{phone[:3]}****{phone[7:]}"


def test_short_and_landline_phones_are_masked_too() -> None:
    assert mask_phone("95588") == "*****"
    assert mask_phone("0571-87654321") == mask_phone("0571-87654321-205") == "0571-****4321"


def test_the_last_address_is_the_one_used_last(session: Session) -> None:
    customer = new_customer(session)
    office = replace(ADDRESS, detail="科技园 2 号楼")
    for hours, address in enumerate([ADDRESS, office, replace(ADDRESS, phone="+8613800138000")]):
        save_address(session, SEALER, customer, address, NOW + timedelta(hours=hours))

    assert last_address(session, SEALER, customer) == ADDRESS
    assert session.exec(select(func.count()).select_from(Address)).one() == 2


def test_a_customer_without_orders_has_no_address(session: Session) -> None:
    save_address(session, SEALER, new_customer(session), ADDRESS, NOW)

    assert last_address(session, SEALER, new_customer(session)) is None


def test_nothing_personal_can_be_read_in_the_table(session: Session) -> None:
    row = save_address(session, SEALER, new_customer(session), ADDRESS, NOW)

    stored = repr(row.model_dump())
    for plain in (ADDRESS.recipient, ADDRESS.phone, ADDRESS.detail):
        assert plain not in stored
        assert plain.encode().hex() not in stored
