from dataclasses import replace

import pytest

from coderbot.cluster.lease import NO_MARKS, Lease, Mark, Marks
from coderbot.cluster.member import Member
from coderbot.cluster.placement import Unit
from coderbot.cluster.session import Session
from coderbot.errors import CoderBotError
from coderbot.host.planning import (
    Local,
    Move,
    Situation,
    absence_of,
    asked_move,
    gives_of,
    has_arrived,
    marks_of,
    new_moves,
    planned_moves,
    seats_of,
    targets_of,
)

_HERE, _THERE = Session("here", "1"), Session("there", "1")
_UNITS = {f"key-{n}": Unit(f"bot-{n}", f"key-{n}") for n in range(6)}
_RUNS = Local(is_admitted=True, is_gone=False, is_ready=True)
_GONE = Local()


def _member(host: str, **more: object) -> Member:
    return Member(host=host, run="1", **more)  # type: ignore[arg-type]


def _lease(holder: Session, marks: Marks = NO_MARKS) -> Lease:
    return Lease(holder, 7, marks, "")


def _situation(here: int, there: int, **more: object) -> Situation:
    """Return one in which the hosts have so many units each."""
    keys = list(_UNITS)
    leases = dict.fromkeys(keys[:here], _lease(_HERE))
    leases |= dict.fromkeys(keys[here : here + there], _lease(_THERE))
    local = dict.fromkeys(keys[:here], _RUNS)
    members = [_member("here"), _member("there")]
    situation = Situation(_HERE, _UNITS, leases, members, local)
    return replace(situation, **more)  # type: ignore[arg-type]


def test_who_has_too_much_gives_one_at_a_time() -> None:
    situation = _situation(6, 0)
    targets = targets_of(situation)
    moves = new_moves(situation, targets)
    assert len(moves) == 1
    assert set(moves.values()) == {Move("there")}
    assert new_moves(replace(situation, moves=moves), targets) == {}


def test_who_has_its_share_gives_nothing() -> None:
    situation = _situation(3, 3)
    assert new_moves(situation, targets_of(situation)) == {}


def test_what_is_busy_is_not_moved_unless_asked() -> None:
    busy = dict.fromkeys(_UNITS, replace(_RUNS, is_busy=True))
    situation = _situation(6, 0, local=busy)
    targets = targets_of(situation)
    assert new_moves(situation, targets) == {}
    forced = replace(situation, is_forced=True)
    assert len(new_moves(forced, targets_of(forced))) == 1
    draining = replace(situation, is_draining=True)
    assert len(new_moves(draining, targets_of(draining))) == 1


@pytest.mark.parametrize("quiet", _UNITS)
def test_one_that_is_not_busy_moves_in_its_place(quiet: str) -> None:
    local = dict.fromkeys(_UNITS, replace(_RUNS, is_busy=True)) | {quiet: _RUNS}
    situation = _situation(6, 0, local=local)
    moves = new_moves(situation, targets_of(situation))
    assert moves == {quiet: Move("there")}


def test_who_leaves_gives_all_at_once() -> None:
    situation = _situation(6, 0, is_leaving=True)
    moves = new_moves(situation, targets_of(situation))
    assert moves == dict.fromkeys(_UNITS, Move("there"))


def test_who_leaves_alone_gives_to_nobody() -> None:
    situation = _situation(6, 0, is_leaving=True, members=[_member("here")])
    moves = new_moves(situation, targets_of(situation))
    assert set(moves.values()) == {Move("")}
    gone = replace(situation, moves=moves, local=dict.fromkeys(_UNITS, _GONE))
    assert set(gives_of(gone).values()) == {(None, NO_MARKS)}


def test_a_lease_is_given_only_once_its_worker_is_gone() -> None:
    situation = _situation(1, 0, moves={"key-0": Move("there")})
    stopping = Local(is_admitted=False, is_gone=False)
    assert gives_of(situation) == {}
    assert gives_of(replace(situation, local={"key-0": stopping})) == {}
    gone = gives_of(replace(situation, local={"key-0": _GONE}))
    assert gone == {"key-0": (_THERE, NO_MARKS)}


