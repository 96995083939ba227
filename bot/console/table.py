"""Every route of the console. What is not here is not served."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from bot.console import doors, events
from bot.console.pages import (
    account,
    after_sale,
    answers,
    audit,
    bargains,
    campaign_terms,
    canned,
    commission_terms,
    communities,
    community_codes,
    community_welcomes,
    contacts,
    coupon_file,
    coupons,
    customer_tags,
    customers,
    dashboard,
    enrolment,
    findings,
    flash_sales,
    freight,
    group_buy_file,
    group_buys,
    home,
    invoices,
    lives,
    mass_tasks,
    membership,
    mending,
    notice_templates,
    offers,
    orders,
    pickup,
    privacy,
    products,
    promoters,
    refunds,
    segments,
    settings,
    shipping_file,
    sources,
    staff,
    withdrawals,
)
from bot.console.pages.campaigns import routes as campaigns
from bot.console.route import OpenRoute, Route
from bot.console.talks import routes as talks
from bot.errors import BotError

OPEN_ROUTES: Final[tuple[OpenRoute, ...]] = doors.ROUTES
ROUTES: Final[tuple[Route, ...]] = (
    *home.ROUTES,
    *events.ROUTES,
    *enrolment.ROUTES,
    *account.ROUTES,
    *dashboard.ROUTES,
    *products.ROUTES,
    *answers.ROUTES,
    *customers.ROUTES,
    *coupons.ROUTES,
    *coupon_file.ROUTES,
    *offers.ROUTES,
    *membership.ROUTES,
    *sources.ROUTES,
    *freight.ROUTES,
    *talks.ROUTES,
    *after_sale.ROUTES,
    *commission_terms.ROUTES,
    *contacts.ROUTES,
    *communities.ROUTES,
    *community_codes.ROUTES,
    *community_welcomes.ROUTES,
    *customer_tags.ROUTES,
    *notice_templates.ROUTES,
    *findings.ROUTES,
    *group_buy_file.ROUTES,  # Before the page of any group-buy by its key.
    *group_buys.ROUTES,
    *invoices.ROUTES,
    *shipping_file.ROUTES,
    *orders.ROUTES,
    *pickup.ROUTES,
    *privacy.ROUTES,
    *promoters.ROUTES,
    *refunds.ROUTES,
    *withdrawals.ROUTES,
    *flash_sales.ROUTES,
    *bargains.ROUTES,
    *lives.ROUTES,
    *campaigns.ROUTES,
    *segments.ROUTES,
    *mass_tasks.ROUTES,
    *campaign_terms.ROUTES,
    *mending.ROUTES,
    *staff.ROUTES,
    *settings.ROUTES,
    *audit.ROUTES,
    *canned.ROUTES,
)


class DoubledRoute(BotError):
    """Two routes answer to one address: one of them would never be asked."""


def refuse_doubles(routes: Iterable[Route], open_routes: Iterable[OpenRoute]) -> None:
    """Raise DoubledRoute unless every method and path is declared once."""
    addresses = Counter(f"{each.method} {each.path}" for each in routes)
    addresses.update(f"{each.method} {each.path}" for each in open_routes)
    if doubled := [address for address, count in addresses.items() if count > 1]:
        raise DoubledRoute(", ".join(doubled))
