"""The caller's address book, for the mini-program. Every number is looked up as the caller's."""

from typing import Annotated

from pydantic import Field
from sqlmodel import Session

from bot.api.answers import Answer
from bot.api.endpoint import Call, NoBody, NoParameters, Place
from bot.api.requests import Parameters, RowId, WrittenAddress
from bot.api.shopfront import Shopfront
from commerce.customers import address_book
from commerce.customers.address_book import BookAddress
from commerce.customers.addresses import AddressInput, mask_phone


class AddressPath(Parameters):
    """One of the caller's addresses."""

    address_id: Annotated[RowId, Place.PATH]


class KeptAddress(WrittenAddress):
    """An address to keep."""

    is_default: bool = False

    def as_written(self) -> AddressInput:
        """What the shop checks."""
        return AddressInput(self.recipient, self.phone, self.region, self.detail)


class BookedAddress(Answer):
    """An address of the caller's."""

    id: int
    recipient: str
    phone: str = Field(description="masked in a list, whole where one address is asked for")
    region: str = Field(description="full names, such as 浙江省 杭州市 西湖区")
    detail: str
    is_default: bool


class Addresses(Answer):
    """The caller's addresses: the default, then the last used first."""

    items: list[BookedAddress]


async def list_own(shop: Shopfront, call: Call[NoParameters, NoBody]) -> Addresses:
    """All of them, their phones masked."""
    return await shop.database.read(
        lambda session: _book(session, shop, call.caller.present_id(session))
    )


async def get_own(shop: Shopfront, call: Call[AddressPath, NoBody]) -> BookedAddress:
    """One of them, as a form needs it."""

    def get(session: Session) -> BookedAddress:
        owner_id, address_id = call.caller.present_id(session), call.parameters.address_id
        return _shown(address_book.get_in_book(session, shop.sealer, owner_id, address_id))

    return await shop.database.read(get)


async def add_own(shop: Shopfront, call: Call[NoParameters, KeptAddress]) -> BookedAddress:
    """Keep another; the same one again is the one that is kept."""

    def add(session: Session) -> BookedAddress:
        kept = address_book.add_to_book(
            session,
            shop.sealer,
            call.caller.present_id(session),
            call.body.as_written(),
            call.now,
            is_default=call.body.is_default,
        )
        return _shown(kept)

    return await shop.database.write(add)


async def change_own(shop: Shopfront, call: Call[AddressPath, KeptAddress]) -> BookedAddress:
    """Write one anew; orders under way keep where they go."""

    def change(session: Session) -> BookedAddress:
        changed = address_book.change_in_book(
            session,
            shop.sealer,
            call.caller.present_id(session),
            call.parameters.address_id,
            call.body.as_written(),
            call.now,
            is_default=call.body.is_default,
        )
        return _shown(changed)

    return await shop.database.write(change)


async def remove_own(shop: Shopfront, call: Call[AddressPath, NoBody]) -> Addresses:
    """Forget one; what is left."""

    def remove(session: Session) -> Addresses:
        owner_id = call.caller.present_id(session)
        address_book.remove_from_book(session, shop.sealer, owner_id, call.parameters.address_id)
        return _book(session, shop, owner_id)

    return await shop.database.write(remove)


def _book(session: Session, shop: Shopfront, owner_id: int) -> Addresses:
    kept = address_book.list_book(session, shop.sealer, owner_id)
    return Addresses(items=[_shown(each, is_masked=True) for each in kept])


def _shown(kept: BookAddress, *, is_masked: bool = False) -> BookedAddress:
    address = kept.address
    return BookedAddress(
        id=kept.id,
        recipient=address.recipient,
        phone=mask_phone(address.phone) if is_masked else address.phone,
        region=address.region,
        detail=address.detail,
        is_default=kept.is_default,
    )
