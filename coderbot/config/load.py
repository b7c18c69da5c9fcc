"""Loading settings: `.env` file and environment in, checked Settings out."""

import difflib
import io
import os
import stat
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from dotenv.parser import parse_stream

from coderbot.config import checks
from coderbot.config.settings import (
    OWN_VARIABLES,
    TOKEN_VARIABLES,
    Settings,
    variables,
)
from coderbot.config.variable import Variable
from coderbot.errors import ConfigError
from coderbot.redact import Secret

DEFAULT_STATE_DIR = ".coderbot"


def load_settings(
    env_file: Path | None = None, wiped: Mapping[str, Secret] | None = None
) -> Settings:
    """Read the settings of a fleet.

    Args:
        env_file: File to read, which must exist; None reads `.env` in the working
            directory if there is one. Real environment variables win over both.
        wiped: What the real environment had, by variable, before it was wiped there.

    Raises:
        ConfigError: With every problem at once.
    """
    source = env_file if env_file is not None else Path(".env")
    file_values, warnings = _read_env_file(source, must_exist=env_file is not None)
    found = source.absolute() if source.is_file() else None
    had = {name: secret.reveal() for name, secret in (wiped or {}).items()}
    return _build(found, file_values, warnings, checks.check_parent, had)


def load_worker_settings(env_file: Path | None = None) -> Settings:
    """Read the settings of one worker: its token comes apart, by BOT_TOKEN.

    Args:
        env_file: A `.env` for a worker that runs alone; None reads none.

    Raises:
        ConfigError: With every problem at once.
    """
    values: dict[str, str] = {}
    warnings: list[str] = []
    if env_file is not None and env_file.is_file():
        values, warnings = _read_env_file(env_file, must_exist=False)
        values = {k: v for k, v in values.items() if k not in TOKEN_VARIABLES}
    return _build(env_file, values, warnings, checks.check_worker)


def _build(
    env_file: Path | None,
    file_values: Mapping[str, str],
    warnings: list[str],
    check: Callable[[Mapping[str, Any]], Iterable[str]],
    wiped: Mapping[str, str] | None = None,
) -> Settings:
    values, problems = _parse_all({**file_values, **(wiped or {})})
    problems += check(values)
    state_dir = values.get("CODERBOT_STATE_DIR") or (
        (env_file.parent if env_file else Path.cwd()) / DEFAULT_STATE_DIR
    )
    if "MEDIA_TMP_LOCATION" in values:
        problems += checks.check_directory(
            "MEDIA_TMP_LOCATION", values["MEDIA_TMP_LOCATION"]
        )
    if "CODERBOT_STATE_DIR" in values:
        problems += checks.check_directory("CODERBOT_STATE_DIR", state_dir)
    if problems:
        nowhere = f"the environment (no .env was read in {Path.cwd()})"
        raise ConfigError(str(env_file) if env_file else nowhere, problems)
    by_field = {field: values[var.name] for field, var, _ in variables()}
    return Settings(
        **by_field,
        env_file=env_file,
        state_dir=state_dir,
        inherited={k: v for k, v in file_values.items() if k not in TOKEN_VARIABLES},
        warnings=(*warnings, *checks.remarks(values)),
    )


def _parse_all(file_values: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    """Return the values that could be parsed, and what is wrong with the others."""
    values: dict[str, Any] = {}
    problems = []
    for _, variable, default in variables():
        raw = os.environ.get(variable.name, file_values.get(variable.name))
        try:
            values[variable.name] = _parsed(variable, default, raw)
        except ValueError as error:
            problems.append(_problem(variable, file_values, str(error)))
    return values, problems


def _parsed(variable: Variable, default: Any, raw: str | None) -> Any:
    if raw is None or not (raw.strip() or variable.may_be_empty):
        if not isinstance(default, Path):
            return default
        # A default path may be missing on this machine, so it is checked too.
        raw = str(default)
    return variable.parse(raw)


def _problem(variable: Variable, file_values: Mapping[str, str], message: str) -> str:
    """Return one problem: where, which variable, which value, what is allowed."""
    if variable.secret:
        return f"{variable.name}: {message}"
    raw = os.environ.get(variable.name, file_values.get(variable.name, ""))
    where = " (from the environment)" if variable.name in os.environ else ""
    return f"{variable.name}={raw[:80]}{where}: {message}"


def _read_env_file(source: Path, must_exist: bool) -> tuple[dict[str, str], list[str]]:
    """Return the values of a `.env` file, and warnings about it."""
    if not source.is_file():
        if must_exist:
            raise ConfigError(str(source), ["no such file; allowed: a readable .env"])
        return {}, []
    try:
        content = source.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            str(source.absolute()), [f"cannot be read: {error}; allowed: UTF-8 text"]
        ) from error
    values = dotenv_values(stream=io.StringIO(content), interpolate=False)
    warnings = [*_mode_warnings(source), *_line_warnings(source, content)]
    known = {name: value for name, value in values.items() if value is not None}
    return known, [*warnings, *_name_warnings(source, known)]


def _mode_warnings(source: Path) -> list[str]:
    mode = source.stat().st_mode
    if not mode & (stat.S_IRWXG | stat.S_IRWXO):
        return []
    return [
        f"{source} holds tokens and others on this machine can read it "
        f"(mode {stat.S_IMODE(mode):04o}); run: chmod 600 {source}"
    ]


def _line_warnings(source: Path, content: str) -> list[str]:
    return [
        f"{source}, line {binding.original.line}: not NAME=value; ignored"
        for binding in parse_stream(io.StringIO(content))
        if binding.error
    ]


def _name_warnings(source: Path, values: Mapping[str, str]) -> list[str]:
    warnings = []
    for name in values:
        close = difflib.get_close_matches(name, OWN_VARIABLES, 1, 0.85)
        if name not in OWN_VARIABLES and close:
            warnings.append(f"{source}: {name} is unknown; {close[0]} is meant?")
    return warnings
