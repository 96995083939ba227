"""What follows from what happened in the shop, by the kind of the event."""

from collections.abc import Mapping
from typing import Final

from bot.reactions import (
    after_sale,
    coupons,
    invoices,
    membership,
    orders,
    parcels,
    payments,
    persons,
    pickup,
)
from bot.reactions.heard import Reaction

LISTENERS: Final[Mapping[str, Reaction]] = {
    "order_paid": Reaction(pickup.code_given, words=pickup.order_paid),
    "order_closed": Reaction(pickup.slot_given_up, words=orders.order_closed),
    "order_shipped": Reaction(parcels.shipping_told),
    "order_received": Reaction(pickup.fetched, words=pickup.order_received),
    "parcel_shipped": Reaction(parcels.shipping_told, words=parcels.parcel_shipped),
    "parcel_corrected": Reaction(parcels.shipping_told, words=parcels.parcel_corrected),
    "parcel_moved": Reaction(words=parcels.parcel_moved),
    "order_gifts_given": Reaction(words=coupons.order_gifts_given),
    "payment_close_wanted": Reaction(payments.payment_close_wanted),
    "refund_requested": Reaction(invoices.refund_requested, words=payments.refund_started),
    "refund_succeeded": Reaction(invoices.follow, words=payments.refund_succeeded),
    "refund_abnormal": Reaction(persons.money_wants_a_person),
    "refund_closed": Reaction(persons.money_wants_a_person),
    "paid_mismatch": Reaction(persons.money_wants_a_person),
    "person_wanted": Reaction(persons.person_wanted),
    "after_sale_agreed": Reaction(words=after_sale.after_sale_moved),
    "after_sale_refused": Reaction(words=after_sale.after_sale_moved),
    "after_sale_arrived": Reaction(words=after_sale.after_sale_arrived),
    "after_sale_refunding": Reaction(words=after_sale.after_sale_moved),
    "after_sale_resent": Reaction(words=after_sale.after_sale_moved),
    "after_sale_done": Reaction(words=after_sale.after_sale_moved),
    "after_sale_picture_sent": Reaction(after_sale.picture_sent),
    "after_sale_picture_lost": Reaction(words=after_sale.after_sale_moved),
    "level_reached": Reaction(words=membership.level_reached),
    "birthday_served": Reaction(words=membership.birthday_served),
    "redemption_sent": Reaction(words=membership.redemption_sent),
    "redemption_called_off": Reaction(words=membership.redemption_called_off),
    "invoice_requested": Reaction(invoices.requested),
    "invoice_issued": Reaction(words=invoices.issued),
    "invoice_refused": Reaction(words=invoices.refused),
    "red_flush_wanted": Reaction(invoices.flush_wanted, words=invoices.taken_back),
    "privacy_done": Reaction(words=after_sale.privacy_done),
}
"""Events without an entry are facts for reports: nothing follows, they count as handled."""
