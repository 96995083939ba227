"""Makes the identities of the fake platform, once, and tells both ends about them."""

import base64
import os
import secrets
import string
import tempfile
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.sandbox.settings import read_env_file

_ALPHANUMERIC = string.ascii_letters + string.digits
_HEAD = (
    "# Identities of the fake WeChat platform. Written by `python -m bot.sandbox keys`:\n"
    "# secrets are kept for ever, URL lines follow the port. Never used in production.\n"
)


def write_keys(
    out: Path, *, port: int, nlu_port: int, sandbox_port: int | None = None
) -> dict[str, str]:
    """Write `out` (mode 0600) and the PEM files beside it; return all its lines.

    Repeating it keeps every secret and renews the URL lines. With `sandbox_port` the sandbox is
    a process of its own; without, the bot serves it under `/sandbox` on `port`.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    kept = read_env_file(out)
    lines = {name: kept.get(name) or make() for name, make in _SECRETS.items()}
    # An id that the shop's own file once held stays: other tools may have added lines too.
    lines = {**kept, **lines, **_files(out.parent), **_urls(port, nlu_port, sandbox_port or port)}
    _write_pair(out.parent, "pay-merchant")
    _write_pair(out.parent, "pay-platform")
    text = _HEAD + "".join(f"{name}={value}\n" for name, value in sorted(lines.items()))
    _write_private(out, text.encode())
    return lines


def _urls(port: int, nlu_port: int, sandbox_port: int) -> dict[str, str]:
    shop, sandbox = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{sandbox_port}/sandbox"
    return {
        "SHOP_PUBLIC_URL": shop,
        "SHOP_WECHAT_API_URL": f"{sandbox}/wechat",
        "SHOP_PAY_API_URL": f"{sandbox}/pay",
        "SHOP_KUAIDI100_API_URL": f"{sandbox}/kuaidi100",
        "SHOP_WECOM_API_URL": f"{sandbox}/wecom",
        "SHOP_SMS_API_URL": f"{sandbox}/sms",
        "SHOP_NLU_URL": f"http://127.0.0.1:{nlu_port}",
        "SANDBOX_CALLBACK_URL": shop,
    }


def _files(folder: Path) -> dict[str, str]:
    return {
        "SHOP_CLOCK_OFFSET_FILE": str(folder / "clock-offset"),
        "SHOP_PAY_PRIVATE_KEY_FILE": str(folder / "pay-merchant-private.pem"),
        "SHOP_PAY_PUBLIC_KEY_FILE": str(folder / "pay-platform-public.pem"),
        "SANDBOX_DATABASE": str(folder / "sandbox.db"),
        "SANDBOX_PAY_MERCHANT_PUBLIC_KEY_FILE": str(folder / "pay-merchant-public.pem"),
        "SANDBOX_PAY_PLATFORM_PRIVATE_KEY_FILE": str(folder / "pay-platform-private.pem"),
    }


def _letters(length: int) -> str:
    return "".join(secrets.choice(_ALPHANUMERIC) for _ in range(length))


def _app_id() -> str:
    return f"wx{secrets.token_hex(8)}"


def _aes_key() -> str:
    """43 characters that are base64 of 32 bytes, the form of EncodingAESKey."""
    return base64.b64encode(secrets.token_bytes(32)).decode().rstrip("=")


def _field_keys() -> str:
    return ",".join(f"{each}:{_base64_key()}" for each in ("k1", "digest"))


def _base64_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


_SECRETS: dict[str, Callable[[], str]] = {
    "SHOP_OFFICIAL_ACCOUNT_ID": lambda: f"gh_{secrets.token_hex(6)}",
    "SHOP_OFFICIAL_ACCOUNT_APP_ID": _app_id,
    "SHOP_OFFICIAL_ACCOUNT_SECRET": lambda: secrets.token_hex(16),
    "SHOP_OFFICIAL_ACCOUNT_TOKEN": lambda: _letters(32),
    "SHOP_OFFICIAL_ACCOUNT_AES_KEY": _aes_key,
    "SHOP_MINI_PROGRAM_APP_ID": _app_id,
    "SHOP_MINI_PROGRAM_SECRET": lambda: secrets.token_hex(16),
    "SHOP_MINI_PROGRAM_TOKEN": lambda: _letters(32),
    "SHOP_MINI_PROGRAM_AES_KEY": _aes_key,
    "SHOP_PAY_MCH_ID": lambda: f"19{secrets.randbelow(10**8):08d}",
    "SHOP_PAY_API_V3_KEY": lambda: _letters(32),
    "SHOP_PAY_CERT_SERIAL": lambda: secrets.token_hex(20).upper(),
    "SHOP_PAY_PUBLIC_KEY_ID": lambda: f"PUB_KEY_ID_{secrets.randbelow(10**24):024d}",
    "SHOP_KUAIDI100_CUSTOMER": lambda: secrets.token_hex(16).upper(),
    "SHOP_KUAIDI100_KEY": lambda: _letters(12),
    "SHOP_SMS_ACCESS_KEY_ID": lambda: f"LTAI{_letters(20)}",
    "SHOP_SMS_ACCESS_KEY_SECRET": lambda: _letters(30),
    "SHOP_SMS_SIGN_NAME": lambda: "掌柜小店",
    "SHOP_WECOM_CORP_ID": lambda: f"ww{secrets.token_hex(8)}",
    "SHOP_WECOM_AGENT_ID": lambda: "1000002",
    "SHOP_WECOM_SECRET": lambda: secrets.token_urlsafe(32),
    "SHOP_WECOM_TOKEN": lambda: _letters(32),
    "SHOP_WECOM_AES_KEY": _aes_key,
    "SHOP_WECOM_OPEN_KFIDS": lambda: f"wk{_letters(30)}",
    "SHOP_FIELD_KEYS": _field_keys,
    "SHOP_SESSION_SECRET": lambda: secrets.token_urlsafe(48),
    "SHOP_NLU_TOKEN": lambda: secrets.token_urlsafe(32),
}


def _write_pair(folder: Path, name: str) -> None:
    """An RSA pair as `<name>-private.pem` and `<name>-public.pem`, made only where missing."""
    private_file, public_file = folder / f"{name}-private.pem", folder / f"{name}-public.pem"
    if private_file.exists() and public_file.exists():
        return
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    _write_private(
        private_file,
        private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    )
    _write_private(
        public_file,
        private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        ),
    )


def _write_private(file: Path, content: bytes) -> None:
    """Replace the file in one step; only its owner may read it."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")  # mode 0600
    with os.fdopen(handle, "wb") as temporary:
        temporary.write(content)
    Path(name).replace(file)
