"""The endpoints for fetching at a store, as rows of `bot.api.table`."""

from typing import Any, Final

from bot.api import answers, pickup, pickup_answers, pickup_requests, requests
from bot.api.endpoint import Endpoint, NoBody, NoParameters
from bot.api.errors import ErrorCode

PICKUP: Final[tuple[Endpoint[Any, Any, Any], ...]] = (
    Endpoint(
        "GET",
        "/stores",
        "Stores where an order may be fetched",
        pickup.list_stores,
        pickup_answers.Stores,
        NoParameters,
        NoBody,
    ),
    Endpoint(
        "GET",
        "/stores/{store_id}/slots",
        "When one may still make an appointment to fetch an order",
        pickup.list_slots,
        pickup_answers.PickupSlots,
        pickup_requests.StorePath,
        NoBody,
        errors=(ErrorCode.NOT_FOUND,),
    ),
    Endpoint(
        "PUT",
        "/orders/{order_no}/pickup-time",
        "Say when an order will be fetched",
        pickup.set_time,
        answers.Order,
        requests.OrderPath,
        pickup_requests.PickupTime,
        errors=(ErrorCode.NOT_FOUND, ErrorCode.ILLEGAL_MOVE),
    ),
)
