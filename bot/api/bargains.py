"""Bargains, for the mini-program: beginning one, looking at it, helping a friend with theirs."""

from datetime import datetime
from random import SystemRandom

from sqlmodel import Session

from bot.api import deal_answers as answers
from bot.api.deal_paths import BargainPath, BargainStart
from bot.api.endpoint import Call, NoBody, NoParameters
from bot.api.pictures import picture_path
from bot.api.shopfront import Shopfront
from commerce.bargains import cutting, queries
from commerce.bargains.tables import Bargain, BargainState
from commerce.catalogue.queries import list_products_of_variants
from commerce.customers import ids_of
from commerce.errors import NotFound

_CHANCE = SystemRandom()


async def list_activities(
    shop: Shopfront, call: Call[NoParameters, NoBody]
) -> answers.BargainActivities:
    """What a bargain may be begun for."""
    del call

    def show(session: Session) -> answers.BargainActivities:
        return answers.BargainActivities(
            items=[
                answers.BargainActivity(
                    activity_id=each.activity_id,
                    name=each.name,
                    variant_id=each.variant_id,
                    product_id=each.product_id,
                    title=each.title,
                    label=each.label,
                    picture=picture_path(each.picture),
                    usual_price=each.usual_price,
                    floor=each.floor,
                    helpers=each.helpers,
                    lifetime_minutes=each.lifetime_minutes,
                )
                for each in queries.list_activities(session)
            ]
        )

    return await shop.database.read(show)


async def start_bargain(shop: Shopfront, call: Call[NoParameters, BargainStart]) -> answers.Bargain:
    """Begin a bargain, or the caller's present one of that activity."""

    def begin(session: Session) -> answers.Bargain:
        caller = call.caller.present_id(session)
        bargain = cutting.start(session, caller, call.body.activity_id, call.now)
        return _shown(session, bargain, caller, call.now)

    return await shop.database.write(begin)


async def get_bargain(shop: Shopfront, call: Call[BargainPath, NoBody]) -> answers.Bargain:
    """A bargain of the caller's, or a friend's."""

    def show(session: Session) -> answers.Bargain:
        bargain = queries.find(session, call.parameters.bargain_no)
        if bargain is None:
            raise NotFound("没有找到这个砍价")
        return _shown(session, bargain, call.caller.present_id(session), call.now)

    return await shop.database.read(show)


async def help_bargain(shop: Shopfront, call: Call[BargainPath, NoBody]) -> answers.BargainCut:
    """Take something off a friend's price, once."""

    def take_off(session: Session) -> answers.BargainCut:
        caller = call.caller.present_id(session)
        number = call.parameters.bargain_no
        cut = cutting.help(session, number, caller, _CHANCE, call.now)
        return answers.BargainCut.model_validate(cut)

    return await shop.database.write(take_off)


def _shown(session: Session, bargain: Bargain, caller: int, now: datetime) -> answers.Bargain:
    known = list_products_of_variants(session, [bargain.variant_id])
    title, label, picture = "已下架的商品", "", ""
    if bargain.variant_id in known:
        product, variant = known[bargain.variant_id]
        title, label, picture = product.title, variant.label, variant.picture or product.picture
    is_over = bargain.state in queries.LIVE and bargain.expires_at <= now
    return answers.Bargain(
        bargain_no=bargain.bargain_no,
        title=title,
        label=label,
        picture=picture_path(picture),
        variant_id=bargain.variant_id,
        start_price=bargain.start_price,
        floor=bargain.floor,
        price=bargain.price,
        helpers=bargain.helpers,
        helped=bargain.helped,
        state=BargainState.EXPIRED if is_over else BargainState(bargain.state),
        expires_at=bargain.expires_at,
        is_own=bargain.customer_id in ids_of(session, caller),
    )
