"""The shop's deals of this moment: group-buys, flash sales, 满减送, timed discounts, coupons."""

from collections.abc import Sequence
from typing import Final

from bot import texts
from bot.handlers import coupon_words as words
from bot.handlers import flash_sale_words, group_buy_words
from bot.memory import Wish
from bot.messages import Reply, Text
from bot.turn import Turn
from commerce.catalogue import queries
from commerce.catalogue.views import ProductView
from commerce.flash_sales import queries as flash_sales
from commerce.group_buys import queries as group_buys
from commerce.inserting import id_of
from commerce.money import yuan
from commerce.pricing.values import UnitOffer
from commerce.promotions import rewards, timed
from commerce.promotions.describing import rung_rule, scope_in_words
from commerce.promotions.tables import TimedDiscount
from commerce.promotions.taking import list_offered
from miniprogram_cards.deal_cards import time_left

MOST_GOODS: Final = 6
"""Products that are listed of a discount."""
MOST_NAMED: Final = 4
MOST_GROUPS: Final = 2


def deals_in_words(turn: Turn) -> str:
    """Everything that makes something cost less now, a line each; or that there is nothing."""
    lines = [*_group_buys(turn), *_flash_sales(turn)]
    lines += [*_rewards(turn), *_discounts(turn), *_coupons(turn)]
    return texts.fitting([words.DEALS, *lines]) if lines else texts.NO_PROMOTION


def show_deals(turn: Turn) -> Sequence[Reply]:
    """Say what deals there are."""
    return [Text(deals_in_words(turn))]


def show_discounted(turn: Turn) -> Sequence[Reply]:
    """The goods of the discount that ends first, with the price before; they can be picked."""
    for discount in timed.list_running(turn.session, turn.now):
        prices = _lower_prices(turn, discount)
        if prices:
            return _listed(turn, discount, prices)
    others = deals_in_words(turn)
    has_none = others == texts.NO_PROMOTION
    return [Text(others if has_none else f"{words.NO_DISCOUNT}\n{others}")]


def _listed(
    turn: Turn, discount: TimedDiscount, prices: dict[int, tuple[ProductView, int, int]]
) -> Sequence[Reply]:
    by_cut = sorted(prices.values(), key=lambda each: each[1] / each[2])
    shown = by_cut[:MOST_GOODS]
    ids = [product.id for product, _, _ in shown]
    name = words.clean(discount.name)
    memory = turn.memory
    memory.wish = Wish(among=[product.id for product, _, _ in by_cut], named=[name])
    memory.shown, memory.in_view, memory.offset = ids, "list", 0
    memory.order, memory.said = "best", ""
    memory.focus, memory.together, memory.added = None, [], []
    heading = words.DISCOUNTED.format(name=name, until=words.window_in_words(discount.ends_at))
    lines = [
        words.DISCOUNTED_LINE.format(
            n=number, title=texts.short(product.title), price=yuan(price), before=yuan(before)
        )
        for number, (product, price, before) in enumerate(shown, 1)
    ]
    return [Text(texts.fitting([heading, *lines], texts.PICK_FROM_LIST.format(more="")))]


def _lower_prices(turn: Turn, discount: TimedDiscount) -> dict[int, tuple[ProductView, int, int]]:
    """Products on sale that cost less in a discount, by id: the lowest price, and that before."""
    prices = timed.discounted_variants(turn.session, id_of(discount))
    running: dict[int, UnitOffer] = timed.running_prices(turn.session, list(prices), turn.now)
    found: dict[int, tuple[ProductView, int, int]] = {}
    of_variants = queries.list_products_of_variants(turn.session, list(prices))
    for product, variant in of_variants.values():
        price = running[variant.id].price if variant.id in running else variant.price
        cheapest = found.get(product.id)
        if price < variant.price and (cheapest is None or price < cheapest[1]):
            found[product.id] = (product, price, variant.price)
    return found


def _group_buys(turn: Turn) -> list[str]:
    running = group_buys.list_running(turn.session, turn.now)
    if not running:
        return []
    named = "、".join(texts.short(each.title) for each in running[:MOST_GROUPS])
    more = f"等{len(running)}款" if len(running) > MOST_GROUPS else ""
    lowest = min(price for each in running for price in each.tiers.all[-1].prices.values())
    return [group_buy_words.DEAL_LINE.format(names=f"{named}{more}", price=yuan(lowest))]


def _flash_sales(turn: Turn) -> list[str]:
    lines = []
    for sale in flash_sales.running(turn.session, turn.now):
        items = flash_sales.list_items(turn.session, sale.sale_id, turn.now)
        prices = [each.price for each in items if each.left]
        if prices:
            left = time_left(sale.ends_at, turn.now)
            lines.append(
                flash_sale_words.DEAL_RUNNING.format(
                    name=sale.name, count=len(prices), price=yuan(min(prices)), left=left
                )
            )
    following = flash_sales.next_sale(turn.session, turn.now)
    if following is not None:
        starts = flash_sales.moment_in_words(following.starts_at, turn.now)
        lines.append(flash_sale_words.DEAL_NEXT.format(name=following.name, starts=starts))
    return lines


def _rewards(turn: Turn) -> list[str]:
    rows = rewards.list_running(turn.session, turn.now)
    until = {id_of(row): words.window_in_words(row.ends_at) for row in rows}
    return [
        words.DEAL_REWARD.format(
            name=words.clean(reward.name),
            rungs="；".join(map(rung_rule, reward.rungs)),
            scope=scope_in_words(turn.session, reward.scope),
            until=until[reward.id],
        )
        for reward in rewards.running_rewards(turn.session, turn.now)
    ]


def _discounts(turn: Turn) -> list[str]:
    found = []
    for discount in timed.list_running(turn.session, turn.now):
        prices = _lower_prices(turn, discount)
        if prices:
            lowest = min(price for _, price, _ in prices.values())
            found.append(
                words.DEAL_TIMED.format(
                    name=words.clean(discount.name),
                    count=len(prices),
                    price=yuan(lowest),
                    until=words.window_in_words(discount.ends_at),
                )
            )
    return found


def _coupons(turn: Turn) -> list[str]:
    offered = [
        each for each in list_offered(turn.session, turn.customer_id, turn.now) if each.may_be_taken
    ]
    if not offered:
        return []
    named = "、".join(words.clean(each.template.name) for each in offered[:MOST_NAMED])
    more = f"等{len(offered)}张" if len(offered) > MOST_NAMED else ""
    return [words.DEAL_COUPONS.format(names=f"{named}{more}")]
