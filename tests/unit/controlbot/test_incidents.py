"""What is worth an alert."""

import itertools
from dataclasses import replace
from typing import Any

import pytest

from coderbot.control.facts import BotSnapshot, BotState, ClusterSnapshot, Dossier
from coderbot.controlbot.incidents import (
    Incident,
    Kind,
    explained,
    host_incidents,
    incidents_of,
)
from coderbot.supervisor.clusterview import HostSnapshot, HostState
from tests.fakes.supervisor import a_bot

CALM = a_bot(0, exits=(("asked", 2), ("exit 0", 1)))
DOSSIER = Dossier(
    bot="bot-0",
    run=1,
    wall=1_700_000_000.0,
    returncode=1,
    exit="exit 1",
    reason="",
    guess="",
    uptime_s=3.0,
    was_ready=True,
    cpu_s=None,
    rss_bytes=None,
    peak_rss_bytes=None,
    fingerprint="a1b2c3",
    summary="ValueError: no luck",
    seen=1,
    first_seen=1_700_000_000.0,
    lines=(),
)


def found(before: BotSnapshot | None, now: BotSnapshot) -> list[Incident]:
    return list(incidents_of(before, now))


def kinds(before: BotSnapshot | None, now: BotSnapshot) -> list[Kind]:
    return [incident.kind for incident in found(before, now)]


def test_wanted_ends_and_heartbeats_are_no_incidents() -> None:
    stopped = replace(CALM, state=BotState.STOPPED, exits=(("asked", 3), ("exit 0", 2)))
    assert kinds(CALM, stopped) == []
    assert kinds(CALM, replace(CALM, rss_bytes=1, terminals=4, poll_age_s=9)) == []
    assert kinds(None, CALM) == []


def test_each_crash_counts_though_it_was_never_seen() -> None:
    # Two crashes and a start between two looks.
    after = replace(CALM, exits=(("asked", 2), ("exit 1", 1), ("SIGSEGV", 1)), run=3)
    (crash,) = found(CALM, after)
    assert (crash.kind, crash.times, crash.bot) == (Kind.CRASH, 2, "bot-0")
    assert not crash.is_urgent


def test_a_loop_is_told_once() -> None:
    rows = [replace(CALM, crashes_in_row=n) for n in (2, 3, 4, 0, 3)]
    steps = itertools.pairwise(rows)
    assert [kinds(*step) for step in steps] == [[Kind.LOOP], [], [], [Kind.LOOP]]


def test_a_failure_is_urgent_also_when_it_was_there_before() -> None:
    failed = replace(CALM, state=BotState.FAILED, reason="its token is refused")
    for before in (None, CALM):
        (incident,) = found(before, failed)
        assert incident.kind is Kind.FAILED
        assert incident.is_urgent
        assert "bot-0 (@coder_0_bot) failed: its token is refused" in incident.text
    assert kinds(failed, failed) == []


def test_a_conflict_and_its_end() -> None:
    conflict = replace(CALM, status="conflict", reason="another process polls")
    assert kinds(CALM, conflict) == [Kind.CONFLICT]
    assert kinds(None, conflict) == [Kind.CONFLICT]
    assert kinds(conflict, conflict) == []
    assert kinds(conflict, CALM) == []


def test_strangers_and_media_are_counted() -> None:
    after = replace(CALM, strangers=3, last_stranger="666 (@x)")
    (incident,) = found(CALM, after)
    assert (incident.kind, incident.times) == (Kind.STRANGER, 3)
    assert "user 666 (@x)" in incident.text
    after = replace(CALM, media_failed=1, last_media_failure="a.mp4: too large")
    (incident,) = found(CALM, after)
    assert incident.kind is Kind.MEDIA
    assert incident.text.endswith("not sent: a.mp4: too large")