def test_what_a_person_moves_is_marked_to_stay() -> None:
    moves = {"key-0": Move("there", is_kept=True)}
    situation = _situation(1, 0, moves=moves, local={"key-0": _GONE})
    assert gives_of(situation) == {"key-0": (_THERE, frozenset({Mark.KEPT}))}


def test_what_was_moved_by_hand_stays_until_asked() -> None:
    kept = _lease(_HERE, frozenset({Mark.KEPT}))
    situation = _situation(6, 0, leases=dict.fromkeys(_UNITS, kept))
    assert set(targets_of(situation).values()) == {"here"}
    assert set(targets_of(situation, keeping=False).values()) == {"here", "there"}
    forced = replace(situation, is_forced=True)
    assert marks_of(forced, "key-0", kept) == NO_MARKS


@pytest.mark.parametrize(
    ("name", "host", "told"),
    [
        ("bot-9", "there", "There is no bot 'bot-9'\nBots: bot-0, bot-1, bot-2, "),
        ("bot-4", "there", "bot-4 is not on here"),
        ("bot-0", "moon", "moon takes no bots\nHosts that do: here, there"),
        (
            *("bot-1", "there"),
            "bot-1 needs a host with the label gpu\nChange CLUSTER_PIN, or the "
            "CLUSTER_LABELS of that host.",
        ),
    ],
)
def test_a_move_that_cannot_be_is_told(name: str, host: str, told: str) -> None:
    units = _UNITS | {"key-1": Unit("bot-1", "key-1", pin="gpu")}
    with pytest.raises(CoderBotError, match=told):
        asked_move(_situation(3, 3, units=units), name, host)


def test_a_move_that_a_person_asks_for_stays() -> None:
    move = asked_move(_situation(3, 3), "bot-2", "there")
    assert move == ("key-2", Move("there", is_kept=True))


def test_who_knows_of_no_bot_or_host_says_so() -> None:
    nobody = _situation(3, 3, units={})
    with pytest.raises(CoderBotError, match="There is no bot 'bot-0'\nBots: none"):
        asked_move(nobody, "bot-0", "there")
    nowhere = _situation(3, 3, members=[])
    with pytest.raises(CoderBotError, match="takes no bots\nHosts that do: none"):
        asked_move(nowhere, "bot-0", "there")


def test_a_bot_goes_to_a_host_with_the_label_that_it_needs() -> None:
    units = {"key-0": Unit("bot-0", "key-0", pin="gpu")}
    members = [_member("here"), _member("there", labels=("gpu",))]
    situation = _situation(1, 0, units=units, members=members)
    assert targets_of(situation) == {"key-0": "there"}
    # A host that nobody may be moved to is no place to even it out to.
    assert planned_moves(replace(situation, members=[_member("here")])) == []


def test_only_what_is_here_and_known_begins_to_leave() -> None:
    moves = {"key-0": Move("there", is_kept=True)}
    units = {key: unit for key, unit in _UNITS.items() if key != "key-1"}
    situation = _situation(3, 0, units=units, moves=moves, is_leaving=True)
    assert new_moves(situation, {"key-2": "there"}) == {"key-2": Move("there")}


def test_what_became_busy_meanwhile_stays() -> None:
    local = {"key-0": replace(_RUNS, is_busy=True), "key-1": _RUNS}
    situation = _situation(2, 0, local=local)
    everything = dict.fromkeys(_UNITS, "there")
    assert new_moves(situation, everything) == {"key-1": Move("there")}


def test_one_that_still_runs_holds_up_no_other() -> None:
    moves = dict.fromkeys(("key-0", "key-1"), Move("there"))
    situation = _situation(2, 0, moves=moves, local={"key-0": _RUNS})
    assert gives_of(situation) == {"key-1": (_THERE, NO_MARKS)}


