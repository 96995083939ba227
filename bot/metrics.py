"""What is counted of a running process, for `/metrics`."""

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

MESSAGES: Final = Counter("shop_messages", "Messages accepted", ["channel", "kind"])
REPEATS: Final = Counter(
    "shop_message_repeats", "Deliveries of messages known already", ["channel"]
)
TURNS: Final = Counter("shop_turns", "Turns taken", ["intent", "source"])
TURN_SECONDS: Final = Histogram(
    "shop_turn_seconds",
    "From the delivery to the committed answer",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8),
)
ROUTES: Final = Counter("shop_answers", "How answers left", ["route"])
OPERATOR_WANTED: Final = Counter(
    "shop_operator_wanted", "Things that wait for a person of the shop", ["kind"]
)
SENDS: Final = Counter("shop_sends", "Attempts to deliver an outbox row", ["kind", "outcome"])
FINDINGS: Final = Gauge(
    "shop_reconciliation_findings", "What does not agree and nobody has accepted", ["kind"]
)
