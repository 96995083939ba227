"""The endpoints about the caller's address book."""

from typing import Any, Final

from bot.api import addresses
from bot.api.endpoint import Endpoint, NoBody, NoParameters
from bot.api.errors import ErrorCode

_ONE: Final = "/addresses/{address_id}"

ADDRESSES: Final[tuple[Endpoint[Any, Any, Any], ...]] = (
    Endpoint(
        "GET",
        "/addresses",
        "The caller's addresses, the default first",
        addresses.list_own,
        addresses.Addresses,
        NoParameters,
        NoBody,
    ),
    Endpoint(
        "POST",
        "/addresses",
        "Keep another address",
        addresses.add_own,
        addresses.BookedAddress,
        NoParameters,
        addresses.KeptAddress,
        status=201,
        errors=(ErrorCode.ILLEGAL_MOVE,),
    ),
    Endpoint(
        "GET",
        _ONE,
        "One of the caller's addresses",
        addresses.get_own,
        addresses.BookedAddress,
        addresses.AddressPath,
        NoBody,
        errors=(ErrorCode.NOT_FOUND,),
    ),
    Endpoint(
        "PUT",
        _ONE,
        "Write one of the caller's addresses anew",
        addresses.change_own,
        addresses.BookedAddress,
        addresses.AddressPath,
        addresses.KeptAddress,
        errors=(ErrorCode.NOT_FOUND,),
    ),
    Endpoint(
        "DELETE",
        _ONE,
        "Forget one of the caller's addresses",
        addresses.remove_own,
        addresses.Addresses,
        addresses.AddressPath,
        NoBody,
        errors=(ErrorCode.NOT_FOUND,),
    ),
)
