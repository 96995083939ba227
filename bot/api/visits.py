"""Coming to the mini-program by a code, for the mini-program."""

from sqlmodel import Session

from bot.api.endpoint import Call, NoParameters
from bot.api.shopfront import Shopfront
from bot.api.visit_answers import Visit
from bot.api.visit_requests import Scene
from bot.scenes import SceneKind, arrive
from commerce.distribution.bindings import Bound
from commerce.sources.tables import Way

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
