"""Every dialogue of this folder, with the real Rasa."""

from pathlib import Path

import pytest

from tests.dialogues.chat import Chat
from tests.dialogues.grammar import read_dialogue
from tests.dialogues.performance import Performance

FOLDER = Path(__file__).parent
FILES = sorted(FOLDER.glob("*/*.txt"))
FEWEST = 100


@pytest.mark.slow
@pytest.mark.rasa
@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
async def test_dialogue(file: Path, chat: Chat) -> None:
    performance = Performance(read_dialogue(file), chat)

    await performance.play()

    if performance.faults:
        pytest.fail(performance.report(), pytrace=False)


def test_there_are_a_hundred_dialogues_and_no_two_of_one_title() -> None:
    titles = [read_dialogue(file).title for file in FILES]

    assert len(titles) >= FEWEST
    assert len(set(titles)) == len(titles)
