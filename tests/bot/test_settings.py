"""A start with the wrong settings is refused, and the refusal says what to set."""

import os
import re
from pathlib import Path

import pytest

from bot.settings import REQUIRED_IN_PRODUCTION, Settings, SettingsRefused, load_settings

PRODUCTION = {
    "SHOP_ENVIRONMENT": "production",
    "SHOP_PUBLIC_URL": "https://shop.example",
    "SHOP_FIELD_KEYS": "k1:" + "A" * 43 + "=",
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation's folder without files, in an environment without settings."""
    for name in os.environ:
        if name.startswith("SHOP_") or name == "PORT":
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "var").mkdir()
    return tmp_path


def complete_production(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set everything that a production start needs."""
    for name in REQUIRED_IN_PRODUCTION:
        monkeypatch.setenv(f"SHOP_{name.upper()}", f"a proper value of {name}")
    for name, value in PRODUCTION.items():
        monkeypatch.setenv(name, value)


def test_development_starts_on_defaults_and_listens_to_this_machine_only() -> None:
    settings = load_settings()

    assert settings.environment == "development"
    assert settings.host == "127.0.0.1"
    assert settings.database_url.startswith("sqlite:")


def test_the_environment_wins_over_the_env_file_and_that_over_the_sandbox(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "var/sandbox.env").write_text("SHOP_NAME=sandbox\nSHOP_HOST=h1\nPORT=1\n")
    (folder / ".env").write_text("SHOP_NAME=file\nSHOP_HOST=h2\n")
    monkeypatch.setenv("SHOP_NAME", "environment")

    settings = load_settings()

    assert (settings.name, settings.host, settings.port) == ("environment", "h2", 1)


@pytest.mark.parametrize(
    ("account", "key"),
    [
        ("SHOP_KUAIDI100_CUSTOMER", "SHOP_KUAIDI100_KEY"),
        ("SHOP_SF_PARTNER_ID", "SHOP_SF_CHECK_WORD"),
    ],
)
def test_an_account_without_its_key_is_refused(
    monkeypatch: pytest.MonkeyPatch, account: str, key: str
) -> None:
    monkeypatch.setenv(account, "X")

    with pytest.raises(SettingsRefused, match=key):
        load_settings()


def test_port_moves_the_listener(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "8123")

    assert load_settings().port == 8123


def test_settings_cannot_be_changed_after_the_start() -> None:
    settings = load_settings()

    with pytest.raises(ValueError, match="frozen"):
        setattr(settings, "port", 1)  # noqa: B010 - the type checker refuses the plain form


def test_a_complete_production_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    complete_production(monkeypatch)

    settings = load_settings()

    assert settings.environment == "production"
    assert settings.notify_url == "https://shop.example/pay/wechat/notify"


@pytest.mark.parametrize("name", REQUIRED_IN_PRODUCTION)
@pytest.mark.parametrize("value", [None, ""], ids=["missing", "empty"])
def test_production_names_the_setting_it_lacks(
    name: str, value: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete_production(monkeypatch)
    variable = f"SHOP_{name.upper()}"
    if value is None:
        monkeypatch.delenv(variable)
    else:
        monkeypatch.setenv(variable, value)

    with pytest.raises(SettingsRefused, match=f"{variable}: is missing"):
        load_settings()


def test_production_names_all_it_lacks_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_ENVIRONMENT", "production")

    with pytest.raises(SettingsRefused) as refusal:
        load_settings()

    missing = [
        name for name in REQUIRED_IN_PRODUCTION if f"SHOP_{name.upper()}" in str(refusal.value)
    ]
    assert missing == list(REQUIRED_IN_PRODUCTION)


@pytest.mark.parametrize("where", ["environment", "file"])
def test_production_never_takes_the_sandboxs_secrets(
    where: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete_production(monkeypatch)
    monkeypatch.delenv("SHOP_SESSION_SECRET")
    (folder / "var/sandbox.env").write_text("SHOP_SESSION_SECRET=the sandbox's own secret\n")
    if where == "file":
        monkeypatch.delenv("SHOP_ENVIRONMENT")
        (folder / ".env").write_text("SHOP_ENVIRONMENT=production\n")

    with pytest.raises(SettingsRefused, match="SHOP_SESSION_SECRET: is missing"):
        load_settings()


@pytest.mark.parametrize(
    ("variable", "value", "fault"),
    [
        ("SHOP_CLOCK_OFFSET_FILE", "var/clock-offset", "real time"),
        ("SHOP_PUBLIC_URL", "http://shop.example", "https://"),
        ("SHOP_SESSION_SECRET", "short", "shorter"),
        ("SHOP_NLU_TOKEN", "short", "shorter"),
        ("SHOP_OFFICIAL_ACCOUNT_TOKEN", "short", "shorter"),
    ],
)
def test_production_refuses_what_only_a_developer_may_set(
    variable: str, value: str, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete_production(monkeypatch)
    monkeypatch.setenv(variable, value)

    with pytest.raises(SettingsRefused, match=f"{variable}.*{fault}"):
        load_settings()


def test_a_refusal_shows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    complete_production(monkeypatch)
    monkeypatch.setenv("SHOP_PAY_API_V3_KEY", "do-not-show-this-one")
    monkeypatch.delenv("SHOP_NLU_TOKEN")

    with pytest.raises(SettingsRefused) as refusal:
        load_settings()

    assert "do-not-show-this-one" not in str(refusal.value)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PORT", "canary"),
        ("SHOP_REPLY_PATIENCE", "7"),
        ("SHOP_NLU_THRESHOLD", "canary"),
        ("SHOP_ENVIRONMENT", "canary"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_on_a_line_without_noise(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    monkeypatch.setenv("SHOP_RESERVATION_MINUTES", "1")

    with pytest.raises(SettingsRefused) as refusal:
        load_settings()

    lines = str(refusal.value).splitlines()
    assert len(lines) == 2
    assert all(re.fullmatch("[A-Z_]+: Input should be .+", line) for line in lines), lines
    assert [line for line in lines if line.startswith(f"{variable}: ")]
    assert "canary" not in str(refusal.value)


def test_a_production_refusal_is_a_line_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_ENVIRONMENT", "production")

    with pytest.raises(SettingsRefused) as refusal:
        load_settings()

    wanted = [f"SHOP_{name.upper()}: is missing" for name in REQUIRED_IN_PRODUCTION]
    assert str(refusal.value).splitlines() == wanted


def test_an_env_file_that_is_no_text_is_named(folder: Path) -> None:
    (folder / ".env").write_bytes(b"SHOP_NAME=\xff\xfe")

    with pytest.raises(SettingsRefused, match=r"\.env: not UTF-8"):
        load_settings()


def test_settings_printed_show_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    complete_production(monkeypatch)
    monkeypatch.setenv("SHOP_SESSION_SECRET", "do-not-show-this-one")

    assert "do-not-show-this-one" not in repr(load_settings())


def test_the_example_file_lists_every_setting_and_no_other() -> None:
    """`.env.example` is what an operator copies: a setting it lacks cannot be found."""
    listed = {line.partition("=")[0] for line in example_lines()}
    fields = {name.upper() for name in Settings.model_fields}

    assert listed == {f"SHOP_{name}" for name in fields - {"PORT"}} | {"PORT", "NLU_PORT"}


def test_the_example_file_shows_the_defaults(folder: Path) -> None:
    defaults = load_settings()

    (folder / ".env").write_text("\n".join(example_lines()), encoding="utf-8")

    assert load_settings().model_dump() == defaults.model_dump()


def example_lines() -> list[str]:
    """The settings of `.env.example`, as they stand once they are no comments."""
    example = Path(__file__).parents[2] / ".env.example"
    lines = [line.removeprefix("# ") for line in example.read_text(encoding="utf-8").splitlines()]
    return [line for line in lines if re.match("(SHOP_[A-Z0-9_]+|PORT|NLU_PORT)=", line)]
