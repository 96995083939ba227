"""How a dialogue is written: a strict reading of the files, with errors for whoever writes them.

The README beside this file shows the grammar; what is not in it is refused, never guessed.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bot.messages import SPOKEN_KINDS, Kind
from nlu.understanding import Intent

CUSTOMER: Final = "顾客"
KINDS: Final[dict[str, Kind]] = {
    "点选": "menu_choice",
    "点菜单": "menu_click",
    "语音": "voice",
    "图片": "image",
    "视频": "video",
    "位置": "location",
    "链接": "link",
    "小程序页": "mini_program_page",
    "关注": "follow",
    "取关": "unfollow",
    "其他": "unknown",
}
"""What stands in brackets behind 顾客; without brackets it is a text."""
ACTORS: Final = ("小程序", "店里", "快递", "旁人", "时间")
ANSWER: Final = "答话"
"""Instead of an intent: a bare answer to the question that the bot has open."""
UNSAID: Final = "无"
UNCHANGED: Final = "不变"
REQUIRED: Final = ("意图", "回复", "购物车", "订单")
CHECKS: Final = (*REQUIRED, "不说", "售后", "个人信息", "寄到", "推送", "叫人")
FEWEST_TURNS: Final = 3
MOST_TURNS: Final = 12
_LINE: Final = re.compile(r"(?P<who>[^（：]+)(?:（(?P<kind>[^）]+)）)?：(?P<rest>.*)")
_CHECK: Final = re.compile(r"(?P<what>[^：]+)：\s*(?P<wanted>.*)")


class Misspelt(ValueError):
    """A file does not follow the grammar; the message names the file, the line and the remedy."""

    def __init__(self, path: Path, line: int, problem: str) -> None:
        super().__init__(f"{path.name} 第{line}行：{problem}")


@dataclass(frozen=True, slots=True)
class Check:
    """What must be true after a scene; `line` is where it stands."""

    what: str
    wanted: str
    line: int


@dataclass(slots=True)
class Scene:
    """Something that happens: the customer says something, or somebody does something."""

    who: str
    kind: Kind
    words: str
    line: int
    checks: list[Check] = field(default_factory=list)

    @property
    def is_turn(self) -> bool:
        """Whether it is the customer's turn to speak."""
        return self.who == CUSTOMER

    @property
    def is_spoken(self) -> bool:
        """Whether it says anything that can be understood."""
        return self.is_turn and self.kind in SPOKEN_KINDS and bool(self.words)

    def wanted(self, what: str) -> list[str]:
        """What is written behind a check, a line each."""
        return [check.wanted for check in self.checks if check.what == what]


@dataclass(frozen=True, slots=True)
class Dialogue:
    """One file."""

    title: str
    scenes: tuple[Scene, ...]

    @property
    def turns(self) -> int:
        """How often the customer speaks."""
        return sum(scene.is_turn for scene in self.scenes)


def read_dialogue(path: Path) -> Dialogue:
    """The dialogue of a file. Raises Misspelt."""
    lines = path.read_text(encoding="utf-8").splitlines()
    title = lines[0].removeprefix("# ").strip() if lines and lines[0].startswith("# ") else ""
    if not title:
        raise Misspelt(path, 1, "第一行写标题，如“# 先问价再改主意”")
    scenes = list(_scenes(path, lines))
    for scene in scenes:
        _check_scene(path, scene)
    dialogue = Dialogue(title, tuple(scenes))
    if not FEWEST_TURNS <= dialogue.turns <= MOST_TURNS:
        raise Misspelt(
            path,
            len(lines),
            f"顾客说了{dialogue.turns}句，要{FEWEST_TURNS}到{MOST_TURNS}句",
        )
    return dialogue


def parts(wanted: str) -> list[str]:
    """The parts of a list: `a；b`."""
    return [part.strip() for part in wanted.split("；") if part.strip()]


def key_words(wanted: str) -> list[list[str]]:
    """`a / b | c`: each part must be there, in one of its forms."""
    return [[form.strip() for form in part.split(" | ")] for part in wanted.split(" / ")]


def intents(wanted: str) -> list[str]:
    """The intents that are right: several where the words leave it open."""
    return [each.strip() for each in wanted.split("|")]


def _scenes(path: Path, lines: Sequence[str]) -> Iterator[Scene]:
    scene: Scene | None = None
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("  "):
            if scene is None:
                raise Misspelt(path, number, "前面还没有人说话，这一行不该缩进")
            scene.checks.append(_check(path, number, line.strip()))
            continue
        if scene is not None:
            yield scene
        scene = _scene(path, number, line)
    if scene is not None:
        yield scene


def _scene(path: Path, number: int, line: str) -> Scene:
    match = _LINE.fullmatch(line)
    speakers = f"{CUSTOMER}、{'、'.join(ACTORS)}"
    if match is None or match["who"] not in (CUSTOMER, *ACTORS):
        raise Misspelt(path, number, f"应该是“谁：……”，谁可以是{speakers}；检查前面空两格")
    kind = match["kind"]
    if kind is not None and (match["who"] != CUSTOMER or kind not in KINDS):
        raise Misspelt(path, number, f"括号里只能是{CUSTOMER}发来的{'、'.join(KINDS)}")
    sent: Kind = "text" if kind is None else KINDS[kind]
    if match["who"] != CUSTOMER and not match["rest"].strip():
        raise Misspelt(path, number, f"{match['who']}做了什么？")
    if match["who"] == CUSTOMER and sent == "text" and not match["rest"]:
        raise Misspelt(path, number, "顾客说了什么？发图片写成“顾客（图片）：”")
    return Scene(match["who"], sent, match["rest"], number)


def _check(path: Path, number: int, line: str) -> Check:
    match = _CHECK.fullmatch(line)
    if match is None or match["what"] not in CHECKS:
        raise Misspelt(path, number, f"应该是“项目：……”，项目可以是{'、'.join(CHECKS)}")
    if not match["wanted"].strip():
        raise Misspelt(path, number, f"{match['what']}后面没有内容；没有就写“{UNSAID}”")
    return Check(match["what"], match["wanted"].strip(), number)


def _check_scene(path: Path, scene: Scene) -> None:
    written = [check.what for check in scene.checks]
    for check in scene.checks:
        if check.what not in ("回复", "不说") and written.count(check.what) > 1:
            raise Misspelt(path, check.line, f"{check.what}只能写一行")
        if check.what == "意图":
            _check_intents(path, scene, check)
    missing = [what for what in REQUIRED if scene.is_turn and what not in written]
    if missing:
        raise Misspelt(path, scene.line, f"这一句还要写{'、'.join(missing)}")


def _check_intents(path: Path, scene: Scene, check: Check) -> None:
    if not scene.is_turn:
        raise Misspelt(path, check.line, f"{scene.who}没有意图，只有{CUSTOMER}有")
    if not scene.is_spoken:
        if check.wanted != UNSAID:
            raise Misspelt(path, check.line, f"没有说话的消息，意图写“{UNSAID}”")
        return
    unknown = set(intents(check.wanted)) - {ANSWER, *Intent}
    if unknown:
        raise Misspelt(path, check.line, f"没有这个意图：{'、'.join(sorted(unknown))}")