ONCE = replace(
    CALM,
    exits=(("asked", 2), ("exit 1", 1)),
    crashes_in_row=2,
    strangers=4,
    media_failed=5,
)
"""A bot that has seen some of everything before."""


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"state": BotState.FAILED},
            Incident(
                Kind.FAILED,
                "bot-0",
                "⛔ bot-0 (@coder_0_bot) failed: for an unknown reason\n"
                "It is not started again by itself.",
                "failed bot-0",
            ),
        ),
        (
            {"status": "conflict", "reason": "another process polls"},
            Incident(
                Kind.CONFLICT,
                "bot-0",
                "⚠️ bot-0 (@coder_0_bot): conflict: another process polls",
                "conflict bot-0",
            ),
        ),
        (
            {"exits": (("asked", 2), ("exit 1", 2)), "last_exit": "exit 1"},
            Incident(
                Kind.CRASH,
                "bot-0",
                "💥 bot-0 (@coder_0_bot) crashed: exit 1",
                "crash of bot-0",
            ),
        ),
        (
            {"crashes_in_row": 3},
            Incident(
                Kind.LOOP,
                "bot-0",
                "🔁 bot-0 (@coder_0_bot) keeps crashing: 3 times in a row. "
                "The pauses between its starts grow.",
                "loop bot-0",
            ),
        ),
        (
            {"strangers": 5, "last_stranger": "666 (@x)"},
            Incident(
                Kind.STRANGER,
                "bot-0",
                "🚫 bot-0 (@coder_0_bot): somebody who may not use it wrote to it: "
                "user 666 (@x)",
                "stranger bot-0",
            ),
        ),
        (
            {"media_failed": 7, "last_media_failure": "a.mp4: too large"},
            Incident(
                Kind.MEDIA,
                "bot-0",
                "📎 bot-0 (@coder_0_bot): not sent: a.mp4: too large",
                "media bot-0",
                2,
            ),
        ),
    ],
)
def test_an_alert_says_what_is_new_since_the_last_look(
    changes: dict[str, Any], expected: Incident
) -> None:
    assert found(ONCE, replace(ONCE, **changes)) == [expected]


def test_a_crash_bears_its_reason_rather_than_how_it_ended() -> None:
    ended: dict[str, Any] = {"exits": (("exit 1", 2),), "last_exit": "SIGTERM"}
    (crash,) = found(ONCE, replace(ONCE, **ended, reason="hung: no heartbeat"))
    assert crash.text == (
        "💥 bot-0 (@coder_0_bot) was ended, and is restarted: hung: no heartbeat"
    )


def test_a_dossier_explains_a_crash() -> None:
    crash = Incident(Kind.CRASH, "bot-0", "?", "?", 2)
    told = explained(crash, DOSSIER, CALM)
    assert told.text == (
        "💥 bot-0 (@coder_0_bot) crashed: exit 1: ValueError: no luck\nCrash a1b2c3"
    )
    assert (told.group, told.times) == ("crash a1b2c3", 2)
    killed = replace(
        DOSSIER, exit="SIGKILL", summary="SIGKILL", guess="out of memory", seen=3
    )
    text = explained(crash, killed, CALM).text
    assert text.endswith("crashed: SIGKILL; out of memory\nCrash a1b2c3, seen 3 times")
    again = explained(crash, replace(DOSSIER, seen=2), CALM)
    assert again.text.endswith("Crash a1b2c3, seen 2 times")


def test_what_the_supervisor_has_ended_did_not_crash() -> None:
    crash = Incident(Kind.CRASH, "bot-0", "?", "?")
    for reason in (
        "deaf: no getUpdates for 180 s",
        "over its memory limit: 600 MB of 512 MB",
        "hung: no heartbeat for 30 s",
    ):
        dossier = replace(DOSSIER, reason=reason, summary=reason)
        text = explained(crash, dossier, CALM).text
        assert text.startswith("💥 bot-0 (@coder_0_bot) was ended, and is restarted: ")
        assert reason in text


def test_foreign_text_is_one_visible_line() -> None:
    hostile = "\x1b]0;x\x07a\nb\u202ec\x00" + "d" * 500
    failed = replace(CALM, state=BotState.FAILED, reason=hostile, username="")
    (incident,) = found(CALM, failed)
    first, second = incident.text.split("\n")
    assert first.startswith("⛔ bot-0 failed: a bcd")
    assert len(first) < 250
    assert second.startswith("It is not")


def _hosts(**states: HostState) -> ClusterSnapshot:
    return ClusterSnapshot("a", tuple(HostSnapshot(*each) for each in states.items()))


def test_hosts_that_go_and_come_back_are_told_once() -> None:
    both, one, gone = (
        _hosts(a="here", b="there"),
        _hosts(a="here"),
        _hosts(a="here", b="gone"),
    )

    def texts(*rows: ClusterSnapshot | None) -> list[str]:
        steps = itertools.pairwise(rows)
        return [
            each.text
            for before, now in steps
            if now is not None
            for each in host_incidents(before, now)
        ]

    assert texts(None, both, one, both, _hosts(a="here", b="draining")) == []
    lost = "🔌 Host b is gone. Other hosts take its bots."
    assert texts(both, gone, gone, both) == [lost, "🔌 Host b is back."]
    # The control bot itself may have been on it, and was started elsewhere.
    assert texts(None, gone) == [lost]
    (stranger,) = texts(both, _hosts(a="here", b="stranger"))
    assert "CLUSTER_KEY" in stranger
    assert list(host_incidents(both, gone)) == [
        Incident(Kind.HOST, "b", lost, "gone b")
    ]
