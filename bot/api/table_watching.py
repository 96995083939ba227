"""The endpoints for favourites, what was looked at and what is waited for, as rows of
`bot.api.table`."""

from typing import Any, Final

from bot.api import watching, watching_answers, watching_requests
from bot.api.endpoint import Endpoint, NoBody, NoParameters
from bot.api.errors import ErrorCode
from bot.api.requests import ProductPath

WATCHING: Final[tuple[Endpoint[Any, Any, Any], ...]] = (
    Endpoint(
        "GET",
        "/products/{product_id}/attention",
        "What the caller keeps an eye on of a product",
        watching.get_attention,
        watching_answers.Attention,
        ProductPath,
        NoBody,
    ),
    Endpoint(
        "GET",
        "/favourites",
        "Products that the caller has marked",
        watching.list_favourites,
        watching_answers.ProductShelf,
        NoParameters,
        NoBody,
    ),
    Endpoint(
        "PUT",
        "/favourites/{product_id}",
        "Mark a product",
        watching.add_favourite,
        watching_answers.Attention,
        ProductPath,
        NoBody,
        errors=(ErrorCode.NOT_FOUND, ErrorCode.ILLEGAL_MOVE),
    ),
    Endpoint(
        "DELETE",
        "/favourites/{product_id}",
        "Take the mark off a product",
        watching.remove_favourite,
        watching_answers.Attention,
        ProductPath,
        NoBody,
    ),
    Endpoint(
        "GET",
        "/history",
        "Products that the caller looked at, a hundred at most",
        watching.list_history,
        watching_answers.ProductShelf,
        NoParameters,
        NoBody,
    ),
    Endpoint(
        "DELETE",
        "/history",
        "Forget what the caller looked at",
        watching.clear_history,
        watching_answers.Cleared,
        NoParameters,
        NoBody,
    ),
    Endpoint(
        "GET",
        "/watches",
        "What the caller waits for",
        watching.list_watches,
        watching_answers.Watches,
        NoParameters,
        NoBody,
    ),
    Endpoint(
        "PUT",
        "/watches/{product_id}/{kind}",
        "Ask to be told once of a lower price, or of new stock",
        watching.add_watch,
        watching_answers.Attention,
        watching_requests.WatchPath,
        NoBody,
        errors=(ErrorCode.NOT_FOUND, ErrorCode.ILLEGAL_MOVE),
    ),
    Endpoint(
        "DELETE",
        "/watches/{product_id}/{kind}",
        "Wait no longer",
        watching.remove_watch,
        watching_answers.Attention,
        watching_requests.WatchPath,
        NoBody,
    ),
)
