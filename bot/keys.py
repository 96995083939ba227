"""The keys without which a shop cannot be served, looked at before anything is opened."""

from typing import Final

from bot.platform import merchant_of
from bot.refusal import sentence_of
from bot.settings import Settings, SettingsRefused
from commerce.sealing import Sealer, SealingRefused

NEEDED_TO_SERVE: Final = (
    "field_keys",
    "session_secret",
    "pay_api_v3_key",
    "pay_private_key_file",
    "pay_public_key_id",
    "pay_public_key_file",
)


def refuse_unusable_keys(settings: Settings) -> None:
    """Raise SettingsRefused, naming the settings, when a shop cannot be served with them."""
    unset = [name for name in NEEDED_TO_SERVE if not settings.is_set(name)]
    if unset:
        lines = [f"SHOP_{name.upper()}: is not set" for name in unset]
        raise SettingsRefused(
            "\n".join([*lines, "For development, `python -m bot.sandbox keys` makes them."])
        )
    try:
        Sealer.from_setting(settings.field_keys.get_secret_value())
    except SealingRefused as refused:
        raise SettingsRefused(sentence_of(refused)) from refused
    _refuse_unusable_merchant(settings)


def _refuse_unusable_merchant(settings: Settings) -> None:
    try:
        merchant_of(settings)
    except (OSError, UnicodeError) as error:
        names = "SHOP_PAY_PRIVATE_KEY_FILE or SHOP_PAY_PUBLIC_KEY_FILE"
        raise SettingsRefused(f"{names}: {sentence_of(error)}") from error
    except ValueError as error:
        names = "SHOP_PAY_API_V3_KEY or SHOP_PAY_PUBLIC_KEY_FILE"
        raise SettingsRefused(f"{names}: {str(error).splitlines()[0]}") from error
