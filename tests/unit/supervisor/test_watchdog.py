"""When the watchdog asks, when it ends a worker, and when it forgives."""

import pytest

from coderbot.supervisor.pulse import Pulse
from coderbot.supervisor.spec import RestartPolicy
from coderbot.supervisor.startqueue import StartQueue
from coderbot.supervisor.state import Unfit
from coderbot.supervisor.watchdog import HANG_GRACE_S, Watchdog
from tests.fakes.clock import FakeClock

UNFIT = Unfit("hung: no heartbeat for 30 s", HANG_GRACE_S)


class Patient:
    """A runner, as the watchdog sees it."""

    def __init__(self, heard_at: float | None = 0.0) -> None:
        self.pulse: Pulse | None = Pulse()
        if heard_at is not None:
            self.pulse.beat(heard_at)
        self.pings = 0
        self.deaf = 0.0
        self.ended: list[Unfit] = []

    def deaf_s(self, now: float) -> float:
        return self.deaf

    def post(self, event: Unfit) -> None:
        self.ended.append(event)
        self.pulse, self.deaf = None, 0

    def ping(self) -> None:
        self.pings += 1

    def end_hung(self, unfit: Unfit) -> None:
        self.ended.append(unfit)
        self.pulse = None


def look(
    *patients: Patient, now: float, slept: bool = False, limit_s: float = 30
) -> None:
    policy, clock = RestartPolicy(hang_timeout_s=limit_s), FakeClock()
    dog = Watchdog(clock, policy, patients, StartQueue(1, clock, 15))
    dog.look(now, slept=slept)


@pytest.mark.parametrize(
    ("now", "pings", "ended"),
    [(14.9, 0, []), (15, 1, []), (29.9, 1, []), (30, 0, [UNFIT]), (99, 0, [UNFIT])],
)
def test_silence_is_asked_about_and_then_ended(
    now: float, pings: int, ended: list[Unfit]
) -> None:
    patient = Patient()
    look(patient, now=now)
    assert (patient.pings, patient.ended) == (pings, ended)


def test_who_was_never_heard_is_still_booting() -> None:
    patient = Patient(heard_at=None)
    look(patient, now=1_000)
    assert (patient.pings, patient.ended) == (0, [])


def test_who_is_not_to_be_heard_is_left_alone() -> None:
    patient = Patient()
    patient.pulse = None
    look(patient, now=1_000)
    assert (patient.pings, patient.ended) == (0, [])


def test_after_a_sleep_of_this_process_all_begin_anew() -> None:
    patient, booting = Patient(), Patient(heard_at=None)
    look(patient, booting, now=1_000, slept=True)
    assert patient.ended == []
    look(patient, booting, now=1_029)
    assert patient.ended == []
    look(patient, booting, now=1_030)
    assert patient.ended == [UNFIT]
    assert booting.ended == []


def test_one_that_hangs_does_not_hide_the_next() -> None:
    patients = Patient(), Patient(heard_at=29), Patient()
    look(*patients, now=31)
    assert [len(each.ended) for each in patients] == [1, 0, 1]


def test_who_is_deaf_may_end_in_good_order() -> None:
    well, deaf = Patient(), Patient()
    well.deaf, deaf.deaf = 179.9, 180
    look(well, deaf, now=1)
    assert well.ended == []
    assert deaf.ended == [Unfit("deaf: no getUpdates for 180 s", 10)]


def test_who_hangs_is_not_deaf_as_well() -> None:
    patient = Patient()
    patient.deaf = 500
    look(patient, now=30)
    assert patient.ended == [UNFIT]


def test_without_a_limit_nobody_is_watched() -> None:
    patient = Patient()
    look(patient, now=1_000, limit_s=0)
    assert (patient.pings, patient.ended) == (0, [])
