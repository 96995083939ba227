"""The identities: made once, kept, private, and complete for both ends."""

import base64
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.sandbox.__main__ import cli
from bot.sandbox.errors import SandboxRefused
from bot.sandbox.keys import write_keys
from bot.sandbox.settings import SandboxSettings, read_env_file


def test_secrets_are_kept_and_urls_follow_the_port(tmp_path: Path) -> None:
    out = tmp_path / "sandbox.env"
    first = write_keys(out, port=8000, nlu_port=5005)
    pem = (tmp_path / "pay-merchant-private.pem").read_bytes()

    second = write_keys(out, port=9000, nlu_port=6006, sandbox_port=9001)

    changed = {name for name in first if first[name] != second[name]}
    assert changed == {
        "SHOP_PUBLIC_URL",
        "SHOP_WECHAT_API_URL",
        "SHOP_PAY_API_URL",
        "SHOP_KUAIDI100_API_URL",
        "SHOP_WECOM_API_URL",
        "SHOP_SMS_API_URL",
        "SHOP_NLU_URL",
        "SANDBOX_CALLBACK_URL",
    }
    assert second["SHOP_WECHAT_API_URL"] == "http://127.0.0.1:9001/sandbox/wechat"
    assert second["SANDBOX_CALLBACK_URL"] == "http://127.0.0.1:9000"
    assert (tmp_path / "pay-merchant-private.pem").read_bytes() == pem


def test_what_others_wrote_into_the_file_stays(tmp_path: Path) -> None:
    out = tmp_path / "sandbox.env"
    write_keys(out, port=8000, nlu_port=5005)
    with out.open("a") as file:
        file.write('SHOP_WECOM_CORP_ID="ww1"\n')

    write_keys(out, port=8000, nlu_port=5005)

    assert read_env_file(out)["SHOP_WECOM_CORP_ID"] == "ww1"


def test_only_the_owner_may_read_them(tmp_path: Path) -> None:
    write_keys(tmp_path / "sandbox.env", port=8000, nlu_port=5005)

    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}

    assert set(modes.values()) == {0o600}
    assert len(modes) == 5


def test_every_secret_has_its_form_and_is_its_own(tmp_path: Path) -> None:
    lines = write_keys(tmp_path / "sandbox.env", port=8000, nlu_port=5005)
    field_keys = dict(each.split(":") for each in lines["SHOP_FIELD_KEYS"].split(","))

    assert {name: len(base64.b64decode(key)) for name, key in field_keys.items()} == {
        "k1": 32,
        "digest": 32,
    }
    assert len(lines["SHOP_PAY_API_V3_KEY"]) == 32
    for account in ("OFFICIAL_ACCOUNT", "MINI_PROGRAM"):
        assert len(lines[f"SHOP_{account}_TOKEN"]) == 32
        assert len(base64.b64decode(lines[f"SHOP_{account}_AES_KEY"] + "=")) == 32
    secrets = [value for name, value in lines.items() if name.endswith(("SECRET", "TOKEN", "KEY"))]
    assert len(secrets) == len(set(secrets))


def test_the_environment_wins_over_the_file_and_a_missing_one_is_named(tmp_path: Path) -> None:
    out = tmp_path / "sandbox.env"
    with pytest.raises(SandboxRefused, match="SHOP_OFFICIAL_ACCOUNT_ID"):
        SandboxSettings.load(out, {})
    write_keys(out, port=8000, nlu_port=5005)

    settings = SandboxSettings.load(out, {"SANDBOX_CALLBACK_URL": "http://127.0.0.1:1/"})

    assert settings.callback_url == "http://127.0.0.1:1"


def test_the_commands_write_keys_and_refuse_production(tmp_path: Path) -> None:
    out, runner = tmp_path / "sandbox.env", CliRunner()

    written = runner.invoke(cli, ["keys", "--port", "8123", "--out", str(out)])
    refused = runner.invoke(
        cli, ["serve", "--env-file", str(out)], env={"SHOP_ENVIRONMENT": "production"}
    )

    assert written.exit_code == 0
    assert read_env_file(out)["SHOP_PUBLIC_URL"] == "http://127.0.0.1:8123"
    assert refused.exit_code == 2
    assert "production" in refused.output
