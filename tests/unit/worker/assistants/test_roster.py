"""Own assistants of users, kept over restarts."""

from pathlib import Path

import pytest

from coderbot.worker.assistants.catalogue import Catalogue
from coderbot.worker.assistants.roster import MAX_CODERS, CoderError, Roster
from coderbot.worker.preferences.filestore import FilePreferences
from coderbot.worker.telegram.commands import RESERVED_NAMES
from tests.fakes.autoclock import AutoClock

ANNA, BEN = 1001, 1002


def roster_in(directory: Path) -> tuple[Roster, FilePreferences]:
    preferences = FilePreferences(directory / "preferences.json", AutoClock())
    preferences.load()
    catalogue = Catalogue(directory / "assistants.toml", {}, RESERVED_NAMES)
    return Roster(catalogue, preferences, RESERVED_NAMES), preferences


async def test_an_own_assistant_is_its_users_alone_and_stays(tmp_path: Path) -> None:
    roster, preferences = roster_in(tmp_path)
    roster.add(ANNA, "my_coder2", "coder --fast 'a b'")
    await preferences.flush()
    again, _ = roster_in(tmp_path)
    found = again.find(ANNA, "my_coder2")
    assert found is not None
    assert found.argv == ("coder", "--fast", "a b")
    assert again.find(BEN, "my_coder2") is None
    assert again.find(BEN, "claude") is not None


@pytest.mark.parametrize(
    ("name", "words"),
    [
        *(
            (name, "exists already")
            for name in ("claude", "xterm", "ctrlc", "addcoder")
        ),
        ("x", "2 to 32"),
        ("has-dash", "2 to 32"),
        ("9lives", "2 to 32"),
        ("a" * 33, "2 to 32"),
        ("ümlaut", "2 to 32"),
    ],
)
def test_names_that_cannot_be_taken(tmp_path: Path, name: str, words: str) -> None:
    roster, _ = roster_in(tmp_path)
    with pytest.raises(CoderError, match=words):
        roster.add(ANNA, name, "coder")
    assert not roster.added_by(ANNA)


def test_a_command_that_makes_no_sense_is_refused(tmp_path: Path) -> None:
    roster, _ = roster_in(tmp_path)
    with pytest.raises(CoderError, match="quot"):
        roster.add(ANNA, "mine", "coder 'open")


def test_there_is_an_end_to_them(tmp_path: Path) -> None:
    roster, _ = roster_in(tmp_path)
    for number in range(MAX_CODERS):
        roster.add(ANNA, f"coder{number}", "coder")
    with pytest.raises(CoderError, match=str(MAX_CODERS)):
        roster.add(ANNA, "one_more", "coder")
    roster.add(ANNA, "coder0", "changed")
    roster.remove(ANNA, "coder1")
    roster.add(ANNA, "one_more", "coder")


def test_with_an_assistant_its_startup_prompt_goes(tmp_path: Path) -> None:
    roster, preferences = roster_in(tmp_path)
    roster.add(ANNA, "mine", "coder")
    preferences.change(ANNA, startup={"mine": "hello", "claude": "hi"})
    roster.remove(ANNA, "mine")
    assert preferences.of(ANNA).startup == {"claude": "hi"}
    with pytest.raises(CoderError, match="mine"):
        roster.remove(ANNA, "mine")


def test_the_owners_catalogue_wins_over_an_own_name(tmp_path: Path) -> None:
    roster, _ = roster_in(tmp_path)
    roster.add(ANNA, "mine", "coder")
    (tmp_path / "assistants.toml").write_text('[mine]\ncommand = "theirs"\n')
    assert "mine" not in roster.added_by(ANNA)
    found = roster.find(ANNA, "mine")
    assert found is not None
    assert found.command == "theirs"
