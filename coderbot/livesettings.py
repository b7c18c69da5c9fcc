"""The settings in force, and what the `.env` says now."""

import os
import sys
from collections.abc import Sequence
from dataclasses import replace

from coderbot.config.load import load_settings
from coderbot.config.settings import Settings
from coderbot.errors import CoderBotError
from coderbot.supervisor.monitor import Limits
from coderbot.supervisor.plan import Wanted
from coderbot.supervisor.spec import RestartPolicy, control_spec, worker_specs


class LiveSettings:
    """Settings that may change while the fleet runs.

    Args:
        settings: Those that it was started with.
        given: Variables with tokens that the real environment had.
    """

    def __init__(self, settings: Settings, given: Sequence[str]) -> None:
        self.current = settings
        """Those in force."""
        self._given = given
        self._read = settings

    def read(self) -> Wanted:
        """Read the `.env` anew; `take` makes that count.

        Raises:
            CoderBotError: When it is wrong, or tokens come from elsewhere.
        """
        if self._given:
            raise CoderBotError(
                f"The tokens come from the environment ({', '.join(self._given)}), "
                "which does not change while the supervisor runs",
                "Put them into the .env to change them at run time.",
            )
        new = load_settings(self.current.env_file)
        # The state directory is locked, and its workers live in it; a key that the
        # real environment had was wiped there.
        self._read = replace(
            new,
            state_dir=self.current.state_dir,
            tts_api_key=new.tts_api_key or self.current.tts_api_key,
            stt_api_key=new.stt_api_key or self.current.stt_api_key,
            webhook_secret=new.webhook_secret or self.current.webhook_secret,
        )
        return wanted_by(self._read)

    def take(self) -> None:
        """Let what was read last be in force."""
        self.current = self._read


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
