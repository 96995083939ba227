"""What follows from what happened in the shop, by the kind of the event."""

from collections.abc import Mapping
from typing import Final

from bot.reactions import (
    after_sale,
    bargains,
    campaigns,
    contacts,
    coupons,
    distribution,
    group_buys,
    handovers,
    invoices,
    kf_sessions,
    membership,
    orders,
    parcels,
    payments,
    persons,
    pickup,
    promoter_codes,
    withdrawals,
)
from bot.reactions.heard import Reaction, in_turn

LISTENERS: Final[Mapping[str, Reaction]] = {
    "order_paid": Reaction(
        in_turn(pickup.code_given, campaigns.order_paid), words=pickup.order_paid
    ),
    "order_closed": Reaction(pickup.slot_given_up, words=orders.order_closed),
    "order_shipped": Reaction(parcels.shipping_told),
    "order_received": Reaction(
        in_turn(pickup.fetched, distribution.order_followed), words=pickup.order_received
    ),
    "parcel_shipped": Reaction(parcels.shipping_told, words=parcels.parcel_shipped),
    "parcel_corrected": Reaction(parcels.shipping_told, words=parcels.parcel_corrected),
    "parcel_moved": Reaction(words=parcels.parcel_moved),
    "order_gifts_given": Reaction(words=coupons.order_gifts_given),
    "payment_close_wanted": Reaction(payments.payment_close_wanted),
    "refund_requested": Reaction(invoices.refund_requested, words=payments.refund_started),
    "refund_succeeded": Reaction(
        in_turn(invoices.follow, campaigns.refund_succeeded), words=payments.refund_succeeded
    ),
    "refund_abnormal": Reaction(persons.money_wants_a_person),
    "refund_closed": Reaction(persons.money_wants_a_person),
    "paid_mismatch": Reaction(persons.money_wants_a_person),
    "person_wanted": Reaction(persons.person_wanted),
    "kf_session_wanted": Reaction(kf_sessions.session_wanted),
    "handover_queued": Reaction(handovers.queued),
    "handover_requeued": Reaction(handovers.queued),
    "handover_handed_back": Reaction(handovers.came_back),
    "handover_ended": Reaction(words=handovers.ended),
    "after_sale_agreed": Reaction(words=after_sale.after_sale_moved),
    "after_sale_refused": Reaction(words=after_sale.after_sale_moved),
    "after_sale_arrived": Reaction(words=after_sale.after_sale_arrived),
    "after_sale_refunding": Reaction(words=after_sale.after_sale_moved),
    "after_sale_resent": Reaction(words=after_sale.after_sale_moved),
    "after_sale_done": Reaction(
        in_turn(distribution.order_followed, group_buys.limit_freed),
        words=after_sale.after_sale_moved,
    ),
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
    "customers_merged": Reaction(in_turn(campaigns.customers_merged, contacts.customers_merged)),
    "privacy_done": Reaction(words=after_sale.privacy_done),
    "promoter_code_wanted": Reaction(promoter_codes.promoter_code_wanted),
    "bargain_helped": Reaction(words=bargains.bargain_helped),
    "bargain_reached": Reaction(words=bargains.bargain_reached),
    "group_opened": Reaction(words=group_buys.opening_told),
    "group_joined": Reaction(words=group_buys.joining_told),
    "group_moved": Reaction(words=group_buys.moved_told),
    "group_overflowed": Reaction(group_buys.money_back, words=group_buys.overflow_told),
    "group_succeeded": Reaction(group_buys.group_succeeded, words=group_buys.success_told),
    "group_failed": Reaction(group_buys.money_back, words=group_buys.failure_told),
    "group_rebated": Reaction(distribution.order_followed, words=group_buys.rebate_told),
    "commission_earned": Reaction(words=distribution.commission_earned),
    "commission_matured": Reaction(words=distribution.commission_matured),
    "commission_clawed_back": Reaction(words=distribution.commission_clawed_back),
    "withdrawal_asked": Reaction(persons.person_wanted),
    "withdrawal_approved": Reaction(withdrawals.transfer_wanted, words=withdrawals.approved),
    "withdrawal_refused": Reaction(words=withdrawals.refused),
    "withdrawal_confirm_wanted": Reaction(words=withdrawals.confirm_wanted),
    "withdrawal_paid": Reaction(words=withdrawals.paid),
    "withdrawal_failed": Reaction(words=withdrawals.failed),
    "withdrawal_mismatch": Reaction(persons.money_wants_a_person),
}
"""Events without an entry are facts for reports: nothing follows, they count as handled."""
