"""What was understood of one message: every parser's answer, and the JSON that `parse` prints."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, Self

from nlu.findings import POSITIONS, SCALARS, Finding, Value


class Intent(StrEnum):
    """What a customer may want; `NLU_FALLBACK` is ours for "not sure enough"."""

    SEARCH_PRODUCT = "search_product"
    REFINE_SEARCH = "refine_search"
    COMPARE_PRODUCTS = "compare_products"
    ASK_PRODUCT_DETAIL = "ask_product_detail"
    ADD_TO_CART = "add_to_cart"
    UPDATE_CART = "update_cart"
    VIEW_CART = "view_cart"
    CHECKOUT = "checkout"
    ORDER_STATUS = "order_status"
    TRACK_SHIPMENT = "track_shipment"
    CANCEL_ORDER = "cancel_order"
    CHANGE_ADDRESS = "change_address"
    REQUEST_REFUND = "request_refund"
    ASK_INVOICE = "ask_invoice"
    ASK_SHIPPING = "ask_shipping"
    ASK_RETURN_POLICY = "ask_return_policy"
    ASK_PAYMENT = "ask_payment"
    ASK_STORE = "ask_store"
    ASK_PROMOTION = "ask_promotion"
    GROUP_BUY = "group_buy"
    FLASH_SALE = "flash_sale"
    ASK_POINTS = "ask_points"
    DISTRIBUTION = "distribution"
    LIVE_STREAM = "live_stream"
    UNSUBSCRIBE = "unsubscribe"
    PRIVACY_REQUEST = "privacy_request"
    HUMAN_HANDOFF = "human_handoff"
    COMPLAINT = "complaint"
    GREET = "greet"
    GOODBYE = "goodbye"
    THANK = "thank"
    AFFIRM = "affirm"
    DENY = "deny"
    HELP = "help"
    OUT_OF_SCOPE = "out_of_scope"
    NLU_FALLBACK = "nlu_fallback"


CUSTOMER_INTENTS: Final = frozenset(Intent) - {Intent.NLU_FALLBACK}


@dataclass(frozen=True, slots=True)
class Span:
    """Where a string entity stands: `text[start:end]` is its value as written."""

    entity: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Understanding:
    """One message, understood. `entities` holds numbers as scalars and everything else as lists.

    `guess` is the intent that the parser leaned to; it differs from `intent` only
    when the confidence was below the threshold.
    """

    text: str
    intent: str
    confidence: float
    entities: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    spans: tuple[Span, ...] = ()
    source: str = "keyword"
    guess: str = ""

    @classmethod
    def from_findings(
        cls, text: str, intent: str, confidence: float, findings: list[Finding], source: str
    ) -> Self:
        """Put findings into the contract's shape; numbers leave no span."""
        spans = tuple(
            Span(each.entity, each.start, each.end)
            for each in findings
            if each.entity not in SCALARS | POSITIONS
        )
        entities = MappingProxyType(_gather(findings))
        return cls(text, intent, confidence, entities, spans, source, guess=intent)

    def first(self, entity: str) -> Any | None:
        """The scalar, or the first of the list, or None."""
        value = self.entities.get(entity)
        if isinstance(value, list):
            return value[0] if value else None
        return value

    def strings(self, entity: str) -> list[str]:
        """All values of a string entity, as written, in the order of the text."""
        value = self.entities.get(entity)
        return [str(each) for each in value] if isinstance(value, list) else []

    @property
    def ordinals(self) -> list[int]:
        """Positions in the last list, from 1; negative ones count from its end."""
        return list(self.entities.get("ordinal", ()))

    def as_fallback(self) -> Self:
        """The same, not sure enough to act upon; `guess` keeps what it leaned to."""
        return replace(self, intent=Intent.NLU_FALLBACK.value)

    def to_json(self) -> dict[str, Any]:
        """The contract's object, its keys in the contract's order."""
        return {
            "intent": str(self.intent),
            "confidence": round(self.confidence, 4),
            "entities": dict(self.entities),
            "spans": [
                {"entity": span.entity, "start": span.start, "end": span.end} for span in self.spans
            ],
            "source": self.source,
        }


def _gather(findings: list[Finding]) -> dict[str, Any]:
    entities: dict[str, Any] = {}
    for each in findings:
        if each.entity in SCALARS:
            entities.setdefault(each.entity, each.value)  # The first one said counts.
        else:
            values: list[Value] = entities.setdefault(each.entity, [])
            if each.value not in values:
                values.append(each.value)
    return entities
