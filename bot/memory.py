"""What the bot remembers of a conversation from one turn to the next."""

from collections.abc import Mapping
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

View = Literal["", "list", "cart", "orders", "addresses"]
MOST_SEEN: Final = 5
MOST_CHOSEN: Final = 3


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
    among: list[int] = Field(default_factory=list)
    """Product ids to which the list is kept, in their own order; empty for the whole shop."""
    named: list[str] = Field(default_factory=list)
    """What the shop calls these products, such as 热销商品."""

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
    """Numbers of the orders last listed, in the order shown: what positions mean."""
    order_no: str = ""
    """The order spoken of last, one of those listed."""
    in_view: View = ""
    """Which of these the customer saw last: that is what a position means."""
    focus: int | None = None
    """The product spoken of last; None while a list has just been shown."""
    seen: list[int] = Field(default_factory=list)
    """The products spoken of, the last one first: 刚才那个 is one of them."""
    together: list[int] = Field(default_factory=list)
    """The products spoken of last in one breath: 这俩 means them."""
    chosen: dict[str, dict[str, str]] = Field(default_factory=dict)
    """By product id, what was said of its kind, such as 颜色: 红色; it is not asked for again."""
    asked_of_product: dict[str, Any] = Field(default_factory=dict)
    """What was asked of a product last, `text` and `entities`: 第二个呢 asks it of another."""
    variant: int | None = None
    """The variant in the cart that was spoken of last."""
    added: list[tuple[int, int]] = Field(default_factory=list)
    """Variant ids and pieces that just went into the cart: 不是这个 takes them out again."""
    taken_out: list[tuple[int, int]] = Field(default_factory=list)
    """Variant ids and pieces that were taken out last: 还是要吧 puts them back."""
    question: dict[str, Any] = Field(default_factory=dict)
    """What the open question is about; `words` is the question itself."""
    told_of: list[str] = Field(default_factory=list)
    """Orders that the shop's people were told of when their address could not be changed."""
    misunderstood: int = 0
    """Turns in a row that were not understood."""
    unanswered: int = 0
    """Questions that had no certain answer, since a person was last called."""
    anger: int = 0
    """How upset the customer has sounded lately, see `bot.handover.triggers`."""
    refund_demands: int = 0
    """How often money back was pressed for, since a person was last called."""
    closed_told_on: str = ""
    """The day on which the customer was last told that nobody is there."""

    def speak_of(self, product_id: int) -> None:
        """Note that a product is what the conversation is about now."""
        self.focus = product_id
        others = [each for each in self.seen if each != product_id]
        self.seen = [product_id, *others][:MOST_SEEN]

    def choose(self, product_id: int, traits: Mapping[str, str]) -> None:
        """Keep what was said of a product's kind, over what was said of it before."""
        kept = {**self.chosen.pop(str(product_id), {}), **traits}
        if kept:
            self.chosen[str(product_id)] = kept
        for oldest in list(self.chosen)[:-MOST_CHOSEN]:
            del self.chosen[oldest]
