"""The merchant's own library: it verifies what the sandbox signs."""

from pathlib import Path

from wechatpayv3 import WeChatPay, WeChatPayType

from tests.sandbox.world import World


def merchant_library(world: World, folder: Path) -> WeChatPay:
    """In public-key mode; `folder` is where it would keep certificates."""
    merchant = world.settings.merchant
    pem = (merchant.merchant_public_key_file.parent / "pay-merchant-private.pem").read_text()
    public = merchant.merchant_public_key_file.parent / "pay-platform-public.pem"
    return WeChatPay(
        wechatpay_type=WeChatPayType.MINIPROG,
        mchid=merchant.mch_id,
        private_key=pem,
        cert_serial_no=merchant.cert_serial,
        appid=world.settings.mini_program.app_id,
        apiv3_key=merchant.api_v3_key,
        notify_url=f"{world.settings.callback_url}/pay/wechat/notify",
        cert_dir=str(folder),
        public_key=public.read_text(),
        public_key_id=merchant.platform_public_key_id,
    )
