"""Mass tasks and moments as WeCom's API takes them (创建企业群发, 创建发表任务)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from campaigns.composer import LINK_TITLE_BYTES, Composed
from campaigns.mass.tables import ChatType
from campaigns.ports import Route
from campaigns.shapes import MOST_ATTACHMENTS
from miniprogram_cards.limits import TITLE_BYTES, cut_to_bytes
from miniprogram_cards.payloads import contact_card

MOMENT_CHARACTERS: Final = 2000
"""Of a moment's words."""


def pictures_of(composed: Composed) -> list[str]:
    """Every picture that is to be uploaded, each once, in the order in which they are shown."""
    names = [*(card.picture for card in composed.cards), *composed.pictures]
    return list(dict.fromkeys(names))


def task_body(
    chat_type: str,
    sender: str,
    addresses: Sequence[str],
    composed: Composed,
    media: Mapping[str, str],
    app_id: str,
) -> dict[str, Any]:
    """A task for these recipients; `media` has the id of each picture."""
    whom = "chat_id_list" if chat_type == ChatType.GROUP else "external_userid"
    body: dict[str, Any] = {"chat_type": chat_type, "sender": sender, whom: list(addresses)}
    text = composed.texts[Route.MASS]
    if text:
        body["text"] = {"content": text}
    attachments = attachments_of(composed, media, app_id)
    if attachments:
        body["attachments"] = attachments
    return body


def attachments_of(
    composed: Composed, media: Mapping[str, str], app_id: str
) -> list[dict[str, Any]]:
    """Cards, then pictures, then links, nine at most."""
    found: list[dict[str, Any]] = []
    for card in composed.cards:
        shown = contact_card(card, app_id, media[card.picture])
        title = cut_to_bytes(card.title, TITLE_BYTES)
        found.append({"msgtype": "miniprogram", "miniprogram": {**shown, "title": title}})
    found += [_image(media[picture]) for picture in composed.pictures]
    for link in composed.links:
        title = cut_to_bytes(link.title, LINK_TITLE_BYTES)
        found.append({"msgtype": "link", "link": {"title": title, "url": link.address}})
    return found[:MOST_ATTACHMENTS]


def moment_body(sender: str, composed: Composed, media: Mapping[str, str]) -> dict[str, Any]:
    """A moment for one sender: words and pictures.

    A moment takes no card of a mini-program, and pictures or one link: so cards are shown by
    their pictures, and links stand in the words.
    """
    text = moment_text(composed)
    body: dict[str, Any] = {"visible_range": {"sender_list": {"user_list": [sender]}}}
    if text:
        body["text"] = {"content": text}
    shown = _shown(composed)
    if shown:
        body["attachments"] = [_image(media[picture]) for picture in shown]
    return body


def moment_text(composed: Composed) -> str:
    """The words of a moment, its links among them; of any text their first 2,000 characters."""
    lines = [
        composed.texts[Route.MASS],
        *(f"{each.title} {each.address}" for each in composed.links),
    ]
    return "\n".join(filter(None, lines))[:MOMENT_CHARACTERS]


def is_same(composed: Composed, listed: Mapping[str, Any]) -> bool:
    """Whether a task that WeCom lists says the same, as far as its words, cards and links go."""
    text = str((listed.get("text") or {}).get("content") or "")
    attachments = listed.get("attachments") or []
    pages = [each["miniprogram"].get("page") for each in attachments if "miniprogram" in each]
    links = [each["link"].get("url") for each in attachments if "link" in each]
    return (text, pages, links) == (
        composed.texts[Route.MASS],
        [card.path for card in composed.cards],
        [link.address for link in composed.links],
    )


def is_same_moment(composed: Composed, listed: Mapping[str, Any]) -> bool:
    """Whether a moment that WeCom lists was made by the API and says the same, as far as its words
    and the number of its pictures go. One without words is never known again."""
    text = str((listed.get("text") or {}).get("content") or "")
    is_ours = not listed.get("creator") and not {"video", "link"}.intersection(listed)
    pictures = len(listed.get("image") or [])
    said = (moment_text(composed), len(_shown(composed)))
    return is_ours and bool(text) and (text, pictures) == said


def _shown(composed: Composed) -> list[str]:
    return pictures_of(composed)[:MOST_ATTACHMENTS]


def _image(media_id: str) -> dict[str, Any]:
    return {"msgtype": "image", "image": {"media_id": media_id}}
