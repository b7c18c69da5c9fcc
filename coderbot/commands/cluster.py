"""`cluster`: several hosts that share the bots."""

import secrets

import click

from coderbot.errors import ExitCode


def key() -> int:
    """Print a new key for CLUSTER_KEY; returns the exit code."""
    click.echo(secrets.token_urlsafe(32))
    return ExitCode.OK