def test_what_evening_out_would_move_is_told_before() -> None:
    kept = _lease(_HERE, frozenset({Mark.KEPT}))
    situation = _situation(6, 0, leases=dict.fromkeys(_UNITS, kept))
    plan = planned_moves(situation)
    assert len(plan) == 3
    assert {(source, target) for _, source, target in plan} == {("here", "there")}
    assert planned_moves(_situation(3, 3)) == []


def test_a_removed_token_frees_its_lease() -> None:
    situation = _situation(1, 0, units={}, local={})
    assert gives_of(situation) == {"key-0": (None, NO_MARKS)}


@pytest.mark.parametrize(
    ("local", "before", "after"),
    [
        # A person has stopped it here.
        (Local(is_admitted=True, is_off=True), set(), {Mark.OFF}),
        # It was started again.
        (_RUNS, {Mark.OFF}, set()),
        # It waits for its turn to start.
        (Local(is_admitted=True, is_gone=True), set(), set()),
        # The fence, or a move, has stopped it.
        (Local(is_admitted=False, is_off=True), set(), set()),
        (Local(is_admitted=False, is_off=True), {Mark.OFF}, {Mark.OFF}),
    ],
)
def test_a_lease_says_whether_a_person_has_stopped_its_bot(
    local: Local, before: set[Mark], after: set[Mark]
) -> None:
    situation = _situation(1, 0, local={"key-0": local})
    assert marks_of(situation, "key-0", _lease(_HERE, frozenset(before))) == after


def test_a_stop_of_the_host_is_no_wish_to_stop_its_bots() -> None:
    off = {"key-0": Local(is_admitted=True, is_off=True)}
    situation = _situation(1, 0, local=off, is_leaving=True)
    assert marks_of(situation, "key-0", _lease(_HERE)) == NO_MARKS


def test_hosts_that_drain_take_nothing() -> None:
    members = [_member("here"), _member("there", is_draining=True)]
    situation = _situation(3, 3, members=members)
    assert [seat.host for seat in seats_of(situation)] == ["here"]
    own = replace(situation, is_draining=True, members=[_member("here")])
    assert seats_of(own) == []
    # With nobody to take them they stay.
    assert new_moves(own, targets_of(own)) == {}


def test_a_move_has_arrived_when_its_users_are_served() -> None:
    situation = _situation(0, 1)
    assert not has_arrived(situation, "key-0", "there")
    served = [_member("there", units=("bot-0",))]
    assert has_arrived(replace(situation, members=served), "key-0", "there")
    off = {"key-0": _lease(_THERE, frozenset({Mark.OFF}))}
    assert has_arrived(replace(situation, leases=off), "key-0", "there")
    assert has_arrived(replace(situation, members=[]), "key-0", "there")
    # Its token was removed, or another host has taken it.
    assert has_arrived(replace(situation, units={}), "key-0", "there")
    elsewhere = {"key-0": _lease(Session("moon", "1"))}
    assert has_arrived(replace(situation, leases=elsewhere), "key-0", "there")


def test_where_a_bot_is_or_why_it_is_nowhere_is_told() -> None:
    units = {"key-0": Unit("bot-0", "key-0", pin="gpu")}
    situation = _situation(0, 1)
    assert absence_of(situation, "key-0", {}, True) == ("there", "")
    alone = replace(situation, units=units, leases={})
    pinned = "waits for a host with the label gpu (CLUSTER_PIN)"
    assert absence_of(alone, "key-0", {}, True) == ("", pinned)
    plain, target = replace(alone, units=_UNITS), {"key-0": "here"}
    nowhere = "waits for a host that takes bots"
    assert absence_of(plain, "key-0", {}, True) == ("", nowhere)
    early = "waits until leases of before have ended"
    assert absence_of(plain, "key-0", target, False) == ("", early)
    assert absence_of(plain, "key-0", target, True) == ("", "waits for here")
