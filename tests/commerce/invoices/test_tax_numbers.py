"""Tax numbers, their check characters worked out by hand from GB 32100-2015."""

import pytest

from commerce.errors import InvalidInput
from commerce.invoices.tax_numbers import ALPHABET, MODULUS, WEIGHTS, check_tax_no

VALID = [
    # The standard's own example: the sum is 1640, 1640 mod 31 = 28, 31 - 28 = 3.
    "91350100M000100Y43",
    # 222 mod 31 = 5, 31 - 5 = 26, which is T.
    "91110000600001010T",
    # 1517 mod 31 = 29, 31 - 29 = 2.
    "91330106MA27X0A122",
    # 1245 mod 31 = 5, so T again.
    "92330100MA28X0000T",
    # 1509 mod 31 = 21, 31 - 21 = 10, which is A.
    "53330000MJ8780900A",
    # 302 mod 31 = 23, 31 - 23 = 8.
    "121000004000123408",
    # 248 is 8 times 31: where nothing remains, the check character is 0.
    "913301060000000000",
]


@pytest.mark.parametrize("number", VALID)
def test_a_number_with_the_right_check_character_is_taken(number: str) -> None:
    assert check_tax_no(number) == number


@pytest.mark.parametrize("number", VALID)
def test_no_other_check_character_is_taken(number: str) -> None:
    for other in set(ALPHABET) - {number[-1]}:
        with pytest.raises(InvalidInput, match="对不上"):
            check_tax_no(number[:-1] + other)


@pytest.mark.parametrize("place", range(8, 17))
def test_one_character_copied_wrong_is_found_out(place: int) -> None:
    number = VALID[2]
    for other in set(ALPHABET) - {number[place]}:
        with pytest.raises(InvalidInput):
            check_tax_no(number[:place] + other + number[place + 1 :])


def test_two_neighbours_that_changed_places_are_found_out() -> None:
    number = VALID[0]
    for place in range(17):
        swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
        if swapped != number:
            with pytest.raises(InvalidInput):
                check_tax_no(swapped)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        (" 91350100m000100y43 ", "91350100M000100Y43"),
        ("9135 0100 M000 100Y 43", "91350100M000100Y43"),
        ("９１３５０１００Ｍ０００１００Ｙ４３", "91350100M000100Y43"),
        ("330106600001010", "330106600001010"),
        ("33010660000101X", "33010660000101X"),
        ("33010619900101001200", "33010619900101001200"),
    ],
)
def test_a_number_may_be_written_in_several_ways(written: str, number: str) -> None:
    assert check_tax_no(written) == number


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ("", "请填写税号"),
        ("91350100M000100Y4", "这个有17位"),
        ("91350100M000100Y433", "这个有19位"),
        ("91350100M0001O0Y43", "字母O"),
        ("9I350I00M000100Y43", "字母I"),
        ("91350100M000100Z4S", "字母S、Z"),
        ("91A50100M000100Y43", "第3到8位"),
        ("91350100M000100Y44", "对不上"),
        ("91350100M000100号43", "只有数字和大写字母"),
    ],
)
def test_what_is_wrong_with_a_number_is_named(written: str, complaint: str) -> None:
    with pytest.raises(InvalidInput, match=complaint) as caught:
        check_tax_no(written)

    assert caught.value.details["field"] == "tax_no"


def test_the_weights_are_powers_of_three() -> None:
    assert list(WEIGHTS) == [pow(3, place, MODULUS) for place in range(17)]
    assert (len(ALPHABET), len(set(ALPHABET))) == (31, 31)
