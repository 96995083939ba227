"""Requests after buying, for the mini-program. Every number is looked up as the caller's."""

import asyncio
import base64
import binascii

from sqlmodel import Session

from bot.api import aftersale_answers as answers
from bot.api import aftersale_requests as requests
from bot.api.endpoint import Call, NoBody, NoParameters
from bot.api.shopfront import Shopfront
from bot.evidence import EvidenceStore, kind_of_picture
from commerce.aftersale import queries, states
from commerce.aftersale.backs import Back
from commerce.aftersale.pictures import hand_in_picture, list_pictures
from commerce.aftersale.requests import estimate, open_request
from commerce.aftersale.returning import send_back
from commerce.aftersale.tables import AfterSale, PictureState, Reason, RequestKind, RequestState
from commerce.errors import InvalidInput, NotFound
from commerce.inserting import id_of
from commerce.ordering.orders import get_order
from commerce.parcels.carriers import find_carrier

TAKEN = ("image/png", "image/jpeg")
"""Kinds of pictures, by their first bytes."""


async def list_after_sales(
    shop: Shopfront, call: Call[requests.AfterSalePage, NoBody]
) -> answers.AfterSales:
    """The caller's requests, newest first."""

    def show_page(session: Session) -> answers.AfterSales:
        page, size = call.parameters.page, queries.PAGE_SIZE
        found = queries.list_requests(
            session,
            call.caller.present_id(session),
            limit=size + 1,
            offset=(page - 1) * size,
        )
        items = [_shown(session, view) for view in queries.view_requests(session, found[:size])]
        return answers.AfterSales(items=items, next_page=page + 1 if len(found) > size else None)

    return await shop.database.read(show_page)


async def get_after_sale(
    shop: Shopfront, call: Call[requests.AfterSalePath, NoBody]
) -> answers.AfterSale:
    """One of the caller's requests."""

    def show(session: Session) -> answers.AfterSale:
        number = call.parameters.request_no
        request = queries.find_own(session, call.caller.present_id(session), number)
        if request is None:
            raise NotFound("没有这个售后申请", request_no=number)
        return _show(session, request)

    return await shop.database.read(show)


async def estimate_after_sale(
    shop: Shopfront, call: Call[NoParameters, requests.Wish]
) -> answers.Estimate:
    """What such a request would give back if the shop agrees. Nothing is registered."""

    def reckon(session: Session) -> answers.Estimate:
        wish = call.body
        order = get_order(session, call.caller.present_id(session), wish.order_no)
        kind, reason = RequestKind(wish.kind), Reason(wish.reason)
        back = estimate(session, order, wish.quantities(), kind, reason)
        back = back or Back(lines=(), freight=0, is_earned=False)
        return answers.Estimate(
            amount=back.amount,
            freight=back.freight,
            points_back=back.points_back,
            points_clawed=back.points_clawed,
        )

    return await shop.database.read(reckon)


async def open_after_sale(
    shop: Shopfront, call: Call[requests.AfterSaleKey, requests.NewAfterSale]
) -> answers.AfterSale:
    """Register a request, once for each key; its pieces cannot be asked for again meanwhile."""

    def register(session: Session) -> answers.AfterSale:
        wish, customer_id = call.body, call.caller.present_id(session)
        order = get_order(session, customer_id, wish.order_no)
        request = open_request(
            session,
            shop.sealer,
            customer_id=customer_id,
            order_id=id_of(order),
            pieces=wish.quantities(),
            kind=RequestKind(wish.kind),
            reason=Reason(wish.reason),
            words=wish.words,
            now=call.now,
            key=call.parameters.key or "",
        )
        return _show(session, request)

    return await shop.database.write(register)


async def withdraw_after_sale(
    shop: Shopfront, call: Call[requests.AfterSalePath, NoBody]
) -> answers.AfterSale:
    """Take a request back, as long as no money moves for it."""

    def take_back(session: Session) -> answers.AfterSale:
        customer_id = call.caller.present_id(session)
        number = call.parameters.request_no
        return _show(session, states.withdraw(session, customer_id, number, call.now))

    return await shop.database.write(take_back)


async def tell_return_parcel(
    shop: Shopfront, call: Call[requests.AfterSalePath, requests.ReturnParcel]
) -> answers.AfterSale:
    """Tell by which carrier and under which number the goods go back."""
    carrier = find_carrier(call.body.carrier)
    if carrier is None:
        raise InvalidInput("没有这家快递公司", field="carrier")

    def note(session: Session) -> answers.AfterSale:
        request = send_back(
            session,
            call.caller.present_id(session),
            call.parameters.request_no,
            carrier=carrier.code,
            tracking_no=call.body.tracking_no,
            now=call.now,
        )
        return _show(session, request)

    return await shop.database.write(note)


async def add_evidence(
    shop: Shopfront, call: Call[requests.AfterSalePath, requests.NewPicture]
) -> answers.AfterSale:
    """Add a picture as evidence; the same one again changes nothing."""
    try:
        content = base64.b64decode(call.body.content, validate=True)
    except binascii.Error as error:
        raise InvalidInput("content须为base64", field="content") from error
    kind = kind_of_picture(content)
    if kind not in TAKEN:
        raise InvalidInput("只收PNG或JPEG的照片", field="content")
    if len(content) > requests.LARGEST_PICTURE:
        raise InvalidInput("照片最大5MB", field="content")
    await shop.database.read(_own, call)  # Nothing of a stranger's is kept.
    store = EvidenceStore(shop.evidence_folder, shop.sealer)
    name = await asyncio.to_thread(store.keep, content)

    def add(session: Session) -> answers.AfterSale:
        request = _own(session, call)
        hand_in_picture(
            session,
            shop.sealer,
            request,
            name=name,
            content_type=kind,
            size=len(content),
            now=call.now,
        )
        return _show(session, request)

    return await shop.database.write(add)


def _own(session: Session, call: Call[requests.AfterSalePath, requests.NewPicture]) -> AfterSale:
    number = call.parameters.request_no
    request = queries.find_own(session, call.caller.present_id(session), number)
    if request is None:
        raise NotFound("没有这个售后申请", request_no=number)
    return request


def _show(session: Session, request: AfterSale) -> answers.AfterSale:
    session.flush()
    (view,) = queries.view_requests(session, [request])
    return _shown(session, view)


def _shown(session: Session, view: queries.RequestView) -> answers.AfterSale:
    request = view.request
    pictures = [each for each in list_pictures(session, request) if each.state != PictureState.LOST]
    return answers.AfterSale(
        request_no=request.request_no,
        order_no=view.order_no,
        kind=RequestKind(request.kind),
        reason=Reason(request.reason),
        state=RequestState(request.state),
        pieces=[
            answers.AskedPieces(
                line_id=id_of(line), title=line.title, label=line.label, quantity=count
            )
            for line, count in view.pieces
        ],
        amount_wanted=request.amount_wanted,
        amount_agreed=request.amount_agreed,
        freight_back=request.freight_back,
        points_back=request.points_back,
        points_clawed=request.points_clawed,
        return_address=view.return_address if states.awaits_goods(request) else "",
        return_parcel=answers.ParcelNumber.of(request.return_carrier, request.return_tracking_no),
        resent_parcel=None
        if view.resent is None
        else answers.ParcelNumber.of(view.resent.carrier, view.resent.tracking_no),
        pictures=len(pictures),
        created_at=request.created_at,
        history=[
            answers.AfterSaleStep(state=RequestState(step.to_state), at=step.at, note=step.reason)
            for step in queries.list_history(session, request)
        ],
    )
