"""Coming to the mini-program by a code, for the mini-program."""

from sqlmodel import Session

from bot.api.endpoint import Call, NoParameters
from bot.api.shopfront import Shopfront
from bot.api.visit_answers import CardVisit, Visit
from bot.api.visit_requests import CardOpened, Scene
from bot.scenes import SceneKind, arrive
from campaigns.attribution.visits import Opened
from campaigns.attribution.visits import note_visit as note_campaign
from commerce.distribution.bindings import Bound
from commerce.sources.tables import Way
from miniprogram_cards.paths import parse

SOURCE = "mini_program"
KNOWN = frozenset({Bound.BOUND, Bound.ALREADY})


async def note_visit(shop: Shopfront, call: Call[NoParameters, Scene]) -> Visit:
    """Note what the scene of the code stands for."""

    def note(session: Session) -> Visit:
        arrival = arrive(
            session,
            call.caller.present_id(session),
            call.body.scene,
            way=Way.VISIT,
            source=SOURCE,
            now=call.now,
        )
        is_promoters = arrival.kind is SceneKind.PROMOTER and arrival.bound in KNOWN
        return Visit(kind=arrival.kind, is_noted=arrival.is_noted or is_promoters)

    return await shop.database.write(note)


async def note_card(shop: Shopfront, call: Call[NoParameters, CardOpened]) -> CardVisit:
    """Note that a card was opened, for the campaign whose it is."""
    path = parse(call.body.path)
    opened = Opened(path.page, path.subject, path.source, path.promoter)

    def note(session: Session) -> bool:
        return note_campaign(session, call.caller.present_id(session), opened, call.now)

    return CardVisit(is_noted=await shop.database.write(note))
