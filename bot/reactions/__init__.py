"""What follows from what happened in the shop, by the kind of the event."""

from collections.abc import Mapping
from typing import Final

from bot.reactions import after_sale, orders, parcels, payments, persons
from bot.reactions.heard import Reaction

LISTENERS: Final[Mapping[str, Reaction]] = {
    "order_paid": Reaction(words=orders.order_paid),
    "order_closed": Reaction(words=orders.order_closed),
    "order_shipped": Reaction(words=parcels.order_shipped),
    "parcel_moved": Reaction(words=parcels.parcel_moved),
    "payment_close_wanted": Reaction(payments.payment_close_wanted),
    "refund_requested": Reaction(payments.refund_requested, words=payments.refund_started),
    "refund_succeeded": Reaction(words=payments.refund_succeeded),
    "refund_abnormal": Reaction(persons.money_wants_a_person),
    "refund_closed": Reaction(persons.money_wants_a_person),
    "paid_mismatch": Reaction(persons.money_wants_a_person),
    "person_wanted": Reaction(persons.person_wanted),
    "after_sale_agreed": Reaction(words=after_sale.after_sale_moved),
    "after_sale_refused": Reaction(words=after_sale.after_sale_moved),
    "after_sale_done": Reaction(words=after_sale.after_sale_moved),
    "after_sale_picture_sent": Reaction(after_sale.picture_sent),
    "after_sale_picture_lost": Reaction(words=after_sale.after_sale_moved),
    "privacy_done": Reaction(words=after_sale.privacy_done),
}
"""Events without an entry are facts for reports: nothing follows, they count as handled."""
