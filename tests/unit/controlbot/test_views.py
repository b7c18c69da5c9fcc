"""The fleet in words."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from coderbot.botprocess.telegram.lengths import MAX_TEXT_UNITS, utf16_units
from coderbot.control.facts import BotState, FleetStatus, LogLine, Planned
from coderbot.controlbot import views
from coderbot.controlbot.excerpt import excerpt
from coderbot.controlbot.keyboards import board_keyboard
from coderbot.controlbot.split import split_text
from coderbot.loglevel import Level
from tests.fakes.supervisor import a_bot
from tests.unit.controlbot.test_incidents import DOSSIER

BAD = a_bot(
    1,
    BotState.BACKOFF,
    reason="exit 1: no\nluck",
    next_start_in_s=9.7,
    restarts=1,
    username="",
)


def test_the_board() -> None:
    assert views.board([a_bot(0, terminals=2), BAD], 0) == (
        "1 of 2 bots running\n\n"
        "🟢 bot-0 (@coder_0_bot)\n"
        "running, 1 h 00 m, pid 4200, 43.0 MB, 2 terminals\n\n"
        "🔁 bot-1\n"
        "backoff, next start in 9 s, 1 restart\n"
        "exit 1: no luck"
    )


def test_many_bots_have_pages() -> None:
    bots = [a_bot(n) for n in range(2 * views.PAGE + 1)]
    assert views.pages(bots) == 3
    assert [b.index for b in views.on_page(bots, 2)] == [2 * views.PAGE]
    assert "page 3 of 3" in views.board(bots, 2)
    last = board_keyboard("k" * 12, bots, 2).inline_keyboard[-1]
    assert [button.callback_data for button in last] == [
        "kkkkkkkkkkkk page 1",
        "kkkkkkkkkkkk refresh",
        "kkkkkkkkkkkk page 0",
    ]
    one = board_keyboard("k", bots[:2], 0).inline_keyboard
    assert [button.text for button in one[-1]] == ["Refresh"]


def test_a_page_of_the_worst_bots_is_one_message_and_buttons_fit() -> None:
    bad = replace(BAD, reason="🦀" * 9_999, username="x" * 32, full_name="y" * 99)
    bots = [replace(bad, bot=f"bot-{n}", index=n) for n in range(9_990, 9_999)]
    assert utf16_units(views.board(bots, 0)) <= MAX_TEXT_UNITS
    for row in board_keyboard("k" * 12, bots, 0).inline_keyboard:
        for button in row:
            assert isinstance(button.callback_data, str)
            assert len(button.callback_data.encode()) <= 64


def test_only_what_matters_is_worth_an_edit() -> None:
    bot = a_bot(0)
    same = replace(bot, uptime_s=9.0, rss_bytes=1, poll_age_s=2.0)
    assert views.essence([bot]) == views.essence([same])
    assert views.essence([bot]) != views.essence([replace(bot, terminals=1)])


def test_details() -> None:
    text = views.details(a_bot(0, last_exit="exit 1"), [DOSSIER])
    assert text.startswith("bot-0 (@coder_0_bot)\nname: Coder 0\nstate: 🟢 running\n")
    assert "last exit: exit 1" in text
    assert text.endswith(
        "last crashes:\n2023-11-14 22:13:20 UTC bot-0 a1b2c3: ValueError: no luck"
    )


def test_health() -> None:
    sick = a_bot(2, status="conflict", reason="another", poll_age_s=90, loop_lag_ms=900)
    assert views.health([a_bot(0, poll_age_s=3.2), BAD, sick]).splitlines() == [
        "✅ bot-0 (@coder_0_bot): well, last poll 3 s ago",
        "❗ bot-1: backoff exit 1: no luck",
        "❗ bot-2 (@coder_2_bot): conflict: another, last poll 90 s ago, "
        "its loop is 900 ms late",
    ]
    assert views.health([]) == views.listing([]) == "There are no bots."


def test_uptimes() -> None:
    bots = [a_bot(0), BAD]
    status = FleetStatus(id=1, version="1.2", pid=9, uptime_s=90_061, bots=bots)
    assert views.uptimes(status, 61) == (
        "supervisor (CoderBot 1.2): 1 d 01 h\ncontrol bot: 1 m 01 s\n"
        "bot-0 (@coder_0_bot): 1 h 00 m\nbot-1: backoff"
    )


def test_a_plan() -> None:
    plan = Planned(
        id=1,
        added=["bot-2"],
        removed=["bot-0"],
        changed=["bot-1"],
        later=["M_X"],
        at_once=["M_Y"],
        next_start=["M_Z"],
    )
    assert views.plan(plan).splitlines() == [
        "+ bot-2 is added",
        "- bot-0 is removed",
        "~ bot-1 is restarted",
        "M_Y counts from now on",
        "M_Z counts for each bot from its next start on",
        "M_X counts when the supervisor is started anew",
    ]
    assert views.plan(Planned(id=1, added=[], removed=[], changed=[], later=[])) == ""


def test_logs() -> None:
    text = "[control] \x1b[31mred\x1b[0m"
    line = LogLine(1, 1_700_000_000.5, 0.0, "control", 1, "out", Level.INFO, text)
    assert views.log_text([line, line]) == "22:13:20 red\n22:13:20 red"
    assert views.log_file([line]) == ("2023-11-14T22:13:20.500Z INFO [control] red\n")


@given(st.text(), st.integers(1, 50))
def test_foreign_text_is_a_visible_line(text: str, limit: int) -> None:
    line = excerpt(text, limit)
    assert len(line) <= limit
    assert line.isprintable() or not line


@given(st.text(max_size=300), st.integers(2, 40))
def test_parts_fit_and_lose_nothing_but_blanks(text: str, limit: int) -> None:
    parts = split_text(text, limit)
    assert all(0 < utf16_units(part) <= limit and part.strip() for part in parts)
    joined = "".join("".join(parts).split())
    assert joined == "".join(text.split())


def test_the_host_of_a_bot_is_told_where_several_share_them() -> None:
    bot = a_bot(0)
    there = replace(bot, host="be\nta")
    assert " on " not in views.board([bot], 0)
    assert "running on be ta" in views.board([there], 0)
    assert views.listing([there]).endswith("running on be ta")
    assert "host: be ta" in views.details(there, [])
    assert views.essence([bot]) != views.essence([there])
