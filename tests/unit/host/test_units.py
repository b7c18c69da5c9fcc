"""What is shared among hosts."""

from dataclasses import replace

from coderbot.host.units import units_of
from coderbot.supervisor.spec import WorkerSpec
from tests.fakes.sandbox import make_token

API = "http://127.0.0.1:1/bot"


def test_workers_of_one_bot_are_a_group() -> None:
    receiver = WorkerSpec(0, make_token(1), ("true",), {}, replicas=2)
    specs = [
        receiver,
        *(replace(receiver, replica=number) for number in range(2)),
        WorkerSpec(1, make_token(2), ("true",), {}),
    ]
    units = units_of(specs, API, {"bot-0": "gpu"}).values()
    assert [(unit.name, unit.group, unit.pin) for unit in units] == [
        ("bot-0", "", "gpu"),
        ("bot-0.0", "bot-0", "gpu"),
        ("bot-0.1", "bot-0", "gpu"),
        ("bot-1", "", ""),
    ]
