"""`coderbot cluster` and its subcommands as click knows them."""

from pathlib import Path

import click

from coderbot.commands.options import complete_bot, exit_with, located


@click.group()
def cluster() -> None:
    """Several hosts that share the bots."""


@cluster.command("key")
def cluster_key() -> None:
    """Make a key for CLUSTER_KEY; all hosts need the same one."""

    def run() -> int:
        from coderbot.commands.cluster import key

        return key()

    exit_with(run)


def _complete_host(
    context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[str]:
    from coderbot.commands.cluster import known_hosts

    options = context.params
    names = known_hosts(options.get("state_dir"), options.get("env_file"))
    return [name for name in names if name.startswith(incomplete)]


_HOST = click.argument("host", shell_complete=_complete_host)
_PATIENCE = click.option(
    "--timeout",
    type=click.FloatRange(0, 86_400),
    default=120.0,
    show_default=True,
    help="Seconds to wait until it has been done; 0 does not wait.",
)


@cluster.command("status")
@click.option("--json", "as_json", is_flag=True, help="For programs; see the manual.")
@located
def cluster_status(as_json: bool, **where: Path | None) -> None:
    """Show how all hosts stand; the exit code is 1 when one is not there."""

    def run() -> int:
        from coderbot.commands.cluster import status

        return status(where, as_json=as_json)

    exit_with(run)


@cluster.command("drain")
@_HOST
@click.option("--undo", is_flag=True, help="Let it take bots again.")
@_PATIENCE
@located
def cluster_drain(host: str, undo: bool, timeout: float, **where: Path | None) -> None:
    """Let a host give all its bots away, busy ones too, and take none."""

    def run() -> int:
        from coderbot.commands.cluster import drain

        return drain(where, host, on=not undo, timeout_s=timeout)

    exit_with(run)


@cluster.command("move")
@click.argument("bot", shell_complete=complete_bot)
@_HOST
@_PATIENCE
@located
def cluster_move(bot: str, host: str, timeout: float, **where: Path | None) -> None:
    """Bring a bot to a host, where it stays while that one lives."""

    def run() -> int:
        from coderbot.commands.cluster import move

        return move(where, bot, host, timeout_s=timeout)

    exit_with(run)


@cluster.command("rebalance")
@click.option("--dry-run", is_flag=True, help="Only say what would move.")
@located
def cluster_rebalance(dry_run: bool, **where: Path | None) -> None:
    """Even the load out, also with bots that are busy or were moved by hand."""

    def run() -> int:
        from coderbot.commands.cluster import rebalance

        return rebalance(where, dry_run=dry_run)

    exit_with(run)
