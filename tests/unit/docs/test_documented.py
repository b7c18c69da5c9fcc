"""Everything that people can set, send, type, press or read is documented."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator

import click
import msgspec
import pytest
from textual.binding import Binding
from textual.dom import DOMNode

import coderbot.tui
from coderbot import wire
from coderbot.cli import main, main_tui
from coderbot.commands.statusjson import BotStatus, StatusDocument, SupervisorStatus
from coderbot.config.settings import OWN_VARIABLES, variables
from coderbot.config.variable import Variable
from coderbot.controlbot.commands import COMMANDS as CONTROL_COMMANDS
from coderbot.errors import ExitCode
from coderbot.sandbox.__main__ import main as sandbox
from coderbot.supervisor import controlwire
from coderbot.supervisor.gauges import GAUGES
from coderbot.tui.keys import shown
from coderbot.worker.telegram.commands import COMMANDS
from scripts.reference.pages import PAGES as MADE
from tests.unit.docs.pages import PAGES, ROOT, page, unescaped

EVERYTHING = "\n".join(PAGES.values())
BETWEEN_PROCESSES = {"BOT_ID", "CODERBOT_ENV_FILE", "CODERBOT_LEASED"}
"""Variables that the parent sets for its children and nobody else."""


@pytest.mark.parametrize("name", MADE)
def test_pages_that_are_made_are_up_to_date(name: str) -> None:
    assert (ROOT / name).read_text() == MADE[name](), "write it anew: make reference"


@pytest.mark.parametrize(
    "variable", [v for _, v, _ in variables()], ids=lambda v: v.name
)
def test_each_setting(variable: Variable) -> None:
    rows = page("reference/settings.md").splitlines()
    (row,) = [row for row in rows if row.startswith(f"| `{variable.name}`")]
    assert variable.meaning in unescaped(row)
    assert variable.unit, "what is it measured in?"
    assert ("🔒" in row) == variable.secret


@pytest.mark.parametrize("name", sorted(OWN_VARIABLES - BETWEEN_PROCESSES))
def test_each_variable_that_is_looked_at(name: str) -> None:
    assert f"`{name}" in EVERYTHING


@pytest.mark.parametrize("command", COMMANDS, ids=lambda each: each.name)
def test_each_command_in_chat(command: object) -> None:
    (found,) = [each for each in COMMANDS if each is command]
    text = unescaped(page("reference/commands.md"))
    assert f"| `{found.form}`" in text
    assert f"| {found.help} |" in text
    assert all(f"`/{alias}`" in text for alias in found.aliases)


@pytest.mark.parametrize("command", CONTROL_COMMANDS, ids=lambda each: each.name)
def test_each_command_of_the_control_bot(command: object) -> None:
    (found,) = [each for each in CONTROL_COMMANDS if each is command]
    text = unescaped(page("reference/control-bot.md"))
    assert f"| `{found.form}`" in text
    assert f"| {found.help} |" in text
    assert all(f"`/{alias}`" in text for alias in found.aliases)


def typed(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    """Yield every command that can be typed."""
    yield name, command
    if isinstance(command, click.Group):
        for below, each in command.commands.items():
            yield from typed(f"{name} {below}", each)


PROGRAMS = {
    **dict(typed("coderbot", main)),
    "coderbot-tui": main_tui,
    "coderbot sandbox": sandbox,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_each_command_of_a_shell_with_its_options(name: str) -> None:
    _, _, rest = page("reference/cli.md").partition(f"\n## {name}\n")
    section = unescaped(rest.partition("\n## ")[0])
    assert f"\n{name}" in section
    for parameter in PROGRAMS[name].params:
        if isinstance(parameter, click.Option):
            assert all(option in section for option in parameter.opts), parameter.opts
            assert parameter.help, f"{parameter.opts} has no words"


def bindings() -> Iterator[Binding]:
    """Yield every binding of every screen and widget that is ours."""
    for module in pkgutil.walk_packages(coderbot.tui.__path__, "coderbot.tui."):
        for _, kind in inspect.getmembers(importlib.import_module(module.name)):
            ours = inspect.isclass(kind) and kind.__module__ == module.name
            if ours and issubclass(kind, DOMNode) and "BINDINGS" in vars(kind):
                for each in kind.BINDINGS:
                    assert isinstance(each, Binding), f"{each} has no name and no words"
                    yield each


ALL_BINDINGS = {each.id: each for each in bindings()}


@pytest.mark.parametrize("name", sorted(map(str, ALL_BINDINGS)))
def test_each_key_of_the_dashboard(name: str) -> None:
    binding = ALL_BINDINGS[name]
    keys = " ".join(f"`{key}`" for key in shown(binding).split("  "))
    row = f"| {keys} | {binding.description} | {binding.tooltip} |"
    assert row in unescaped(page("reference/keys.md"))


def test_the_keys_are_those_of_the_screens() -> None:
    assert len(ALL_BINDINGS) > 60
    assert {"bot.restart", "log.search", "choice.toggle"} <= set(ALL_BINDINGS)


@pytest.mark.parametrize("gauge", GAUGES, ids=lambda each: each.name)
def test_each_metric(gauge: object) -> None:
    (found,) = [each for each in GAUGES if each is gauge]
    text = page("reference/metrics.md")
    assert f"| `{found.name}` | {found.kind} |" in text
    assert found.meaning in text


FRAMES = [
    kind
    for module in (wire, controlwire)
    for kind in vars(module).values()
    if inspect.isclass(kind)
    and issubclass(kind, wire.Frame)
    and kind is not wire.Frame
    and kind.__module__ == module.__name__
]


@pytest.mark.parametrize("kind", FRAMES, ids=lambda each: each.__name__)
def test_each_frame_with_its_fields(kind: type[wire.Frame]) -> None:
    tag = str(kind.__struct_config__.tag)
    _, *rest = page("reference/frames.md").split(f"\n### {tag}\n")
    sections = [each.partition("\n##")[0] for each in rest]
    assert any(
        all(f"| `{name}` |" in section for name in kind.__struct_fields__)
        for section in sections
    )


@pytest.mark.parametrize(
    "kind", [StatusDocument, SupervisorStatus, BotStatus, wire.Counters]
)
def test_each_field_of_the_status_document(kind: type[msgspec.Struct]) -> None:
    _, _, rest = page("reference/status-json.md").partition(f"\n## {kind.__name__}\n")
    section = rest.partition("\n## ")[0]
    assert all(f"| `{name}` |" in section for name in kind.__struct_fields__)
    assert "|  |" not in section, "what does it mean?"


@pytest.mark.parametrize("code", list(ExitCode.__members__))
def test_each_exit_code(code: str) -> None:
    rows = page("reference/exit-codes.md").splitlines()
    (row,) = [row for row in rows if f"| `{code}` |" in row]
    assert row.startswith(f"| {int(ExitCode[code])} |")
    assert not row.endswith("|  |")
