"""The catalogue: what comes with the bot, an owner's file, and what is wrong with one."""

import os
from pathlib import Path

import pytest

from coderbot.worker.assistants.catalogue import Catalogue, built_in
from coderbot.worker.assistants.model import Assistant, CatalogueError, merged
from coderbot.worker.telegram.command import Section
from coderbot.worker.telegram.commands import COMMANDS, RESERVED_NAMES
from coderbot.worker.terminal.keys import encode_key

BASE = {"claude": Assistant(command="claude", title="Claude Code", icon="*")}


def catalogue(path: Path, **arguments: str) -> Catalogue:
    return Catalogue(path, arguments, RESERVED_NAMES)


def test_every_assistant_that_comes_with_the_bot_is_a_command() -> None:
    commands = {
        each.name
        for each in COMMANDS
        if each.section is Section.ASSISTANTS
        and each.handler == "assistants.start_assistant"
    }
    assert set(built_in()) == commands
    assert commands == {"copilot", "opencode", "gemini", "claude", "codex", "cursor"}


@pytest.mark.parametrize("entry", built_in().values(), ids=str)
def test_what_comes_with_the_bot_makes_sense(entry: Assistant) -> None:
    assert entry.title
    assert entry.install
    keys = [key for row in entry.keypad for key in row]
    assert {"refresh", "more", "esc", "enter", "ctrl+c"} <= set(keys)
    assert all(encode_key(key) for key in keys if key not in ("refresh", "more"))


def test_what_it_asks_is_known() -> None:
    claude = built_in()["claude"]
    assert claude.asks("> 1. Yes, I trust this folder")
    assert claude.asks("DO YOU TRUST the files?")
    assert not claude.asks("All done.")
    assert not Assistant(command="x").asks("1. Yes")


def test_an_own_entry_adds_or_overrides_what_it_has() -> None:
    tables = {
        "claude": {"arguments": "--model opus"},
        "aider": {"command": "aider --no-git", "environment": ["OPENAI_API_KEY"]},
    }

    result = merged(tables, BASE, {"xterm"})

    assert result["claude"].argv == ("claude", "--model", "opus")
    assert result["claude"].title == "Claude Code"
    assert result["aider"].argv == ("aider", "--no-git")
    assert "aider" not in BASE


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ({"aider": {}}, "command"),
        ({"aider": {"command": 3}}, "str"),
        ({"aider": {"command": " "}}, "empty"),
        ({"aider": {"command": "a 'b"}}, "quot"),
        ({"aider": {"command": "a", "colour": "red"}}, "colour"),
        ({"aider": {"command": "a", "arguments": '"'}}, "arguments"),
        ({"aider": {"command": "a", "questions": ["("]}}, "pattern"),
        ({"aider": {"command": "a", "environment": ["BOT_TOKEN"]}}, "BOT_TOKEN"),
        ({"aider": {"command": "a", "environment": ["a b"]}}, "a b"),
        ({"Aider!": {"command": "a"}}, "lower case"),
        ({"xterm": {"command": "a"}}, "is a command of the bot"),
        ({"aider": "a"}, "no table"),
    ],
)
def test_what_is_wrong_is_told(tables: dict[str, object], words: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        merged(tables, BASE, {"xterm"})
    assert words in str(caught.value)
    assert f"[{next(iter(tables))}]" in str(caught.value)


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(CatalogueError) as caught:
        merged({"one": {}, "two": {}}, BASE)
    assert "[one]" in str(caught.value)
    assert "[two]" in str(caught.value)


def test_arguments_of_the_settings_count_until_the_file_has_some(
    tmp_path: Path,
) -> None:
    path = tmp_path / "assistants.toml"
    known = catalogue(path, copilot="--banner", gemini="")
    assert known.entries()["copilot"].argv == ("copilot", "--banner")
    assert known.entries()["gemini"].argv == ("gemini",)
    path.write_text('[copilot]\narguments = ""\n')
    assert known.entries()["copilot"].argv == ("copilot",)


def test_a_changed_file_counts_at_once(tmp_path: Path) -> None:
    path = tmp_path / "assistants.toml"
    known = catalogue(path)
    assert "aider" not in known.entries()
    path.write_text('[aider]\ncommand = "aider"\n')
    assert known.entries()["aider"].argv == ("aider",)
    path.unlink()
    assert "aider" not in known.entries()


@pytest.mark.parametrize("content", [b"[aider", b"\xff", b"[aider]\ncommand = 1\n"])
def test_a_bad_file_costs_only_its_own_entries(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "assistants.toml"
    path.write_bytes(content)
    known = catalogue(path, copilot="--banner")
    assert known.entries()["copilot"].argv == ("copilot", "--banner")
    assert str(path) in known.problem
    assert str(path) in caplog.text
    path.write_text("")
    os.utime(path, ns=(1, 1))
    assert known.entries()
    assert known.problem == ""
