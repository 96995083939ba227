"""Group-buys, for the mini-program: what runs, a group to join, and one's own groups."""

from datetime import datetime

from sqlmodel import Session

from bot.api.deal_answers import Group, GroupBuy, GroupBuyPage, GroupBuys, Groups, Tier, TierPrice
from bot.api.deal_paths import ActivityPath, GroupPath
from bot.api.endpoint import Call, NoBody, NoParameters
from bot.api.pictures import picture_path
from bot.api.shopfront import Shopfront
from bot.handlers.group_buy_disclosure import COMPLETED_BY_SHOP, MAY_BE_COMPLETED
from commerce.catalogue.queries import list_products_of_variants
from commerce.errors import NotFound
from commerce.group_buys import queries
from commerce.group_buys.activities import may_open
from commerce.group_buys.queries import ActivitySeen, GroupSeen


async def list_group_buys(shop: Shopfront, call: Call[NoParameters, NoBody]) -> GroupBuys:
    """The activities in which a group may be opened now."""

    def show(session: Session) -> GroupBuys:
        running = queries.list_running(session, call.now)
        return GroupBuys(items=[_activity(session, each, call.now) for each in running])

    return await shop.database.read(show)


async def get_group_buy(shop: Shopfront, call: Call[ActivityPath, NoBody]) -> GroupBuyPage:
    """One activity, with the groups that may be joined."""

    def show(session: Session) -> GroupBuyPage:
        seen = queries.find_activity(session, call.parameters.activity_id)
        if seen is None:
            raise NotFound("没有这个拼团活动")
        activity = _activity(session, seen, call.now)
        groups = queries.list_open_groups(session, seen.id, call.now, sealer=shop.sealer)
        shown = [_group(each, activity) for each in groups]
        return GroupBuyPage(**activity.model_dump(), groups=shown)

    return await shop.database.read(show)


async def get_group(shop: Shopfront, call: Call[GroupPath, NoBody]) -> Group:
    """A group, as the caller sees it."""

    def show(session: Session) -> Group:
        caller = call.caller.present_id(session)
        number = call.parameters.group_no
        group = queries.find_group(session, number, sealer=shop.sealer, customer_id=caller)
        if group is None:
            raise NotFound("没有找到这个团，请看看链接是不是完整")
        return _group(group, _activity(session, group.activity, call.now))

    return await shop.database.read(show)


async def list_own_groups(shop: Shopfront, call: Call[NoParameters, NoBody]) -> Groups:
    """The caller's groups, newest first."""

    def show(session: Session) -> Groups:
        caller = call.caller.present_id(session)
        own = queries.list_own(session, caller, sealer=shop.sealer)
        items = [_group(each, _activity(session, each.activity, call.now)) for each in own]
        return Groups(items=items)

    return await shop.database.read(show)


def _activity(session: Session, seen: ActivitySeen, now: datetime) -> GroupBuy:
    variants = sorted({each for tier in seen.tiers.all for each in tier.prices})
    known = list_products_of_variants(session, variants)
    picture = next((product.picture for product, _ in known.values()), "")
    return GroupBuy(
        activity_id=seen.id,
        name=seen.name,
        product_id=seen.product_id,
        title=seen.title,
        picture=picture_path(picture),
        lifetime_seconds=int(seen.lifetime.total_seconds()),
        pieces_per_order=seen.pieces_per_order,
        orders_per_customer=seen.orders_per_customer,
        ends_at=seen.ends_at,
        may_open=may_open(seen, now) and bool(known),
        tiers=[
            Tier(
                heads=tier.heads,
                prices=[
                    TierPrice(
                        variant_id=variant_id,
                        label=known[variant_id][1].label,
                        price=price,
                        usual_price=known[variant_id][1].price,
                        stock=known[variant_id][1].stock,
                    )
                    for variant_id, price in tier.prices.items()
                    if variant_id in known
                ],
            )
            for tier in seen.tiers.all
        ],
        disclosure=MAY_BE_COMPLETED if seen.may_be_virtual else "",
    )


def _group(group: GroupSeen, activity: GroupBuy) -> Group:
    return Group(
        group_no=group.group_no,
        activity=activity,
        state=group.state,
        seats=group.seats,
        paid=group.paid,
        missing=group.missing,
        missing_to_next=group.missing_to_next,
        expires_at=group.expires_at,
        initials=list(group.initials),
        is_leader=group.is_leader,
        own_state=group.own_state,
        order_no=group.order_no,
        disclosure=COMPLETED_BY_SHOP.format(heads=group.missing) if group.is_virtual else "",
    )
