"""The endpoints for membership and points, as rows of `bot.api.table`."""

from typing import Any, Final

from bot.api import membership, membership_answers, membership_requests
from bot.api.endpoint import Endpoint, NoBody, NoParameters
from bot.api.errors import ErrorCode

MEMBERSHIP: Final[tuple[Endpoint[Any, Any, Any], ...]] = (
    Endpoint(
        "GET",
        "/membership",
        "The caller's level, birthday, sign-in and tasks",
        membership.show_membership,
        membership_answers.Membership,
        NoParameters,
        NoBody,
    ),
    Endpoint(
        "PUT",
        "/membership/birthday",
        "Tell one's birthday; it may be changed once a year",
        membership.tell_birthday,
        membership_answers.Membership,
        NoParameters,
        membership_requests.Birthday,
        errors=(ErrorCode.ILLEGAL_MOVE,),
    ),
    Endpoint(
        "POST",
        "/membership/tasks",
        "Have the points of every task that is done",
        membership.claim_tasks,
        membership_answers.ServedTasks,
        NoParameters,
        NoBody,
    ),
    Endpoint(
        "POST",
        "/sign-in",
        "Sign in for today, in Shanghai's calendar",
        membership.sign_caller_in,
        membership_answers.SignedIn,
        NoParameters,
        NoBody,
    ),
    Endpoint(
        "GET",
        "/points",
        "The caller's points and what they are worth",
        membership.show_points,
        membership_answers.Points,
        NoParameters,
        NoBody,
    ),
    Endpoint(
        "GET",
        "/points/statement",
        "How the caller's points came and went",
        membership.show_statement,
        membership_answers.Statement,
        membership_requests.StatementPage,
        NoBody,
    ),
    Endpoint(
        "GET",
        "/points-mall",
        "What points buy, the cheapest first",
        membership.show_mall,
        membership_answers.Mall,
        NoParameters,
        NoBody,
    ),
    Endpoint(
        "GET",
        "/points-mall/redemptions",
        "What the caller has had for points",
        membership.list_own_redemptions,
        membership_answers.Redemptions,
        NoParameters,
        NoBody,
    ),
    Endpoint(
        "POST",
        "/points-mall/{item_id}/redeem",
        "Have a piece for points, once for each Idempotency-Key",
        membership.redeem_item,
        membership_answers.Redemption,
        membership_requests.ItemPath,
        membership_requests.Redeeming,
        status=201,
        errors=(
            ErrorCode.NOT_FOUND,
            ErrorCode.OUT_OF_STOCK,
            ErrorCode.ILLEGAL_MOVE,
            ErrorCode.IDEMPOTENCY_CONFLICT,
        ),
    ),
)
