"""What goes next, and when: the clocks of chats and the order in them."""

import itertools

import pytest

from coderbot.botprocess.telegram.pace import Priority
from coderbot.botprocess.telegram.schedule import (
    MAX_IN_ALL,
    MAX_IN_CHAT,
    Errand,
    Schedule,
)

ANNA, BEN, GROUP = 1001, 1002, -100


async def nothing() -> None:
    """Stand for a call."""


def errand(
    chat: int | None = ANNA,
    priority: Priority = Priority.REPLY,
    messages: int = 1,
    key: object = None,
) -> Errand:
    return Errand(chat, priority, nothing, messages, key)


class Run:
    """A schedule whose errands take no time, and what it let go when."""

    def __init__(self) -> None:
        self.schedule = Schedule(0.0)
        self.now = 0.0

    def add(self, *errands: Errand) -> list[Errand]:
        dropped = [self.schedule.add(each, self.now) for each in errands]
        return [each for each in dropped if each is not None]

    def until_empty(self) -> list[tuple[float, Errand]]:
        gone = []
        while len(self.schedule):
            one = self.schedule.take(self.now)
            if one is not None:
                gone.append((self.now, one))
                self.schedule.finish(one, self.now)
                continue
            wait_s = self.schedule.wait_s(self.now)
            assert wait_s is not None
            assert wait_s > 0
            self.now += wait_s
        return gone


@pytest.fixture
def run() -> Run:
    return Run()


def most_within(times: list[float], seconds: float) -> int:
    """Return how many fall into the fullest window."""
    return max(sum(t <= other < t + seconds for other in times) for t in times)


