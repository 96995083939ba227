"""Personal data opens only where it belongs and with a key the shop still has."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.sealing import Place, SealBroken, Sealer, SealingRefused

OLD_KEY, NEW_KEY = b"o" * 32, b"n" * 32
HOME = Place("address", "phone", "row-1")
PHONE = "13800138000"


def encoded(key: bytes) -> str:
    return base64.b64encode(key).decode()


@given(st.text(), st.text(), st.text(), st.text())
def test_what_is_sealed_opens_at_its_place(value: str, table: str, column: str, row: str) -> None:
    sealer, place = Sealer({"k1": OLD_KEY}), Place(table, column, row)

    assert sealer.open(sealer.seal(value, place), place) == value


@pytest.mark.parametrize(
    "elsewhere",
    [
        Place("address", "phone", "row-2"),
        Place("address", "recipient", "row-1"),
        Place("customer_order", "phone", "row-1"),
    ],
)
def test_a_value_moved_elsewhere_does_not_open(elsewhere: Place) -> None:
    sealer = Sealer({"k1": OLD_KEY})
    sealed = sealer.seal(PHONE, HOME)

    with pytest.raises(SealBroken):
        sealer.open(sealed, elsewhere)


@given(st.data())
def test_a_value_with_one_bit_changed_does_not_open(data: st.DataObject) -> None:
    sealer = Sealer({"k1": OLD_KEY, "k2": NEW_KEY})
    sealed = bytearray(sealer.seal(PHONE, HOME))
    bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[bit // 8] ^= 1 << bit % 8

    with pytest.raises(SealBroken):
        sealer.open(bytes(sealed), HOME)


@given(st.data())
def test_a_value_cut_short_does_not_open(data: st.DataObject) -> None:
    sealer = Sealer({"k1": OLD_KEY})
    sealed = sealer.seal(PHONE, HOME)

    with pytest.raises(SealBroken):
        sealer.open(sealed[: data.draw(st.integers(0, len(sealed) - 1))], HOME)


@given(st.binary(max_size=200))
def test_anything_else_does_not_open(found: bytes) -> None:
    with pytest.raises(SealBroken):
        Sealer({"k1": OLD_KEY}).open(found, HOME)


def test_the_same_value_never_looks_the_same_twice() -> None:
    sealer = Sealer({"k1": OLD_KEY})

    assert sealer.seal(PHONE, HOME) != sealer.seal(PHONE, HOME)
    assert PHONE.encode() not in sealer.seal(PHONE, HOME)


def test_a_new_key_seals_and_the_old_one_still_opens() -> None:
    before = Sealer({"k1": OLD_KEY})
    after = Sealer({"k2": NEW_KEY, "k1": OLD_KEY})
    sealed_before, sealed_after = before.seal(PHONE, HOME), after.seal(PHONE, HOME)

    assert after.open(sealed_before, HOME) == after.open(sealed_after, HOME) == PHONE
    assert Sealer({"k2": NEW_KEY}).open(sealed_after, HOME) == PHONE
    with pytest.raises(SealBroken):
        before.open(sealed_after, HOME)


def test_looking_up_by_value_outlives_a_new_key() -> None:
    before = Sealer({"k1": OLD_KEY})
    after = Sealer({"k2": NEW_KEY, "k1": OLD_KEY})

    assert before.digest(PHONE, "phone") == after.digest(PHONE, "phone")
    assert before.digest(PHONE, "phone") != before.digest(PHONE, "name")
    assert before.digest(PHONE, "phone") != Sealer({"k1": NEW_KEY}).digest(PHONE, "phone")


def test_with_a_digest_key_of_its_own_every_field_key_can_be_replaced() -> None:
    of_digests = f"digest:{encoded(bytes(range(1, 33)))}"
    first = Sealer.from_setting(f"k1:{encoded(OLD_KEY)},{of_digests}")
    both = Sealer.from_setting(f"k2:{encoded(NEW_KEY)},k1:{encoded(OLD_KEY)},{of_digests}")
    last = Sealer.from_setting(f"{of_digests},k2:{encoded(NEW_KEY)}")

    assert len({each.digest(PHONE, "phone") for each in (first, both, last)}) == 1
    assert last.open(both.seal(PHONE, HOME), HOME) == PHONE
    assert first.digest(PHONE, "phone") != Sealer({"k1": OLD_KEY}).digest(PHONE, "phone")


def test_keys_are_written_as_id_and_base64_the_sealing_one_first() -> None:
    sealer = Sealer.from_setting(f"k2:{encoded(NEW_KEY)}, k1:{encoded(OLD_KEY)},")

    assert Sealer({"k2": NEW_KEY}).open(sealer.seal(PHONE, HOME), HOME) == PHONE


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("", "no field key"),
        ("k1:not base64!", "'k1' is not base64"),
        (f"k1:{encoded(b'short')}", "'k1' is not 32 bytes"),
        (f":{encoded(OLD_KEY)}", "'' is not 32 bytes"),
        (f"k1:{encoded(OLD_KEY)},k1:{encoded(NEW_KEY)}", "'k1' is given twice"),
        (encoded(OLD_KEY), "not written as id:base64"),
        (f"digest:{encoded(OLD_KEY)}", "no field key"),
        (f"k1:{encoded(OLD_KEY)},digest:", "'digest' is not 32 bytes"),
    ],
)
def test_keys_that_cannot_be_used_are_refused_without_being_shown(written: str, fault: str) -> None:
    with pytest.raises(SealingRefused, match=fault) as refusal:
        Sealer.from_setting(written)

    assert encoded(OLD_KEY) not in str(refusal.value)
