"""Cart tokens."""

import re
from datetime import timedelta

import pytest

from commerce.errors import InvalidInput
from commerce.ordering.cart_token import VALID_FOR, CartTokens, CheckoutToken, digest_lines
from commerce.ordering.lines import WantedLine
from tests.commerce.shop import NOW

TOKENS = CartTokens("a secret of the tests")
LINES = [WantedLine(7, 2), WantedLine(3, 1)]


def issued(tokens: CartTokens = TOKENS, source: str = "official_account.chat") -> str:
    return tokens.issue(customer_id=12, conversation_id=34, lines=LINES, source=source, now=NOW)


def test_a_token_says_what_was_put_in() -> None:
    read = TOKENS.read(issued(), NOW)

    assert read == CheckoutToken(
        12, 34, digest_lines(LINES), "official_account.chat", NOW + VALID_FOR
    )


def test_a_token_need_not_come_out_of_a_conversation() -> None:
    token = TOKENS.issue(customer_id=12, conversation_id=None, lines=[], source="", now=NOW)

    assert TOKENS.read(token, NOW).conversation_id is None


def test_a_token_fits_a_card_even_with_the_largest_numbers() -> None:
    token = TOKENS.issue(
        customer_id=2**31, conversation_id=2**31, lines=LINES, source="s" * 24, now=NOW
    )

    assert len(token) <= 120
    assert re.fullmatch(r"[0-9A-Za-z._~-]+", token)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda token: token.replace("12~", "13~", 1),
        lambda token: token.replace("34~", "~", 1),
        lambda token: token[:-1],
        lambda token: token + "A",
        lambda token: token.rsplit(".", 1)[0],
        lambda _: "",
        lambda _: "购物车",
        lambda _: "\ud83d.x",
        lambda _: issued(CartTokens("another secret")),
    ],
)
def test_a_token_that_is_not_ours_is_refused(spoil) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InvalidInput, match="无效") as refused:
        TOKENS.read(spoil(issued()), NOW)

    assert refused.value.details["field"] == "cart"


def test_a_token_lives_48_hours() -> None:
    token = issued()

    TOKENS.read(token, NOW + timedelta(hours=47, minutes=59))
    with pytest.raises(InvalidInput, match="过期"):
        TOKENS.read(token, NOW + timedelta(hours=48))


@pytest.mark.parametrize("source", ["a~b", "s" * 25, "源", "a b"])
def test_a_source_that_breaks_the_form_is_a_mistake_of_the_caller(source: str) -> None:
    with pytest.raises(ValueError, match="source"):
        issued(source=source)


def test_the_digest_tells_carts_apart_but_not_their_order() -> None:
    assert digest_lines(LINES) == digest_lines(reversed(LINES))
    assert digest_lines(LINES) != digest_lines([WantedLine(7, 1), WantedLine(3, 2)])
    assert digest_lines([WantedLine(1, 11)]) != digest_lines([WantedLine(11, 1)])
