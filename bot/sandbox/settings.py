"""What the sandbox needs to know: its accounts and keys, its files, and where the bot listens."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Self

from bot.sandbox.errors import SandboxRefused

DEFAULT_ENV_FILE = Path("var/sandbox.env")


@dataclass(frozen=True, kw_only=True)
class OfficialAccount:
    """The official account as registered with the platform; callbacks are in AES mode."""

    id: str
    app_id: str
    secret: str
    token: str
    aes_key: str
    name: str = "掌柜小店"


@dataclass(frozen=True, kw_only=True)
class MiniProgram:
    """The mini-program linked to the official account."""

    app_id: str
    secret: str
    token: str
    aes_key: str
    name: str = "掌柜商城"


@dataclass(frozen=True, kw_only=True)
class Merchant:
    """The WeChat Pay merchant, in public-key mode."""

    mch_id: str
    api_v3_key: str
    cert_serial: str
    merchant_public_key_file: Path
    platform_private_key_file: Path
    platform_public_key_id: str


@dataclass(frozen=True, kw_only=True)
class Kuaidi100Account:
    """The shop's account at 快递100."""

    customer: str
    key: str


@dataclass(frozen=True, kw_only=True)
class SmsAccount:
    """The shop's account at the SMS provider."""

    key_id: str
    key_secret: str
    sign_name: str


@dataclass(frozen=True, kw_only=True)
class WeComCorp:
    """The shop's corp in WeCom, its own app, and its accounts of 微信客服."""

    corp_id: str
    agent_id: int
    secret: str
    token: str
    aes_key: str
    open_kfids: tuple[str, ...]
    name: str = "掌柜小店"


@dataclass(frozen=True, kw_only=True)
class SandboxSettings:
    """Frozen settings; `load` reads them from the environment and the file of `keys`."""

    official_account: OfficialAccount
    mini_program: MiniProgram
    merchant: Merchant
    kuaidi100: Kuaidi100Account
    database: Path
    clock_offset_file: Path
    callback_url: str
    environment: str = "development"
    wecom: WeComCorp | None = None
    """None for a file of `keys` that is older than the WeCom side."""
    sms: SmsAccount | None = None
    """None for a file of `keys` that is older than SMS."""

    def refuse_production(self) -> None:
        """Raise if this is a production machine: the sandbox fakes payments."""
        if self.environment == "production":
            raise SandboxRefused("the sandbox never runs with SHOP_ENVIRONMENT=production")

    @classmethod
    def load(
        cls, env_file: Path = DEFAULT_ENV_FILE, environ: Mapping[str, str] = os.environ
    ) -> Self:
        """Read the settings; the environment wins over the file.

        Raises SandboxRefused, naming the setting, when one is missing.
        """
        values = {**read_env_file(env_file), **environ}
        get = partial(_get, values)
        return cls(
            official_account=OfficialAccount(
                id=get("SHOP_OFFICIAL_ACCOUNT_ID"),
                app_id=get("SHOP_OFFICIAL_ACCOUNT_APP_ID"),
                secret=get("SHOP_OFFICIAL_ACCOUNT_SECRET"),
                token=get("SHOP_OFFICIAL_ACCOUNT_TOKEN"),
                aes_key=get("SHOP_OFFICIAL_ACCOUNT_AES_KEY"),
            ),
            mini_program=MiniProgram(
                app_id=get("SHOP_MINI_PROGRAM_APP_ID"),
                secret=get("SHOP_MINI_PROGRAM_SECRET"),
                token=get("SHOP_MINI_PROGRAM_TOKEN"),
                aes_key=get("SHOP_MINI_PROGRAM_AES_KEY"),
            ),
            merchant=_merchant(get),
            kuaidi100=Kuaidi100Account(
                customer=get("SHOP_KUAIDI100_CUSTOMER"), key=get("SHOP_KUAIDI100_KEY")
            ),
            database=Path(get("SANDBOX_DATABASE")),
            clock_offset_file=Path(get("SHOP_CLOCK_OFFSET_FILE")),
            callback_url=get("SANDBOX_CALLBACK_URL").rstrip("/"),
            environment=values.get("SHOP_ENVIRONMENT", "development"),
            wecom=_corp(get) if values.get("SHOP_WECOM_CORP_ID") else None,
            sms=_sms(get) if values.get("SHOP_SMS_ACCESS_KEY_ID") else None,
        )


def _merchant(get: Callable[[str], str]) -> Merchant:
    return Merchant(
        mch_id=get("SHOP_PAY_MCH_ID"),
        api_v3_key=get("SHOP_PAY_API_V3_KEY"),
        cert_serial=get("SHOP_PAY_CERT_SERIAL"),
        merchant_public_key_file=Path(get("SANDBOX_PAY_MERCHANT_PUBLIC_KEY_FILE")),
        platform_private_key_file=Path(get("SANDBOX_PAY_PLATFORM_PRIVATE_KEY_FILE")),
        platform_public_key_id=get("SHOP_PAY_PUBLIC_KEY_ID"),
    )


def _sms(get: Callable[[str], str]) -> SmsAccount:
    return SmsAccount(
        key_id=get("SHOP_SMS_ACCESS_KEY_ID"),
        key_secret=get("SHOP_SMS_ACCESS_KEY_SECRET"),
        sign_name=get("SHOP_SMS_SIGN_NAME"),
    )


def _corp(get: Callable[[str], str]) -> WeComCorp:
    return WeComCorp(
        corp_id=get("SHOP_WECOM_CORP_ID"),
        agent_id=int(get("SHOP_WECOM_AGENT_ID")),
        secret=get("SHOP_WECOM_SECRET"),
        token=get("SHOP_WECOM_TOKEN"),
        aes_key=get("SHOP_WECOM_AES_KEY"),
        open_kfids=tuple(get("SHOP_WECOM_OPEN_KFIDS").split(",")),
    )


def _get(values: Mapping[str, str], name: str) -> str:
    value = values.get(name, "")
    if not value:
        raise SandboxRefused(f"{name} is not set: run `python -m bot.sandbox keys` or export it")
    return value


def read_env_file(file: Path) -> dict[str, str]:
    """The NAME=value lines of a file as `keys` writes it; empty when there is none."""
    if not file.exists():
        return {}
    values: dict[str, str] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        name, equals, value = line.strip().partition("=")
        if equals and not name.startswith("#"):
            values[name] = value.strip().strip('"')
    return values
