"""How words sound: homophones and typed pinyin are compared by toneless syllables.

What a character sounds like is handed in (`Pronounce`): this package knows no dictionary of them.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Final

type Pronounce = Callable[[str], Sequence[str]]
"""The toneless syllable of each character of a Chinese word: 连衣裙 → lian, yi, qun."""

LONGEST_SYLLABLE: Final = 6
LONGEST_SPELLING: Final = 40
"""Letters; longer runs are no pinyin of a thing's name."""
READINGS: Final = 6
"""Ways to cut a run of letters that are looked at: xian is 西安 and 先."""

_FINALS: Final = {
    "": "a ai an ang ao e ei en er o ou",
    "b": "a ai an ang ao ei en eng i ian iao ie in ing o u",
    "p": "a ai an ang ao ei en eng i ian iao ie in ing o ou u",
    "m": "a ai an ang ao e ei en eng i ian iao ie in ing iu o ou u",
    "f": "a an ang ei en eng o ou u",
    "d": "a ai an ang ao e ei eng i ian iao ie ing iu ong ou u uan ui un uo",
    "t": "a ai an ang ao e eng i ian iao ie ing ong ou u uan ui un uo",
    "n": "a ai an ang ao e ei en eng i ian iang iao ie in ing iu ong ou u uan uo v ve",
    "l": "a ai an ang ao e ei eng i ia ian iang iao ie in ing iu ong ou u uan un uo v ve",
    "g": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "k": "a ai an ang ao e en eng ong ou u ua uai uan uang ui un uo",
    "h": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "j": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "q": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "x": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "zh": "a ai an ang ao e en eng i ong ou u ua uai uan uang ui un uo",
    "ch": "a ai an ang ao e en eng i ong ou u uai uan uang ui un uo",
    "sh": "a ai an ang ao e en eng i ou u ua uai uan uang ui un uo",
    "r": "an ang ao e en eng i ong ou u ua uan ui un uo",
    "z": "a ai an ang ao e ei en eng i ong ou u uan ui un uo",
    "c": "a ai an ang ao e en eng i ong ou u uan ui un uo",
    "s": "a ai an ang ao e en eng i ong ou u uan ui un uo",
    "y": "a an ang ao e i in ing o ong ou u uan ue un",
    "w": "a ai an ang ei en eng o u",
}
SYLLABLES: Final = frozenset(
    initial + final for initial, finals in _FINALS.items() for final in finals.split()
)

_ALIKE: Final = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"))
"""Initials that half of the country does not tell apart."""
_NASAL: Final = ("ang", "eng", "ing")


@lru_cache(maxsize=1024)
def alike(syllable: str) -> str:
    """The syllable as it stands for those that are taken for it.

    >>> alike("zhang"), alike("nai"), alike("qun")
    ('zan', 'lai', 'qun')
    """
    for heard, kept in _ALIKE:
        if syllable.startswith(heard):
            syllable = kept + syllable[len(heard) :]
            break
    return syllable[:-1] if syllable.endswith(_NASAL) else syllable


def sound_key(syllables: Sequence[str]) -> str:
    """One term for all words that sound like this one.

    >>> sound_key(["yang", "nai"]) == sound_key(["yan", "lai"])
    True
    """
    return "'".join(map(alike, syllables))


def initials_key(syllables: Sequence[str]) -> str:
    """What stands for a word whose initials were typed.

    >>> initials_key(["lian", "yi", "qun"])
    '#lyq'
    """
    return "#" + "".join(syllable[:1] for syllable in syllables)


@lru_cache(maxsize=4096)
def spelled(letters: str) -> tuple[tuple[str, ...], ...]:
    """The ways in which letters are the pinyin of something, the fewest syllables first.

    >>> spelled("lianyiqun")[0], spelled("usb")
    (('lian', 'yi', 'qun'), ())
    """
    if len(letters) > LONGEST_SPELLING:
        return ()
    return tuple(sorted(_cuts(letters), key=len))[:READINGS]


def _cuts(letters: str) -> Iterator[tuple[str, ...]]:
    if not letters:
        yield ()
        return
    found = 0
    for length in range(min(LONGEST_SYLLABLE, len(letters)), 0, -1):
        if letters[:length] in SYLLABLES:
            for rest in _cuts(letters[length:]):
                yield (letters[:length], *rest)
                found += 1
                if found >= READINGS:
                    return
