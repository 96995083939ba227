"""What the shop says of what a customer waits for."""

from typing import Final

PRICE_DROPPED: Final = "您让我留意的{title}降价了：现在{price}，当时是{was}。"
BACK_IN_STOCK: Final = "您等的{title}到货了，现在{price}，想要可以直接下单。"
