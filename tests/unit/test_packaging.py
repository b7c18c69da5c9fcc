"""What service managers are told fits what the program does."""

import re
from configparser import ConfigParser
from pathlib import Path

import pytest

from coderbot.config.settings import Settings
from coderbot.errors import ExitCode
from coderbot.supervisor.fleetstop import stop_bound_s
from coderbot.supervisor.spec import RestartPolicy

ROOT = Path(__file__).parents[2]
STOP_BOUND_S = stop_bound_s(RestartPolicy(stop_timeout_s=Settings().stop_timeout_s))
DEPLOY = (ROOT / "docs" / "deploy.md").read_text()


class _Unit(ConfigParser):
    def optionxform(self, optionstr: str) -> str:
        return optionstr


@pytest.fixture
def unit() -> ConfigParser:
    parser = _Unit(strict=False, interpolation=None)
    parser.read(ROOT / "packaging" / "systemd" / "coderbot.service")
    return parser


def number(pattern: str, file: str) -> float:
    """Return the one number that `pattern` finds in a file."""
    (found,) = re.findall(pattern, (ROOT / file).read_text())
    return float(found)


def test_systemd(unit: ConfigParser) -> None:
    service = unit["Service"]
    assert service["Type"] == "notify"
    assert float(service["TimeoutStopSec"]) > STOP_BOUND_S
    assert int(service["RestartPreventExitStatus"]) == ExitCode.CONFIG
    assert service["KillMode"] == "mixed"
    assert service["ExecStart"].endswith("coderbot --headless")
    assert 0 < float(service["WatchdogSec"]) <= 60


def test_pm2() -> None:
    file = "ecosystem.config.cjs"
    # PM2 waits for the last lines too.
    assert number(r"kill_timeout: (\d+)", file) / 1000 >= STOP_BOUND_S + 2
    assert number(r"stop_exit_codes: \[(\d+)\]", file) == ExitCode.CONFIG
    assert number(r"instances: (\d+)", file) == 1
    assert not re.search(
        r"^\s*(time|log_date_format):", (ROOT / file).read_text(), re.M
    )


def test_docker() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    last = {line.split()[0]: line for line in lines if line[:1].isupper()}
    assert last["USER"] == "USER coderbot"
    assert last["STOPSIGNAL"] == "STOPSIGNAL SIGTERM"
    assert last["ENTRYPOINT"] == 'ENTRYPOINT ["coderbot"]'
    assert last["CMD"] == 'CMD ["--headless"]'
    assert '    CMD ["coderbot", "status"]' in lines
    assert number(r"stop_grace_period: (\d+)s", "compose.yaml") > STOP_BOUND_S
    # Each file that is copied is let through, and nothing else.
    ignore = (ROOT / ".dockerignore").read_text().splitlines()
    assert ignore[1] == "*"
    allowed = {line[1:] for line in ignore if line.startswith("!")}
    copied = [line.split()[1:-1] for line in lines if line.startswith("COPY p")]
    copied += [line.split()[1:-1] for line in lines if line.startswith("COPY coderbot")]
    assert {name for names in copied for name in names} == allowed
    assert all((ROOT / name).exists() for name in allowed)


@pytest.mark.parametrize("code", [ExitCode.OK, ExitCode.CONFIG, ExitCode.INTERNAL])
def test_the_page_names_the_exit_codes(code: ExitCode) -> None:
    assert f"| {int(code)} |" in DEPLOY
