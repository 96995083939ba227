"""Templates of what a newcomer reads in a customer group (入群欢迎语素材管理)."""

import json
import secrets
from typing import Any

from bot.sandbox.ground import Ground
from bot.sandbox.store import Row
from bot.sandbox.wecom.attachments import KINDS, Attachments, Part, read_text
from bot.sandbox.wecom.errors import WeComError
from bot.sandbox.wecom.rules import GROUP_WELCOME_BYTES, GROUP_WELCOMES

type Body = dict[str, Any]

_NICKNAME = "%NICKNAME%"


class GroupWelcomes:
    """The paths below externalcontact/group_welcome_template/."""

    def __init__(self, ground: Ground, attachments: Attachments) -> None:
        self._store = ground.store
        self._attachments = attachments

    def add(self, body: Body) -> str:
        """A new template's id; raises 41055, 40058 or 40007."""
        known = self._store.find("SELECT count(*) AS many FROM wecom_group_welcomes")
        if known is not None and known["many"] >= GROUP_WELCOMES.value:
            raise WeComError(41055)
        template_id = "msg" + secrets.token_urlsafe(24)
        self._store.run(
            "INSERT INTO wecom_group_welcomes (template_id, body) VALUES (?, ?)",
            template_id,
            self._checked(body),
        )
        return template_id

    def edit(self, body: Body) -> None:
        """Another content for a template; raises 40058 or 40007."""
        template_id = str(body.get("template_id"))
        self.get(template_id)
        self._store.run(
            "UPDATE wecom_group_welcomes SET body = ? WHERE template_id = ?",
            self._checked(body),
            template_id,
        )

    def get(self, template_id: object) -> Body:
        """A template as it was given; raises 40058."""
        row = self._store.find(
            "SELECT body FROM wecom_group_welcomes WHERE template_id = ?", str(template_id)
        )
        if row is None:
            raise WeComError(40058, "template_id")
        body: Body = json.loads(row["body"])
        return body

    def delete(self, template_id: object) -> None:
        """Take a template out of the library; groups that use it welcome no more. Raises 40058."""
        self.get(template_id)
        with self._store.transaction():
            self._store.run(
                "DELETE FROM wecom_group_welcomes WHERE template_id = ?", str(template_id)
            )
            self._store.run(
                "UPDATE wecom_groups SET welcome_id = '' WHERE welcome_id = ?", str(template_id)
            )

    def list_all(self) -> list[Row]:
        """Every template."""
        return self._store.rows("SELECT * FROM wecom_group_welcomes ORDER BY rowid")

    def parts(self, template_id: str, newcomers: list[Row]) -> list[Part]:
        """What newcomers read: the words with each one's name, and the attachment once."""
        if not template_id or not newcomers:
            return []
        body, said = self.get(template_id), list[Part]()
        names = "、".join(each["nickname"] for each in newcomers)
        if words := (body.get("text") or {}).get("content"):
            said.append(("text", {"content": words.replace(_NICKNAME, names)}))
        return said + [(kind, body[kind]) for kind in KINDS if kind in body]

    def _checked(self, body: Body) -> str:
        words = read_text(body, GROUP_WELCOME_BYTES.value)
        given = [kind for kind in KINDS if body.get(kind)]
        if len(given) > 1 or not (words or given):
            raise WeComError(40058, "text, or one of the others")
        for kind in given:
            if not isinstance(body[kind], dict):
                raise WeComError(40058, kind)
            self._attachments.check(kind, body[kind])
        kept: Body = {"text": {"content": words}} if words else {}
        return json.dumps({**kept, **{kind: body[kind] for kind in given}}, ensure_ascii=False)
