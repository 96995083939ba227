"""What is said of groups that the shop completes: where they are offered, and when it has."""

from typing import Final

MAY_BE_COMPLETED: Final = "人数接近成团时，到期可能由商家补齐名额成团。"
COMPLETED_BY_SHOP: Final = "本团到期时差{heads}人，由商家补齐名额成团。"
