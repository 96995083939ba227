"""`python -m bot lint`: what it prints, and how it ends."""

import json
from pathlib import Path

from typer.testing import CliRunner, Result

from bot.cli import app


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["lint", *words])


def test_a_text_that_may_go_out_ends_well_and_prints_nothing() -> None:
    result = run("满200减15", "--kind", "offer")
    assert (result.exit_code, result.output) == (0, "")


def test_a_text_is_a_message_to_many_unless_told_otherwise() -> None:
    result = run("秋装上新")
    assert result.exit_code == 1
    assert "回复TD退订" in result.output


def test_findings_are_json_a_line_with_the_line_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "texts.txt"
    file.write_text("满200减15\n转·发有奖\n保温杯砍价\n", encoding="utf-8")
    result = run("--file", str(file), "--kind", "offer", "--json")
    assert result.exit_code == 1
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(each["line"], each["rule"], each["phrase"], each["blocks"]) for each in found] == [
        (2, "share_for_reward", "转·发有奖", True),
        (3, "bargain_for_help", "砍价", False),
    ]


def test_advice_alone_ends_well() -> None:
    result = run("保温杯砍价", "--kind", "offer")
    assert result.exit_code == 0
    assert "请留意" in result.output


def test_no_text_is_told_in_a_sentence() -> None:
    result = run()
    assert result.exit_code == 2
    assert "请写一段文字" in result.output
