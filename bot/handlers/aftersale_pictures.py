"""Pictures that customers send: evidence of the request that is spoken of, or nothing to us."""

from collections.abc import Sequence

from bot import texts
from bot.handlers import aftersale_words as words
from bot.handlers.aftersale_draft import DRAFTED, ask, draft_of
from bot.messages import Reply, Text
from bot.router import Router
from bot.turn import Turn
from commerce.aftersale.pictures import MOST_PICTURES, attach_picture
from commerce.aftersale.states import find_request
from commerce.errors import IllegalMove

router = Router()


@router.kind("image")
def hear_picture(turn: Turn) -> Sequence[Reply]:
    """A picture belongs to the request that is spoken of; of any other the bot makes nothing."""
    media_id = str(turn.incoming.payload.get("MediaId") or "")
    if media_id and turn.asked in DRAFTED:
        return _take_picture(turn, media_id)
    if media_id and turn.asked == "aftersale_more":
        return _add_picture(turn, media_id)
    turn.keep_question()
    return [Text(texts.PICTURE_SEEN)]


def _take_picture(turn: Turn, media_id: str) -> Sequence[Reply]:
    draft, question = draft_of(turn), str(turn.memory.question["words"])
    if media_id not in draft.pictures:
        if len(draft.pictures) >= MOST_PICTURES:
            turn.keep_question()
            return [Text(words.PICTURES_FULL.format(count=MOST_PICTURES, question=question))]
        draft.pictures.append(media_id)
    ask(turn, turn.asked, question, draft)
    count = len(draft.pictures)
    if turn.asked == "aftersale_pictures":
        return [Text(words.PICTURE_TAKEN.format(count=count))]
    return [Text(words.PICTURE_TAKEN_THEN.format(count=count, question=question))]


def _add_picture(turn: Turn, media_id: str) -> Sequence[Reply]:
    turn.keep_question()
    number = str(turn.memory.question["request_no"])
    request = find_request(turn.session, number)
    if request is None or request.customer_id != turn.customer_id:
        return [Text(texts.PICTURE_SEEN)]
    try:
        attach_picture(
            turn.session, request, channel=turn.incoming.channel, media_id=media_id, now=turn.now
        )
    except IllegalMove as refusal:
        return [Text(f"{refusal}。")]
    return [Text(words.PICTURE_ADDED.format(request_no=number))]
