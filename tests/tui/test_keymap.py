"""Other keys: read, refused, obeyed and shown."""

from pathlib import Path

import pytest

from coderbot.errors import ExitCode
from coderbot.tui.keymap import KeymapError, keymap_paths, load_keymap, parse_keymap
from coderbot.tui.keys import remappable
from tests.tui import fleets
from tests.tui.steering import shown, until


def test_keys_are_read_by_the_name_of_what_they_do() -> None:
    content = b'[keys]\n"bot.restart" = "ctrl+r"\n"app.help" = ["h", "?"]\n'
    assert parse_keymap(content, "here") == {
        "bot.restart": "ctrl+r",
        "app.help": "h,question_mark",
    }


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"keys = [", "here is no TOML"),
        (b"\xff", "here is no TOML"),
        (b'[keys]\n"bot.restrat" = "r"', "Did you mean bot.restart?"),
        (b'[keys]\n"zzzzzz" = "r"', "`?` lists what there is"),
        (b'[keys]\n"bot.stop" = 3', "bot.stop must be a key or a list of keys"),
        (b'[keys]\n"bot.stop" = []', "bot.stop must be a key or a list of keys"),
        (b'[colours]\nred = "blue"', "only a table [keys] is known"),
        (b'keys = "r"', "only a table [keys] is known"),
    ],
)
def test_what_is_wrong_is_said(content: bytes, words: str) -> None:
    with pytest.raises(KeymapError) as caught:
        parse_keymap(content, "here")
    assert words in str(caught.value)
    assert caught.value.exit_code is ExitCode.CONFIG


def test_the_state_directory_wins_over_the_home(tmp_path: Path) -> None:
    home, state = keymap_paths(tmp_path / "state", tmp_path / "home")
    assert load_keymap([home, state]) == {}
    home.parent.mkdir(parents=True)
    state.parent.mkdir()
    home.write_text('[keys]\n"bot.stop" = "1"\n"bot.start" = "2"\n')
    state.write_text('[keys]\n"bot.stop" = "3"\n')
    assert load_keymap([home, state]) == {"bot.stop": "3", "bot.start": "2"}


def test_every_key_has_a_name_of_its_own() -> None:
    names = [binding.id for binding in remappable()]
    assert len(set(names)) == len(names)


async def test_the_dashboard_obeys_and_shows_them() -> None:
    fleet = fleets.running(1)
    app = fleets.app(fleet, keymap={"bot.restart": "ctrl+r"})
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: shown(app, "^r Restart"))
        await pilot.press("r")
        assert fleet.calls == []
        await pilot.press("ctrl+r")
        await until(pilot, lambda: fleet.calls == [("restart", "bot-0")])
        await pilot.press("question_mark")
        await until(pilot, lambda: shown(app, "^r          Restart it at once"))
