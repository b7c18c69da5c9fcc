"""The metrics, their page and their dashboard say the same."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from coderbot.httpmessage import RefusedError, requested_path
from coderbot.supervisor.causes import cause_of_exit
from coderbot.supervisor.clusterview import ClusterSnapshot, HostSnapshot
from coderbot.supervisor.events import BotSnapshot
from coderbot.supervisor.gauges import GAUGES, Facts, render_page
from coderbot.supervisor.state import After, BotMachine, BotState

DOCS = Path(__file__).parents[3] / "docs"
NAMES = {each.name for each in GAUGES}

FULL = BotSnapshot(
    "bot-0",
    0,
    BotState.BACKOFF,
    username="anna_bot",
    uptime_s=1,
    next_start_in_s=2,
    rss_bytes=3,
    poll_age_s=4,
    loop_lag_ms=5,
    cpu_percent=50,
    exits=(("exit 1", 2),),
    host="alpha",
)
CLUSTER = ClusterSnapshot(
    "alpha",
    (HostSnapshot("alpha", "here", ("bot-0",)), HostSnapshot("beta", "gone")),
    round_trip_ms=2.0,
    leases=1,
)
FACTS = Facts("1.2", 60, 1000, True, [FULL], {"parent": (5, 1)}, CLUSTER)


def test_the_page_is_the_one_that_the_code_makes() -> None:
    assert (DOCS / "reference" / "metrics.md").read_text() == render_page()


def test_the_dashboard_shows_each_metric_and_no_other() -> None:
    dashboard = json.loads((DOCS / "grafana-dashboard.json").read_text())
    expressions = [
        target["expr"] for panel in dashboard["panels"] for target in panel["targets"]
    ]
    assert set(re.findall(r"coderbot_\w+", " ".join(expressions))) == NAMES
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("gauge", GAUGES, ids=lambda each: each.name)
def test_each_metric_has_the_labels_that_it_names(gauge: object) -> None:
    (found,) = [each for each in GAUGES if each is gauge]
    samples = list(found.read(FACTS))
    assert samples
    assert all(tuple(labels) == found.labels for labels, _ in samples)
    assert found.name.endswith("_total") == (found.kind == "counter")
    assert len([each for each in GAUGES if each.name == found.name]) == 1


def test_a_bot_is_in_one_state() -> None:
    (states,) = [each for each in GAUGES if each.name == "coderbot_bot_state"]
    on = [labels["state"] for labels, value in states.read(FACTS) if value == 1]
    assert on == ["backoff"]


@pytest.mark.parametrize(
    ("machine", "returncode", "wanted"),
    [
        (BotMachine(state=BotState.RUNNING), 1, "exit 1"),
        (BotMachine(state=BotState.STARTING), -9, "SIGKILL"),
        (BotMachine(state=BotState.STOPPING), 0, "asked"),
        (BotMachine(state=BotState.STOPPING, after=After.RESTART), -9, "asked"),
        (BotMachine(state=BotState.STOPPING, after=After.CRASH), -9, "not ready"),
    ],
)
def test_the_cause_of_an_exit(
    machine: BotMachine, returncode: int, wanted: str
) -> None:
    assert cause_of_exit(machine, returncode) == wanted


def head(first: str, *headers: str) -> bytes:
    return "\r\n".join([first, *headers, "", ""]).encode("utf-8")


@pytest.mark.parametrize(
    "host", ["127.0.0.1:9464", "localhost:1", "LOCALHOST", "[::1]:80", "[::1]"]
)
def test_a_request_for_this_machine(host: str) -> None:
    found = requested_path(head("GET /metrics?x=1 HTTP/1.1", f"Host: {host}"))
    assert found == "/metrics"


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (head("GET / HTTP/1.1"), 403),
        (head("GET / HTTP/1.1", "Host: evil.example"), 403),
        (head("GET / HTTP/1.1", "Host: 127.0.0.1.evil.example:80"), 403),
        (head("GET / HTTP/1.1", "Host: localhost", "Host: evil"), 403),
        (head("GET / HTTP/1.1", "Host: localhost:80:80"), 403),
        (head("POST / HTTP/1.1", "Host: localhost"), 405),
        (head("GET /", "Host: localhost"), 400),
        (head("GET  / HTTP/1.1", "Host: localhost"), 400),
        (head("GET / HTTP/3", "Host: localhost"), 400),
        (head("GÉT / HTTP/1.1", "Host: localhost"), 400),
        (b"\r\n\r\n", 400),
        (b"\x16\x03\x01\r\n\r\n", 400),
    ],
)
def test_a_request_that_is_refused(data: bytes, status: int) -> None:
    with pytest.raises(RefusedError) as caught:
        requested_path(data)
    assert caught.value.status == status


def test_hosts_are_told_of_where_several_share_the_bots() -> None:
    def read(name: str, facts: Facts) -> list[tuple[dict[str, str], float]]:
        (found,) = [each for each in GAUGES if each.name == f"coderbot_cluster_{name}"]
        return list(found.read(facts))

    assert read("host_up", FACTS) == [({"host": "alpha"}, 1), ({"host": "beta"}, 0)]
    assert read("host_bots", FACTS)[0] == ({"host": "alpha"}, 1)
    assert read("redis_round_trip_seconds", FACTS) == [({}, 0.002)]
    lost = replace(FACTS, cluster=replace(CLUSTER, trouble="Redis is lost"))
    assert read("redis_up", FACTS) == [({}, 1)]
    assert read("redis_up", lost) == [({}, 0)]
    alone = replace(FACTS, cluster=None)
    assert not [
        each for each in GAUGES if "cluster" in each.name and list(each.read(alone))
    ]
