"""A price that grows by steps. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tariff:
    """`first_price` for up to `first_units`, `extra_price` for each `extra_units` begun beyond.

    Units are pieces, grams or cubic centimetres, as the template counts.
    """

    first_units: int
    first_price: int
    extra_units: int
    extra_price: int

    def price(self, units: int) -> int:
        """Fen for so many units; goods of unknown weight or volume cost the first price.

        >>> tariff = Tariff(1000, 600, 500, 150)
        >>> [tariff.price(grams) for grams in (0, 1000, 1001, 1500, 1501)]
        [600, 600, 750, 750, 900]
        """
        steps = -(-max(0, units - self.first_units) // self.extra_units)
        return self.first_price + steps * self.extra_price
