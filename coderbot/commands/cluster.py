"""`cluster`: several hosts that share the bots."""

import json
import secrets
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import click

from coderbot.commands.output import colour_wanted
from coderbot.commands.renderhosts import cluster_text, moves_text
from coderbot.commands.statusjson import cluster_json
from coderbot.control.call import Conversation
from coderbot.control.failures import ControlRefusedError
from coderbot.control.locate import control_path
from coderbot.control.naming import chosen
from coderbot.errors import CoderBotError, ExitCode
from coderbot.supervisor.clusterview import ClusterSnapshot
from coderbot.supervisor.controlwire import FleetStatus
from coderbot.supervisor.errors import NoClusterError
from coderbot.supervisor.state import BotState

_LOOK_AGAIN_S = 0.3
_Where = Mapping[str, Path | None]


def key() -> int:
    """Print a new key for CLUSTER_KEY; returns the exit code."""
    click.echo(secrets.token_urlsafe(32))
    return ExitCode.OK


def status(where: _Where, *, as_json: bool) -> int:
    """Print how all hosts stand; returns the exit code: 1 when one is not there."""
    with Conversation(control_path(**where)) as talk, talk.patience(10):
        cluster = _cluster(talk.status())
    if as_json:
        click.echo(json.dumps(cluster_json(cluster), indent=2))
    else:
        click.echo(cluster_text(cluster, colour_wanted()))
    is_whole = not cluster.trouble and all(host.is_alive for host in cluster.hosts)
    return ExitCode.OK if is_whole else ExitCode.REFUSED


def drain(where: _Where, host: str, *, on: bool, timeout_s: float) -> int:
    """Let a host give its bots away, or take some again; returns the exit code.

    Args:
        where: The supervisor that is asked.
        host: Name of the host.
        on: False: it takes bots again.
        timeout_s: How long to wait until it has none any more; 0: not at all.
    """
    with Conversation(control_path(**where)) as talk:
        talk.steer_cluster("drain" if on else "undrain", host=host)
        if not on:
            click.echo(f"{host} takes bots again")
            return ExitCode.OK
        if timeout_s:

            def is_empty() -> bool:
                found = _cluster(talk.status())
                return not any(each.bots for each in found.hosts if each.host == host)

            _wait(is_empty, timeout_s, f"{host} still has bots")
    click.echo(f"{host} has no bots" if timeout_s else f"{host} gives its bots away")
    return ExitCode.OK


def move(where: _Where, bot: str, host: str, *, timeout_s: float) -> int:
    """Bring a bot to a host; returns the exit code.

    Args:
        where: The supervisor that is asked.
        bot: As a person names it.
        host: Where it goes to.
        timeout_s: How long to wait until it runs there; 0: not at all.
    """
    with Conversation(control_path(**where)) as talk:
        (found,) = chosen([bot], talk.status().bots)
        talk.steer_cluster("move", host=host, bot=found.bot)
        if timeout_s:

            def is_there() -> bool:
                bots = talk.status().bots
                return any(
                    each.bot == found.bot
                    and each.host == host
                    and each.state is not BotState.STARTING
                    for each in bots
                )

            _wait(is_there, timeout_s, f"{found.bot} is not on {host} yet")
    click.echo(f"{found.bot} {'runs on' if timeout_s else 'goes to'} {host}")
    return ExitCode.OK


def rebalance(where: _Where, *, dry_run: bool) -> int:
    """Even the load out, and print the moves; returns the exit code."""
    with Conversation(control_path(**where)) as talk:
        moves = talk.rebalance(dry_run=dry_run)
    click.echo(moves_text(moves))
    return ExitCode.OK


def known_hosts(state_dir: Path | None, env_file: Path | None) -> list[str]:
    """Return the names to complete to; none when nobody answers."""
    try:
        with Conversation(control_path(state_dir, env_file), 0.5) as talk:
            cluster = talk.status().cluster
    except (CoderBotError, OSError):
        return []
    return [] if cluster is None else [host.host for host in cluster.alive]


def _cluster(found: FleetStatus) -> ClusterSnapshot:
    if found.cluster is None:
        raise NoClusterError
    return found.cluster


def _wait(is_so: Callable[[], bool], timeout_s: float, failure: str) -> None:
    """Return when something is so.

    Raises:
        ControlRefusedError: When it is not for so long.
    """
    deadline = time.monotonic() + timeout_s
    while not is_so():
        if time.monotonic() >= deadline:
            raise ControlRefusedError(
                f"{failure} after {timeout_s:g} s", "See `coderbot cluster status`."
            )
        time.sleep(_LOOK_AGAIN_S)
