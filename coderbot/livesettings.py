"""The settings in force, and what the `.env` says now."""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace

from coderbot.config.load import load_settings
from coderbot.config.settings import TOKEN_VARIABLES, Settings
from coderbot.errors import CoderBotError
from coderbot.redact import Secret
from coderbot.supervisor.monitor import Limits
from coderbot.supervisor.plan import Wanted
from coderbot.supervisor.spec import RestartPolicy, control_spec, worker_specs


class LiveSettings:
    """Settings that may change while the fleet runs.

    Args:
        settings: Those that it was started with.
        wiped: Secrets that the real environment had, by variable.
    """

    def __init__(self, settings: Settings, wiped: Mapping[str, Secret]) -> None:
        self.current = settings
        """Those in force."""
        self._wiped = wiped
        self._read = settings

    def read(self) -> Wanted:
        """Read the `.env` anew; `take` makes that count.

        Raises:
            CoderBotError: When it is wrong, or tokens come from elsewhere.
        """
        given = tokens_among(self._wiped)
        if given:
            raise CoderBotError(
                f"The tokens come from the environment ({', '.join(given)}), "
                "which does not change while the supervisor runs",
                "Put them into the .env to change them at run time.",
            )
        new = load_settings(self.current.env_file, self._wiped)
        # The state directory is locked, and its workers live in it.
        self._read = replace(new, state_dir=self.current.state_dir)
        return wanted_by(self._read)

    def take(self) -> None:
        """Let what was read last be in force."""
        self.current = self._read


def tokens_among(wiped: Mapping[str, Secret]) -> Sequence[str]:
    """Return the variables with tokens among those that the real environment had."""
    return sorted(name for name in TOKEN_VARIABLES if wiped.get(name))


def wanted_by(settings: Settings, given: Sequence[str] = ()) -> Wanted:
    """Return the workers and the rules that settings ask for.

    Args:
        settings: They.
        given: Variables with tokens that the real environment had.
    """
    return Wanted(
        worker_specs(settings, os.environ, sys.executable),
        RestartPolicy(
            start_delay_s=settings.start_delay_s,
            restart_delay_s=settings.restart_delay_s,
            restart_max_delay_s=settings.restart_max_delay_s,
            stop_timeout_s=settings.stop_timeout_s,
            ready_timeout_s=settings.ready_timeout_s,
            hang_timeout_s=settings.hang_timeout_s,
            start_concurrency=settings.start_concurrency,
            limits=Limits(
                settings.memory_limit_mb * (1 << 20), settings.cpu_limit_percent
            ),
        ),
        control_spec(
            settings, os.environ, sys.executable, tokens_are_in_file=not given
        ),
    )
