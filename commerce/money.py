"""Money is an int of fen. Yuan exist only where people read or write them."""

from decimal import Decimal

from commerce.errors import InvalidInput

LARGEST_PRICE = 100_000_000
"""One million yuan, in fen: more than any single thing here costs."""
LARGEST_ORDER = 1_000_000_000
"""Ten million yuan, in fen: what one order may cost, well within 32 bits."""


def yuan(fen: int) -> str:
    """An amount as customers read it.

    >>> yuan(15900), yuan(1990), yuan(5), yuan(-250)
    ('¥159', '¥19.9', '¥0.05', '-¥2.5')
    """
    whole, cents = divmod(abs(fen), 100)
    amount = f"{whole}.{cents:02d}".rstrip("0").rstrip(".")
    return f"{'-' if fen < 0 else ''}¥{amount}"


def fen_from_yuan(written: str) -> int:
    """Fen of a price written in yuan, such as `19.90`. Raises InvalidInput unless it is exact.

    >>> fen_from_yuan("19.9"), fen_from_yuan("¥1,299")
    (1990, 129900)
    """
    try:
        amount = Decimal(written.strip().lstrip("¥￥").replace(",", ""))
        fen = amount * 100
    except ArithmeticError:  # Not a number, or 1e999999.
        raise InvalidInput(f"价格“{written}”不是数字", field="price") from None
    if not fen.is_finite() or fen != fen.to_integral_value() or not 0 <= fen <= LARGEST_PRICE:
        raise InvalidInput(f"价格“{written}”须为0到100万元，最多两位小数", field="price")
    return int(fen)
