"""wechatpayv3's own client, made to trust one key and no other."""

from collections.abc import Mapping
from typing import Any

from wechatpayv3.async_.core import AsyncCore
from wechatpayv3.async_.type import RequestType

from bot.payments.merchant import SIGNATURE_TYPE, Merchant
from wecom.errors import OutcomeUnknown


class PinnedCore(AsyncCore):  # type: ignore[misc]  # wechatpayv3 is untyped
    """Trusts the one configured key. The library would, for an unknown serial in an answer,
    download certificates, and tell a bad signature by a bare Exception."""

    def __init__(self, core: AsyncCore, merchant: Merchant, base_url: str) -> None:
        # Takes over the keys it has loaded: the library has no seam for a core of our own.
        self.__dict__.update(core.__dict__)
        self._merchant = merchant
        self._gate_way = base_url.rstrip("/")

    async def request(
        self, path: str, method: RequestType = RequestType.GET, data: Any = None, **options: Any
    ) -> tuple[int, str | bytes]:
        """As the library's, but a POST without a body sends the empty object that it signs.

        The library (2.0.4) signs an empty body and sends `null`. WeChat Pay takes `{}` for none
        (WeChat Pay docs 商家转账 常见问题, 撤销转账).
        """
        if method is RequestType.POST and data is None:
            data, options = {}, {**options, "sign_data": "{}"}
        answered: tuple[int, str | bytes] = await super().request(
            path, method=method, data=data, **options
        )
        return answered

    async def _verify_signature_async(self, headers: Mapping[str, str], body: str) -> bool:
        genuine = (
            headers.get("Wechatpay-Serial") == self._merchant.public_key_id
            and headers.get("Wechatpay-Signature-Type", SIGNATURE_TYPE) == SIGNATURE_TYPE
            and self._merchant.is_from_platform(
                headers.get("Wechatpay-Timestamp", ""),
                headers.get("Wechatpay-Nonce", ""),
                body.encode(),
                headers.get("Wechatpay-Signature", ""),
            )
        )
        if not genuine:
            raise OutcomeUnknown("the answer is not signed by WeChat Pay")
        return True
