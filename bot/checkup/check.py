"""One thing looked at, and what depends on what."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from bot.checkup.advice import advice_for
from bot.refusal import sentence_of

CHECK_SECONDS: Final = 10.0


class State(StrEnum):
    """How a check ended."""

    WELL = "well"
    FAULT = "fault"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. `finding` says how it is, or what to do and where."""

    name: str
    state: State
    finding: str

    @property
    def is_fault(self) -> bool:
        """Whether somebody has to mend it."""
        return self.state is State.FAULT


class Unwell(Exception):
    """What a check found wrong, in words that say what to do."""


@dataclass
class Checkup:
    """Runs checks one after the other; what needs one that failed is skipped."""

    checks: list[Check] = field(default_factory=list)

    async def run(
        self, name: str, look: Callable[[], Awaitable[str]], needs: Collection[str] = ()
    ) -> bool:
        """Look at one thing; whether it is well. `look` raises for whatever is wrong."""
        lacking = [each for each in needs if not self.is_well(each)]
        if lacking:
            self._add(name, State.SKIPPED, f"先把“{lacking[0]}”弄好，再看这一项")
            return False
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                finding = await look()
        except TimeoutError:
            self._add(
                name, State.FAULT, f"{CHECK_SECONDS:.0f}秒没有回应，请检查服务器能不能访问外网"
            )
        except Unwell as fault:
            self._add(name, State.FAULT, str(fault))
        except Exception as error:  # noqa: BLE001 - whatever is wrong is the finding
            self._add(name, State.FAULT, advice_for(error) or sentence_of(error))
        else:
            self._add(name, State.WELL, finding)
        return self.is_well(name)

    def skip(self, name: str, why: str) -> None:
        """Say why something was not looked at."""
        self._add(name, State.SKIPPED, why)

    def is_well(self, name: str) -> bool:
        """Whether that check was made and found nothing."""
        return any(each.name == name and each.state is State.WELL for each in self.checks)

    def _add(self, name: str, state: State, finding: str) -> None:
        self.checks.append(Check(name, state, finding))
