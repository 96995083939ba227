"""Flash sales, for the mini-program: what runs, what comes next, and being reminded of it."""

from datetime import datetime

from sqlmodel import Session

from bot.api import deal_answers as answers
from bot.api.deal_paths import SalePath
from bot.api.endpoint import Call, NoBody, NoParameters
from bot.api.pictures import picture_path
from bot.api.shopfront import Shopfront
from commerce.flash_sales import queries, reminding
from commerce.flash_sales.queries import ItemSeen, SaleSeen


async def list_sales(shop: Shopfront, call: Call[NoParameters, NoBody]) -> answers.FlashSales:
    """The sales that run now, then the next one."""

    def show(session: Session) -> answers.FlashSales:
        caller = call.caller.present_id(session)
        following = queries.next_sale(session, call.now)
        sales = [*queries.running(session, call.now), *([following] if following else [])]
        items = [_sale(session, each, caller, call.now) for each in sales]
        return answers.FlashSales(now=call.now, items=items)

    return await shop.database.read(show)


async def want_reminder(shop: Shopfront, call: Call[SalePath, NoBody]) -> answers.ReminderKept:
    """Be reminded before a sale starts."""

    def keep(session: Session) -> answers.ReminderKept:
        caller = call.caller.present_id(session)
        reminding.want(session, call.parameters.sale_id, caller, call.now)
        return answers.ReminderKept(is_wanted=True)

    return await shop.database.write(keep)


async def unwant_reminder(shop: Shopfront, call: Call[SalePath, NoBody]) -> answers.ReminderKept:
    """Do not be reminded after all."""

    def forget(session: Session) -> answers.ReminderKept:
        caller = call.caller.present_id(session)
        reminding.unwant(session, call.parameters.sale_id, caller)
        return answers.ReminderKept(is_wanted=False)

    return await shop.database.write(forget)


def _sale(session: Session, sale: SaleSeen, caller: int, now: datetime) -> answers.FlashSale:
    return answers.FlashSale(
        sale_id=sale.sale_id,
        name=sale.name,
        starts_at=sale.starts_at,
        ends_at=sale.ends_at,
        is_running=sale.is_running,
        is_wanted=reminding.is_wanted(session, sale.sale_id, caller),
        items=[_item(each) for each in queries.list_items(session, sale.sale_id, now)],
    )


def _item(item: ItemSeen) -> answers.FlashItem:
    return answers.FlashItem(
        item_id=item.item_id,
        variant_id=item.variant_id,
        product_id=item.product_id,
        title=item.title,
        label=item.label,
        picture=picture_path(item.picture),
        price=item.price,
        usual_price=item.usual_price,
        pieces=item.pieces,
        left=item.left,
        per_customer=item.per_customer,
    )
