"""The endpoints about requests after buying."""

from typing import Any, Final

from bot.api import aftersale, aftersale_answers, aftersale_requests
from bot.api.endpoint import Endpoint, NoBody, NoParameters
from bot.api.errors import ErrorCode

AFTER_SALE: Final[tuple[Endpoint[Any, Any, Any], ...]] = (
    Endpoint(
        "GET",
        "/after-sale",
        "The caller's requests after buying, newest first",
        aftersale.list_after_sales,
        aftersale_answers.AfterSales,
        aftersale_requests.AfterSalePage,
        NoBody,
    ),
    Endpoint(
        "POST",
        "/after-sale",
        "Ask for money, an exchange or something else after buying",
        aftersale.open_after_sale,
        aftersale_answers.AfterSale,
        aftersale_requests.AfterSaleKey,
        aftersale_requests.NewAfterSale,
        status=201,
        errors=(ErrorCode.NOT_FOUND, ErrorCode.ILLEGAL_MOVE, ErrorCode.IDEMPOTENCY_CONFLICT),
    ),
    Endpoint(
        "POST",
        "/after-sale/estimate",
        "What a request would give back",
        aftersale.estimate_after_sale,
        aftersale_answers.Estimate,
        NoParameters,
        aftersale_requests.Wish,
        errors=(ErrorCode.NOT_FOUND, ErrorCode.ILLEGAL_MOVE),
    ),
    Endpoint(
        "GET",
        "/after-sale/{request_no}",
        "One of the caller's requests after buying",
        aftersale.get_after_sale,
        aftersale_answers.AfterSale,
        aftersale_requests.AfterSalePath,
        NoBody,
        errors=(ErrorCode.NOT_FOUND,),
    ),
    Endpoint(
        "POST",
        "/after-sale/{request_no}/withdraw",
        "Take a request back before money moves",
        aftersale.withdraw_after_sale,
        aftersale_answers.AfterSale,
        aftersale_requests.AfterSalePath,
        NoBody,
        errors=(ErrorCode.NOT_FOUND, ErrorCode.ILLEGAL_MOVE),
    ),
    Endpoint(
        "POST",
        "/after-sale/{request_no}/return-parcel",
        "Tell how the goods go back",
        aftersale.tell_return_parcel,
        aftersale_answers.AfterSale,
        aftersale_requests.AfterSalePath,
        aftersale_requests.ReturnParcel,
        errors=(ErrorCode.NOT_FOUND, ErrorCode.ILLEGAL_MOVE),
    ),
    Endpoint(
        "POST",
        "/after-sale/{request_no}/pictures",
        "Add a picture as evidence",
        aftersale.add_evidence,
        aftersale_answers.AfterSale,
        aftersale_requests.AfterSalePath,
        aftersale_requests.NewPicture,
        largest_body=aftersale_requests.PICTURE_BODY,
        errors=(ErrorCode.NOT_FOUND, ErrorCode.ILLEGAL_MOVE),
    ),
)
