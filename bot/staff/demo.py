"""People for a developer's shop, so that its console can be opened at once. Never in production."""

import secrets
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlmodel import Session

from bot.settings import Settings
from bot.staff import authenticators, passwords, people
from bot.staff.tables import Role
from commerce.sealing import Sealer

DEMO: Final = (
    ("owner", "王掌柜", Role.OWNER, ""),
    ("operator", "小李", Role.OPERATOR, ""),
    ("agent", "林知夏", Role.AGENT, "LinZhiXia"),
    ("agent2", "周子墨", Role.AGENT, "ZhouZiMo"),
)
"""Login, name, role, and who they are in the sandbox's WeCom."""
FILE: Final = "console-demo.txt"


def is_demo(settings: Settings) -> bool:
    """Whether this is a developer's shop."""
    return settings.environment == "development" and settings.is_set("field_keys")


def file_of(settings: Settings) -> Path:
    """Where the passwords of the demo people are written."""
    return settings.var_folder / FILE


def seed_people(session: Session, settings: Settings, now: datetime) -> int:
    """Take the demo people on, each with a password of their own; how many are new.

    Who is there already keeps theirs.
    """
    sealer = Sealer.from_setting(settings.field_keys.get_secret_value())
    known = read_passwords(settings)
    new = 0
    for login, name, role, userid in DEMO:
        if people.find_by_login(session, login) is not None:
            continue
        known[login] = secrets.token_urlsafe(9)
        hashed = passwords.hash_of(known[login])
        staff_id = people.add(session, login, name, role, hashed, now, wecom_userid=userid)
        if role != Role.AGENT:
            secret = authenticators.new_secret()
            authenticators.enrol(session, sealer, people.get(session, staff_id), secret, 0)
        new += 1
    write_passwords(settings, known)
    return new


def read_passwords(settings: Settings) -> dict[str, str]:
    """What the file says: passwords by login."""
    file = file_of(settings)
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return dict(line.split(maxsplit=1) for line in lines if line and not line.startswith("#"))


def write_passwords(settings: Settings, known: dict[str, str]) -> None:
    """Write the file, for its owner's eyes alone."""
    file = file_of(settings)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    lines = [
        "# Demo people of /console. Owner and operator need a code as well:",
        "# python -m bot staff code LOGIN",
        *(f"{login} {password}" for login, password in known.items()),
    ]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
