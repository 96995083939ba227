"""Which steps each make target needs, and what the shop's own steps do."""

from __future__ import annotations

from pathlib import Path

from tools.ports import nlu_port, port
from tools.setup import environments, frontend, machine
from tools.setup.step import Job, Step

PYTHON = ".venv/bin/python"


def make_keys(job: Job) -> None:
    """var/sandbox.env: secrets are kept, addresses follow PORT and NLU_PORT."""
    job.run(
        [*(PYTHON, "-m", "bot.sandbox", "keys"), f"--port={port()}", f"--nlu-port={nlu_port()}"],
        advice="if var/sandbox.env is damaged, remove it together with var/shop.db",
    )


def migrate(job: Job) -> None:
    """The database at its newest schema."""
    job.run(
        [PYTHON, "-m", "bot", "migrate"],
        advice="see SHOP_DATABASE_URL; `rm var/shop.db*` starts with a new shop",
    )


def stock_shop(job: Job) -> None:
    """The demo shop: products, pictures, search. Repeating it changes nothing."""
    job.run(
        [PYTHON, "-m", "bot", "seed"], advice="`rm var/shop.db*` and try again: a new shop is made"
    )


def train_rasa(job: Job) -> None:
    """The language model of the present training data; nothing to do when there is one."""
    job.progress = lambda: "training if the data changed, a minute or two"
    job.run(
        [PYTHON, "-m", "nlu", "train"],
        advice="the log names the file of nlu/data that Rasa does not like",
    )


UV = Step("uv", environments.fetch_uv)
BOT = Step(
    "bot environment",
    environments.install_bot,
    after=("uv",),
    inputs=("requirements-dev.txt", ".python-version"),
    products=(".venv/bin/python",),
)
RASA = Step(
    "Rasa environment",
    environments.install_rasa,
    after=("uv", "bot environment"),  # One download at a time is faster than two.
    inputs=("nlu/requirements.txt", ".python-version"),
    products=("nlu/.venv/bin/python",),
)
BROWSER = Step("browser and font", machine.install_browser_and_font)
FONT = Step("font", machine.install_font)
KEYS = Step("sandbox keys", make_keys, after=("bot environment",))
DATABASE = Step("database", migrate, after=("sandbox keys",))
SHOP = Step(
    "demo shop",
    stock_shop,
    after=("database", "font"),
    inputs=(
        "bot/seeds/products.csv",
        "bot/seeds/sales.csv",
        *sorted(str(file) for file in Path("bot/seeds").glob("**/*.toml")),
    ),
    products=("var/shop.db", "var/pictures", "var/search", "var/console-demo.txt"),
)
FRONT_END = Step(
    "front end",
    frontend.install_scripts,
    after=("uv", "bot environment"),
    inputs=frontend.LOCKS,
    products=tuple(f"{frontend.VENDOR}/{name}" for name in frontend.WANTED),
)
MODEL = Step("language model", train_rasa, after=("bot environment", "Rasa environment"))

PLANS = {
    "check": (UV, BOT, FRONT_END),
    "environments": (UV, BOT, RASA),
    "nlu": (UV, BOT, RASA, MODEL),
    "production": (UV, FONT, BOT, FRONT_END, RASA, MODEL),
    "test": (UV, BROWSER, BOT, FRONT_END, RASA, MODEL),
    "run": (UV, FONT, BOT, FRONT_END, KEYS, DATABASE, SHOP, RASA, MODEL),
}
