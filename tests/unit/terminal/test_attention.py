"""When a terminal calls its user, on a time line made by hand."""

from dataclasses import replace

import pytest

from coderbot.worker.terminal.attention import Alert, Attention, Glance, Reason
from coderbot.worker.terminal.effects import ProgressState


class Story:
    """A terminal whose state is changed by hand; time goes in steps of 0.25 s."""

    def __init__(self, at_shell: bool = False, reads_keys: bool = True) -> None:
        self.now = Glance(
            at=100.0,
            revision=0,
            inputs=0,
            input_at=0.0,
            at_shell=at_shell,
            reads_keys=reads_keys,
        )
        self.attention = Attention(self.now)
        self.asks = False
        self.alerts: list[tuple[float, Alert]] = []

    def wait(self, seconds: float, busy: bool = False) -> None:
        """Let time pass; a busy program writes all the while."""
        for _ in range(round(seconds * 4)):
            self.change(at=self.now.at + 0.25, revision=self.now.revision + busy)

    def type(self) -> None:
        self.change(inputs=self.now.inputs + 1, input_at=self.now.at)

    def ring(self) -> None:
        self.change(bells=self.now.bells + 1, revision=self.now.revision + 1)

    def notify(self) -> None:
        self.change(notices=self.now.notices + 1, revision=self.now.revision + 1)

    def change(self, **values: object) -> None:
        self.now = replace(self.now, **values)  # type: ignore[arg-type]
        alert = self.attention.look(self.now, lambda: self.asks)
        if alert is not None:
            self.alerts.append((self.now.at - 100, alert))

    @property
    def reasons(self) -> list[Reason]:
        return [alert.reason for _, alert in self.alerts]


@pytest.fixture
def agent() -> Story:
    """A program that reads keys."""
    return Story()


@pytest.fixture
def shell() -> Story:
    return Story(at_shell=True)


def test_busy_and_then_still_is_told_once(agent: Story) -> None:
    agent.type()
    agent.wait(20, busy=True)
    agent.wait(60)
    ((at, alert),) = agent.alerts
    assert alert.reason is Reason.STILL
    assert alert.took_s == pytest.approx(20, abs=0.5)
    assert at == pytest.approx(24, abs=0.5)


def test_what_does_not_take_long_is_not_told(agent: Story) -> None:
    for _ in range(5):
        agent.type()
        agent.wait(5, busy=True)
        agent.wait(10)
    assert agent.alerts == []


def test_each_stretch_of_work_is_told(agent: Story) -> None:
    for _ in range(3):
        agent.type()
        agent.wait(20, busy=True)
        agent.wait(30)
    assert agent.reasons == [Reason.STILL] * 3


def test_who_types_is_not_called(agent: Story) -> None:
    agent.type()
    agent.wait(20, busy=True)
    agent.type()
    agent.wait(30)
    assert agent.alerts == []


def test_output_now_and_then_is_no_work(agent: Story) -> None:
    for _ in range(10):
        agent.wait(0.25, busy=True)
        agent.wait(30)
    assert agent.alerts == []


def test_a_pause_of_a_program_that_reads_lines_means_nothing() -> None:
    build = Story(reads_keys=False)
    build.type()
    build.wait(20, busy=True)
    build.wait(30)
    assert build.alerts == []


def test_a_question_after_work_is_told() -> None:
    build = Story(reads_keys=False)
    build.type()
    build.wait(20, busy=True)
    build.asks = True
    build.wait(30)
    assert build.reasons == [Reason.ASKS]


def test_a_long_command_tells_its_time(shell: Story) -> None:
    shell.type()
    shell.change(at_shell=False, reads_keys=False)
    shell.wait(42)
    shell.change(at_shell=True, reads_keys=True, revision=5)
    shell.wait(30)
    ((_, alert),) = shell.alerts
    assert alert.reason is Reason.ENDED
    assert alert.took_s == pytest.approx(42, abs=0.3)


def test_a_short_command_does_not(shell: Story) -> None:
    shell.type()
    shell.change(at_shell=False, reads_keys=False)
    shell.wait(8)
    shell.change(at_shell=True, reads_keys=True, revision=5)
    shell.wait(30)
    assert shell.alerts == []


def test_a_command_that_was_interrupted_does_not(shell: Story) -> None:
    shell.type()
    shell.change(at_shell=False, reads_keys=False)
    shell.wait(42)
    shell.type()
    shell.change(at_shell=True, reads_keys=True, revision=5)
    shell.wait(30)
    assert shell.alerts == []


def test_bell_notification_and_stillness_are_one_event(agent: Story) -> None:
    agent.type()
    agent.wait(20, busy=True)
    agent.ring()
    agent.wait(0.5)
    agent.notify()
    agent.wait(60)
    assert agent.reasons == [Reason.NOTICE]


def test_a_bell_that_answers_a_key_is_not_told(agent: Story) -> None:
    agent.type()
    agent.ring()
    agent.wait(20)
    assert agent.alerts == []


def test_a_bell_without_end_is_told_now_and_then(agent: Story) -> None:
    for _ in range(60):
        agent.wait(1)
        agent.ring()
    assert 1 < len(agent.alerts) <= 5


def test_a_notification_is_told_also_to_who_has_typed(agent: Story) -> None:
    agent.type()
    agent.notify()
    agent.wait(2)
    assert agent.reasons == [Reason.NOTICE]


def test_a_second_notification_is_told_later(agent: Story) -> None:
    agent.notify()
    agent.wait(4)
    agent.notify()
    agent.wait(30)
    assert agent.reasons == [Reason.NOTICE] * 2
    assert agent.alerts[1][0] - agent.alerts[0][0] >= 15


@pytest.mark.parametrize(
    ("end", "seconds", "reasons"),
    [
        (ProgressState.NONE, 30, [Reason.PROGRESS]),
        (ProgressState.NONE, 5, []),
        (ProgressState.FAILED, 5, [Reason.FAILED]),
        (ProgressState.PAUSED, 30, []),
    ],
)
def test_progress(
    agent: Story, end: ProgressState, seconds: float, reasons: list[Reason]
) -> None:
    agent.change(progress=ProgressState.RUNNING)
    agent.wait(seconds)
    agent.change(progress=end)
    agent.wait(30)
    assert agent.reasons == reasons


def test_nothing_is_due_while_nothing_happens(agent: Story) -> None:
    assert agent.attention.due_s(agent.now.at) is None
    agent.wait(0.25, busy=True)
    assert agent.attention.due_s(agent.now.at) == 3
    agent.wait(4)
    assert agent.attention.due_s(agent.now.at) is None


def test_over_is_not_waiting() -> None:
    over = {reason for reason in Reason if not reason.is_waiting}
    assert over == {Reason.ENDED, Reason.PROGRESS}
