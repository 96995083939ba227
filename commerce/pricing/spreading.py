"""Dividing an amount so that the parts sum to the whole."""

from collections.abc import Sequence


def spread(amount: int, weights: Sequence[int]) -> list[int]:
    """Parts of `amount` in proportion to the weights, by largest remainder; earlier ones first.

    The parts sum to `amount`. No part exceeds its weight unless the amount exceeds their sum, so
    a discount spread over what lines cost never makes one negative. Weights that are all 0 are
    taken as equal. Raises ValueError for anything negative, or for an amount without weights.

    >>> spread(100, [1, 1, 1]), spread(10, [999, 1]), spread(5, [0, 0])
    ([34, 33, 33], [10, 0], [3, 2])
    """
    if amount < 0 or any(weight < 0 for weight in weights):
        raise ValueError("neither amount nor weights may be negative")
    if not weights:
        if amount:
            raise ValueError("nothing to spread the amount over")
        return []
    whole = sum(weights)
    if whole == 0:
        return spread(amount, [1] * len(weights))
    parts = [amount * weight // whole for weight in weights]
    by_remainder = sorted(
        range(len(weights)), key=lambda place: (-(amount * weights[place] % whole), place)
    )
    for place in by_remainder[: amount - sum(parts)]:
        parts[place] += 1
    return parts
