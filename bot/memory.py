"""What the bot remembers of a conversation from one turn to the next."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

View = Literal["", "list", "cart", "orders"]


class Wish(BaseModel):
    """What the customer looks for, in the words and yuan they used."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    product: list[str] = Field(default_factory=list)
    category: list[str] = Field(default_factory=list)
    brand: list[str] = Field(default_factory=list)
    color: list[str] = Field(default_factory=list)
    size: list[str] = Field(default_factory=list)
    attribute: list[str] = Field(default_factory=list)
    price_min: float | None = None
    price_max: float | None = None

    def is_empty(self) -> bool:
        """Whether nothing at all is wished for."""
        return not any(value not in (None, []) for value in self.model_dump().values())


class Memory(BaseModel):
    """Kept as JSON beside the conversation. Unknown keys of older versions are ignored."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    wish: Wish = Field(default_factory=Wish)
    said: str = ""
    """The whole sentence that began the search: it may be a product's very title."""
    shown: list[int] = Field(default_factory=list)
    """Product ids of the last list, in the order shown: 第二个 is the second of them."""
    offset: int = 0
    """How many results were shown before the last list."""
    order: str = "best"
    """How the list is sorted: best, cheapest, dearest or sales."""
    cart: list[int] = Field(default_factory=list)
    """Variant ids of the cart as it was last shown: position 1 is the first of them."""
    cart_offset: int = 0
    """How many lines of the cart stand on earlier pages than the one last shown."""
    orders: list[str] = Field(default_factory=list)
    """Numbers of the orders last shown, in the order shown."""
    in_view: View = ""
    """Which of these the customer saw last: that is what a position means."""
    focus: int | None = None
    """The product spoken of last."""
    variant: int | None = None
    """The variant in the cart that was spoken of last."""
    question: dict[str, Any] = Field(default_factory=dict)
    """What the open question is about; `words` is the question itself."""
    misunderstood: int = 0
    """Turns in a row that were not understood."""
