"""The endpoints for coupons, as rows of `bot.api.table`."""

from typing import Any, Final

from bot.api import coupon_answers, coupon_requests, coupons
from bot.api.endpoint import Endpoint, NoBody, NoParameters
from bot.api.errors import ErrorCode

COUPONS: Final[tuple[Endpoint[Any, Any, Any], ...]] = (
    Endpoint(
        "GET",
        "/coupons",
        "Coupons that are given away now",
        coupons.list_coupons,
        coupon_answers.OfferedCoupons,
        NoParameters,
        NoBody,
    ),
    Endpoint(
        "POST",
        "/coupons/{template_id}/take",
        "Take a coupon, once for each Idempotency-Key",
        coupons.take_coupon,
        coupon_answers.TakenCoupon,
        coupon_requests.TemplatePath,
        NoBody,
        status=201,
        errors=(ErrorCode.NOT_FOUND, ErrorCode.ILLEGAL_MOVE),
    ),
    Endpoint(
        "GET",
        "/coupons/own",
        "The caller's coupons, and what each does for their cart",
        coupons.list_own_coupons,
        coupon_answers.OwnCoupons,
        coupon_requests.CouponChoice,
        NoBody,
    ),
)
