"""The environment of a program in a terminal: an allow-list, never a copy.

What is passed on, and why:

- who and where the user is: HOME, USER, LOGNAME, SHELL, PATH, TZ, TMPDIR, LANG, LC_*,
  XDG_*, and the user's choice of tools (EDITOR, VISUAL, PAGER, LESS);
- how to reach the network, without which no coding agent works: the proxy
  variables and the places of certificates;
- the user's own helpers: SSH_AUTH_SOCK (git over ssh) and
  DBUS_SESSION_BUS_ADDRESS (the keyring in which tools keep their log-ins).

DISPLAY and WAYLAND_DISPLAY are left out: a window on the host's desk shows
nothing to a person in a chat, while programs that see no display print the
address or the code that can be used from a phone.

What the terminal itself is given besides: CODERBOT_OUTBOX, the folder whose
files are sent to the user of the terminal.

Nothing of this program's own settings, and nothing whose name says that it is
a key, a token or a password, is passed on under any name. A coding assistant is
the one exception: it gets those variables that its entry in the catalogue names.
"""

import re
from collections.abc import Collection, Mapping

from coderbot.config.settings import OWN_VARIABLES

ALLOWED = frozenset(
    {
        "HOME",
        "USER",
        "LOGNAME",
        "PATH",
        "SHELL",
        "LANG",
        "LANGUAGE",
        "TZ",
        "TMPDIR",
        "EDITOR",
        "VISUAL",
        "PAGER",
        "LESS",
        "SSH_AUTH_SOCK",
        "DBUS_SESSION_BUS_ADDRESS",
        "TERMINFO_DIRS",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "NODE_EXTRA_CA_CERTS",
        "REQUESTS_CA_BUNDLE",
    }
)
"""Names that are passed on as they are."""

ALLOWED_PREFIXES = ("LC_", "XDG_")
"""Beginnings of names that are passed on."""

_PROXY = frozenset({"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "FTP_PROXY"})
"""Proxy variables; both cases are in use."""

_SECRET = re.compile(
    r"(?i)(?:^|_)(?:key|keys|token|tokens|secret|secrets|password|passwd|"
    r"credentials?)(?:_|$)"
)
"""Names of this shape are never passed on, whatever the lists say."""

DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin"
"""PATH where the worker has none."""

MARK = "CODERBOT_TERMINAL"
"""Variable by which every descendant of a terminal can be found again."""


def is_secret_name(name: str) -> bool:
    """Return whether a variable of this name must not reach a terminal."""
    return name in OWN_VARIABLES or _SECRET.search(name) is not None


def is_allowed(name: str) -> bool:
    """Return whether a variable of this name is passed on."""
    known = name in ALLOWED or name.startswith(ALLOWED_PREFIXES)
    return (known or name.upper() in _PROXY) and not is_secret_name(name)


def terminal_environment(
    inherited: Mapping[str, str],
    extra: Mapping[str, str],
    mark: str,
    allow: Collection[str] = (),
) -> dict[str, str]:
    """Return the environment of a program in a terminal.

    Args:
        inherited: Environment of the worker; only what is allowed is taken.
        extra: Variables for this terminal; own settings and secrets are refused.
        mark: Value of `CODERBOT_TERMINAL`.
        allow: Further names that may be taken from `inherited`: keys of the services
            that the program is for. Own settings are refused all the same.
    """
    result = {
        name: value
        for name, value in inherited.items()
        if is_allowed(name) or (name in allow and name not in OWN_VARIABLES)
    }
    result.update(
        (name, value) for name, value in extra.items() if not is_secret_name(name)
    )
    result.setdefault("PATH", DEFAULT_PATH)
    _make_utf8(result)
    return result | {"TERM": "xterm-256color", "COLORTERM": "truecolor", MARK: mark}


def _make_utf8(environment: dict[str, str]) -> None:
    """See to it that programs write UTF-8: the emulator reads nothing else."""
    for name in ("LC_ALL", "LC_CTYPE"):
        if name in environment and not _is_utf8(environment[name]):
            del environment[name]
    if not _is_utf8(environment.get("LANG", "")):
        environment["LANG"] = "C.UTF-8"


def _is_utf8(locale: str) -> bool:
    return re.search(r"(?i)utf-?8", locale) is not None
