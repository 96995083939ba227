"""Membership for the mini-program: where one stands, points and what they buy."""

from dataclasses import asdict
from typing import Any

from sqlmodel import Session

from bot.api import membership_answers as answers
from bot.api.endpoint import Call, NoBody, NoParameters
from bot.api.membership_requests import Birthday, ItemPath, Redeeming, StatementPage
from bot.api.shopfront import Shopfront
from commerce.customers.addresses import AddressInput
from commerce.inserting import id_of
from commerce.membership import mall, points
from commerce.membership.birthdays import find_birthday, set_birthday
from commerce.membership.levels import list_levels, standing
from commerce.membership.signing_in import look_at, sign_in
from commerce.membership.tables import (
    MemberLevel,
    MemberTask,
    Redemption,
    RedemptionState,
    TaskKind,
)
from commerce.membership.tasks import list_tasks, serve_tasks
from commerce.membership.terms import get_terms

type PlainCall = Call[NoParameters, NoBody]


async def show_membership(shop: Shopfront, call: PlainCall) -> answers.Membership:
    """Where the caller stands."""
    return await shop.database.read(_membership, call)


async def tell_birthday(shop: Shopfront, call: Call[NoParameters, Birthday]) -> answers.Membership:
    """Note the caller's birthday, which they may change once a year."""

    def note(session: Session) -> answers.Membership:
        customer_id = call.caller.present_id(session)
        set_birthday(session, customer_id, call.body.month, call.body.day, call.now)
        return _membership(session, call)

    return await shop.database.write(note)


async def claim_tasks(shop: Shopfront, call: PlainCall) -> answers.ServedTasks:
    """Give the points of what the caller has done since."""

    def claim(session: Session) -> answers.ServedTasks:
        customer_id = call.caller.present_id(session)
        served = serve_tasks(session, customer_id, call.now)
        return answers.ServedTasks(
            served=[_task(task, is_done=True) for task in served],
            points=points.points_of(session, customer_id),
        )

    return await shop.database.write(claim)


async def sign_caller_in(shop: Shopfront, call: PlainCall) -> answers.SignedIn:
    """Sign in for the day in Shanghai; a second time that day changes nothing."""

    def sign(session: Session) -> answers.SignedIn:
        customer_id = call.caller.present_id(session)
        told = sign_in(session, customer_id, call.now)
        return answers.SignedIn(**asdict(told), balance=points.points_of(session, customer_id))

    return await shop.database.write(sign)


async def show_points(shop: Shopfront, call: PlainCall) -> answers.Points:
    """The caller's points and what they are worth."""

    def show(session: Session) -> answers.Points:
        terms = get_terms(session)
        return answers.Points(
            balance=points.points_of(session, call.caller.present_id(session)),
            spend_points=terms.spend_points,
            spend_fen=terms.spend_fen,
            most_points=terms.most_points,
            most_percent=terms.most_percent,
        )

    return await shop.database.read(show)


async def show_statement(shop: Shopfront, call: Call[StatementPage, NoBody]) -> answers.Statement:
    """How the caller's points came and went."""

    def show(session: Session) -> answers.Statement:
        page = call.parameters
        found = points.points_statement(
            session, call.caller.present_id(session), limit=page.limit, before=page.before
        )
        lines = [answers.StatementLine.model_validate(line) for line in found.lines]
        return answers.Statement(lines=lines, older=found.older)

    return await shop.database.read(show)


async def show_mall(shop: Shopfront, call: PlainCall) -> answers.Mall:
    """What points buy."""
    del call

    def show(session: Session) -> answers.Mall:
        items = [
            answers.MallItem(
                id=id_of(item),
                title=item.title,
                points=item.points,
                stock=item.stock,
                most_each=item.most_each,
                needs_address=item.coupon_template_id is None,
                picture=item.picture,
            )
            for item in mall.list_items(session)
        ]
        return answers.Mall(items=items)

    return await shop.database.read(show)


async def redeem_item(shop: Shopfront, call: Call[ItemPath, Redeeming]) -> answers.Redemption:
    """Take one piece for points, once for each key."""

    def redeem(session: Session) -> answers.Redemption:
        address = call.body.address
        redemption = mall.redeem(
            session,
            shop.sealer,
            customer_id=call.caller.present_id(session),
            item_id=call.parameters.item_id,
            expected_points=call.body.points,
            idempotency_key=f"api:{call.parameters.key}",
            address=None if address is None else AddressInput(**address.model_dump()),
            now=call.now,
        )
        return _redemption(redemption)

    return await shop.database.write(redeem)


async def list_own_redemptions(shop: Shopfront, call: PlainCall) -> answers.Redemptions:
    """What the caller has had for points."""

    def show(session: Session) -> answers.Redemptions:
        found = mall.list_redemptions(session, call.caller.present_id(session))
        return answers.Redemptions(items=[_redemption(each) for each in found])

    return await shop.database.read(show)


def _membership(session: Session, call: Call[Any, Any]) -> answers.Membership:
    customer_id = call.caller.present_id(session)
    found, birthday = standing(session, customer_id), find_birthday(session, customer_id)
    signed = look_at(session, customer_id, call.now)
    tasks = list_tasks(session, customer_id)
    return answers.Membership(
        points=points.points_of(session, customer_id),
        experience=found.experience,
        level=_level(found.level),
        next_level=_level(found.next_level),
        missing=found.missing,
        levels=[answers.Level.model_validate(each) for each in list_levels(session)],
        birthday=None if birthday is None else answers.Day(month=birthday[0], day=birthday[1]),
        sign_in=answers.SignInStanding.model_validate(signed),
        tasks=[_task(each.task, is_done=each.is_done) for each in tasks],
    )


def _level(level: MemberLevel | None) -> answers.Level | None:
    return None if level is None else answers.Level.model_validate(level)


def _task(task: MemberTask, *, is_done: bool) -> answers.Task:
    return answers.Task(
        kind=TaskKind(task.kind), title=task.title, points=task.points, is_done=is_done
    )


def _redemption(redemption: Redemption) -> answers.Redemption:
    return answers.Redemption(
        redemption_no=redemption.redemption_no,
        title=redemption.title,
        points=redemption.points,
        state=RedemptionState(redemption.state),
        tracking_no=redemption.tracking_no,
        at=redemption.at,
    )