@pytest.mark.parametrize(
    ("chat", "count", "seconds", "most"),
    [
        (ANNA, 30, 1.0, 3),  # a short burst, ...
        (ANNA, 70, 60.0, 58),  # ... then less than one a second
        (GROUP, 60, 60.0, 20),
    ],
)
def test_a_chat_takes_only_so_much(
    run: Run, chat: int, count: int, seconds: float, most: int
) -> None:
    if count > MAX_IN_CHAT:
        times = []
        for _ in range(2):
            run.add(*(errand(chat) for _ in range(count // 2)))
            times += [at for at, _ in run.until_empty()]
    else:
        run.add(*(errand(chat) for _ in range(count)))
        times = [at for at, _ in run.until_empty()]
    assert len(times) == count
    assert most_within(times, seconds) <= most


def test_all_chats_together_take_only_so_much(run: Run) -> None:
    run.add(*(errand(chat) for chat in range(1, 200)))
    times = [at for at, _ in run.until_empty()]
    assert most_within(times, 0.001) == 25
    assert most_within(times, 1.0) <= 51
    assert times[-1] == pytest.approx((199 - 25) / 25)


@pytest.mark.parametrize(("chat", "gap_s"), [(ANNA, 2.0), (GROUP, 4.0)])
def test_screens_go_at_once_after_a_quiet_while_and_are_paced_then(
    run: Run, chat: int, gap_s: float
) -> None:
    run.add(*(errand(chat, Priority.SCREEN) for _ in range(8)))
    times = [at for at, _ in run.until_empty()]
    assert times[:2] == [0, 0]
    gaps = [b - a for a, b in itertools.pairwise(times[1:])]
    assert gaps == pytest.approx([gap_s] * 6, abs=0.01)


@pytest.mark.parametrize("chat", [ANNA, GROUP])
def test_screens_leave_room_for_a_reply(run: Run, chat: int) -> None:
    run.add(*(errand(chat, Priority.SCREEN) for _ in range(8)))
    run.until_empty()
    run.add(errand(chat))
    assert run.schedule.take(run.now) is not None


def test_the_more_important_goes_first_and_equals_in_order(run: Run) -> None:
    order = [
        Priority.FILE,
        Priority.SCREEN,
        Priority.REPLY,
        Priority.TIDY,
        Priority.DELETE,
        Priority.ALERT,
        Priority.REPLY,
    ]
    errands = [errand(priority=each) for each in order]
    run.schedule.hold(ANNA, 5.0, 0.0)
    run.add(*errands)
    gone = [one for _, one in run.until_empty()]
    assert [one.priority for one in gone if one.priority != Priority.DELETE] == [
        Priority.ALERT,
        Priority.REPLY,
        Priority.REPLY,
        Priority.SCREEN,
        Priority.FILE,
        Priority.TIDY,
    ]
    replies = [one for one in gone if one.priority is Priority.REPLY]
    assert replies == [errands[2], errands[6]]


def test_a_deletion_does_not_wait_for_the_budget_of_messages(run: Run) -> None:
    run.add(*(errand() for _ in range(5)))
    run.add(errand(priority=Priority.DELETE, messages=0))
    gone = [one.priority for at, one in run.until_empty() if at == 0]
    assert gone == [Priority.REPLY] * 3 + [Priority.DELETE]


def test_a_chat_that_is_held_holds_up_nobody_else(run: Run) -> None:
    run.schedule.hold(ANNA, 300.0, 0.0)
    run.add(errand(ANNA, Priority.ALERT), errand(BEN, Priority.FILE))
    times = {one.chat: at for at, one in run.until_empty()}
    assert times == {BEN: 0.0, ANNA: 300.0}


def test_one_at_a_time_in_a_chat_but_not_in_all(run: Run) -> None:
    run.add(errand(ANNA), errand(ANNA), errand(BEN), errand(None), errand(None))
    taken = []
    while (one := run.schedule.take(0.0)) is not None:
        taken.append(one.chat)
    assert sorted(taken, key=str) == [ANNA, BEN, None, None]
    assert run.schedule.wait_s(0.0) is None


def test_what_is_put_back_goes_before_later_ones(run: Run) -> None:
    first, second = errand(), errand()
    run.add(first, second)
    taken = run.schedule.take(0.0)
    assert taken is first
    run.schedule.put_back(first, 0.0)
    run.schedule.finish(first, 0.0)
    assert [one for _, one in run.until_empty()] == [first, second]


def test_a_newer_edit_takes_the_place_of_the_older(run: Run) -> None:
    run.schedule.hold(ANNA, 1.0, 0.0)
    edit = errand(priority=Priority.SCREEN, key=7)
    run.add(edit, errand(priority=Priority.DELETE))
    assert run.schedule.waiting(ANNA, 7) is edit
    assert run.schedule.waiting(ANNA, 8) is None
    assert run.schedule.waiting(BEN, 7) is None
    assert run.schedule.waiting(ANNA, None) is None

    async def newer() -> None:
        """Stand for the newer call."""

    run.schedule.replace(edit, newer, Priority.REPLY)
    gone = [one for _, one in run.until_empty()]
    assert gone[0] is edit
    assert edit.call is newer


def test_the_least_important_is_dropped_when_too_much_waits(run: Run) -> None:
    run.schedule.hold(ANNA, 1.0, 0.0)
    files = [errand(priority=Priority.FILE) for _ in range(MAX_IN_CHAT)]
    assert run.add(*files) == []
    alert = errand(priority=Priority.ALERT)
    assert run.add(alert) == [files[-1]]
    late = errand(priority=Priority.TIDY)
    assert run.add(late) == [late]
    assert len(run.schedule) == MAX_IN_CHAT
    assert run.add(errand(BEN)) == []


def test_drop_takes_out_what_is_no_more_important(run: Run) -> None:
    run.schedule.hold(ANNA, 1.0, 0.0)
    run.add(*(errand(priority=each) for each in Priority))
    dropped = [one.priority for one in run.schedule.drop(Priority.SCREEN)]
    assert dropped == [Priority.SCREEN, Priority.FILE, Priority.TIDY]
    assert len(run.schedule) == 3


def test_at_the_end_only_the_word_of_telegram_counts(run: Run) -> None:
    run.schedule.hold(BEN, 3.0, 0.0)
    run.add(*(errand() for _ in range(9)), errand(BEN))
    run.schedule.hurry()
    assert [at for at, _ in run.until_empty()] == [0.0] * 9 + [3.0]


def test_pause_tells_how_long_a_screen_would_wait(run: Run) -> None:
    assert run.schedule.pause_s(ANNA, Priority.SCREEN, 0.0) == 0
    run.add(*(errand(priority=Priority.SCREEN) for _ in range(2)))
    run.until_empty()
    assert run.schedule.pause_s(ANNA, Priority.SCREEN, 0.0) == 2.0
    assert run.schedule.pause_s(ANNA, Priority.REPLY, 0.0) == 0


def test_rested_chats_are_forgotten(run: Run) -> None:
    run.add(*(errand(chat) for chat in range(1, 9)))
    run.until_empty()
    run.now = 100.0
    run.add(errand(9))
    run.until_empty()
    assert set(run.schedule._lanes) == {9}


def test_the_pause_of_a_chat_is_that_of_its_clock() -> None:
    run = Run()
    assert run.schedule.pause_s(ANNA, Priority.REPLY, run.now) == 0
    run.add(*(errand() for _ in range(3)))
    run.until_empty()
    waits_s = run.schedule.pause_s(ANNA, Priority.REPLY, run.now)
    assert 0 < waits_s < 2
    assert run.schedule.pause_s(ANNA, Priority.FILE, run.now) > waits_s
    assert run.schedule.pause_s(BEN, Priority.REPLY, run.now) == 0
    assert run.schedule.pause_s(ANNA, Priority.REPLY, run.now + waits_s) == 0


def test_what_is_dropped_comes_from_every_chat_and_waits_no_more() -> None:
    run = Run()
    files = [errand(chat, Priority.FILE) for chat in (ANNA, BEN, GROUP)]
    reply = errand(BEN, Priority.REPLY)
    run.add(*files, reply)
    assert run.schedule.drop(Priority.FILE) == files
    assert [gone for _, gone in run.until_empty()] == [reply]


def test_what_is_under_way_still_counts() -> None:
    run = Run()
    run.add(errand(), errand())
    going = run.schedule.take(run.now)
    assert going is not None
    assert len(run.schedule) == 2
    run.schedule.finish(going, run.now)
    assert len(run.schedule) == 1


def test_each_chat_may_fill_its_share_until_all_is_full(run: Run) -> None:
    chats = range(1, MAX_IN_ALL // MAX_IN_CHAT + 1)
    everything = [errand(chat) for chat in chats for _ in range(MAX_IN_CHAT)]
    assert run.add(*everything) == []
    late = errand(GROUP)
    assert run.add(late) == [late]
    assert len(run.schedule) == MAX_IN_ALL


def test_an_album_counts_as_all_its_messages(run: Run) -> None:
    albums = [errand(chat, Priority.FILE, messages=10) for chat in range(1, 5)]
    run.add(*albums)
    times = [at for at, _ in run.until_empty()]
    # Of 25 at once for all chats, the third goes beyond and the fourth has to wait.
    assert times[:3] == [0.0, 0.0, 0.0]
    assert times[3] == pytest.approx(6 / 25)
    # Of 3 at once for its chat, so that its next message waits for 8.
    assert run.schedule.pause_s(1, Priority.REPLY, 0.0) == pytest.approx(8 / 0.9)


def test_a_hold_ends_at_its_time_whatever_the_clock_says(run: Run) -> None:
    run.schedule.hold(ANNA, 110.0, 100.0)
    run.schedule.add(errand(), 100.0)
    assert run.schedule.wait_s(100.0) == 10.0
    run.schedule.hurry()
    assert run.schedule.wait_s(104.0) == 6.0


def test_of_what_is_dropped_nothing_is_waited_for(run: Run) -> None:
    run.add(errand(priority=Priority.FILE))
    run.schedule.drop(Priority.FILE)
    assert run.schedule.wait_s(run.now) is None
    assert run.schedule.take(run.now) is None


def test_what_belongs_to_no_chat_is_counted_one_by_one(run: Run) -> None:
    run.add(errand(None), errand(None))
    first, second = run.schedule.take(run.now), run.schedule.take(run.now)
    assert first is not None
    assert second is not None
    run.schedule.finish(first, run.now)
    assert len(run.schedule) == 1


def test_an_errand_knows_since_when_it_waits(run: Run) -> None:
    one = errand()
    run.schedule.add(one, 7.0)
    assert one.since == 7.0
    assert run.schedule.take(7.0) is one
    run.schedule.put_back(one, 9.0)
    assert one.since == 9.0


def test_a_chat_is_forgotten_only_when_its_screens_have_rested_too(run: Run) -> None:
    run.add(*(errand(priority=Priority.SCREEN) for _ in range(2)))
    run.until_empty()
    # By now the next three messages could go at once, but not the next two screens.
    run.now = 3.5
    run.add(errand(BEN))
    run.until_empty()
    run.add(*(errand(priority=Priority.SCREEN) for _ in range(2)))
    assert [at for at, _ in run.until_empty()] == [3.5, 4.0]


def test_a_clock_shared_with_others_is_asked_instead_of_an_own_one() -> None:
    class Closed:
        def wait_s(self, now: float) -> float:
            return 5.0

        def take(self, now: float, count: int = 1) -> None:
            raise AssertionError("nothing may go")

    schedule = Schedule(0.0, Closed())
    schedule.add(errand(), 0.0)
    assert schedule.take(0.0) is None
    assert schedule.wait_s(0.0) == 5.0
