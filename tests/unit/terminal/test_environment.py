import pytest

from coderbot.config.settings import OWN_VARIABLES
from coderbot.worker.terminal.environment import (
    DEFAULT_PATH,
    MARK,
    is_allowed,
    terminal_environment,
)


def test_only_allowed_variables_are_inherited() -> None:
    inherited = {
        "HOME": "/home/dev",
        "PATH": "/bin",
        "LC_TIME": "de_DE.UTF-8",
        "XDG_RUNTIME_DIR": "/run/user/1",
        "https_proxy": "http://proxy",
        "DISPLAY": ":0",
        "AWS_PROFILE": "x",
        "PM2_HOME": "x",
    }

    result = terminal_environment(inherited, {}, "mark")

    assert result == {
        "HOME": "/home/dev",
        "PATH": "/bin",
        "LC_TIME": "de_DE.UTF-8",
        "XDG_RUNTIME_DIR": "/run/user/1",
        "https_proxy": "http://proxy",
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        MARK: "mark",
    }


@pytest.mark.parametrize(
    "name",
    [
        *sorted(OWN_VARIABLES),
        "OPENAI_API_KEY",
        "GITHUB_TOKEN",
        "XDG_SESSION_TOKEN",
        "LC_SECRET",
        "LC_API_KEY",
        "LD_PRELOAD",
        "BASH_ENV",
        "SUDO_PASSWORD",
        "PYTHONPATH",
    ],
)
def test_secrets_and_own_settings_are_not_inherited(name: str) -> None:
    assert not is_allowed(name)


def test_extra_variables_are_added_but_no_secrets() -> None:
    extra = {"MEDIA": "/tmp/x", "BOT_TOKEN": "1:a", "MY_API_KEY": "k"}

    result = terminal_environment({}, extra, "mark")

    assert result["MEDIA"] == "/tmp/x"
    assert not {"BOT_TOKEN", "MY_API_KEY"} & set(result)


def test_keys_of_its_service_are_passed_to_a_program_that_names_them() -> None:
    inherited = {"MY_API_KEY": "k", "OTHER_KEY": "o", "BOT_TOKEN": "1:a"}

    result = terminal_environment(inherited, {}, "mark", {"MY_API_KEY", "BOT_TOKEN"})

    assert result["MY_API_KEY"] == "k"
    assert not {"OTHER_KEY", "BOT_TOKEN"} & set(result)


def test_a_program_always_has_a_path() -> None:
    assert terminal_environment({}, {}, "mark")["PATH"] == DEFAULT_PATH


@pytest.mark.parametrize(
    ("inherited", "expected"),
    [
        ({}, {"LANG": "C.UTF-8"}),
        ({"LANG": "de_DE.UTF-8"}, {"LANG": "de_DE.UTF-8"}),
        ({"LANG": "de_DE.utf8"}, {"LANG": "de_DE.utf8"}),
        ({"LANG": "C"}, {"LANG": "C.UTF-8"}),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "POSIX"}, {"LANG": "en_US.UTF-8"}),
        ({"LC_CTYPE": "de_DE.ISO-8859-1"}, {"LANG": "C.UTF-8"}),
        ({"LC_ALL": "C.UTF-8"}, {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}),
    ],
)
def test_the_locale_is_utf8(
    inherited: dict[str, str], expected: dict[str, str]
) -> None:
    result = terminal_environment(inherited, {}, "mark")

    locale = {k: v for k, v in result.items() if k == "LANG" or k.startswith("LC_")}
    assert locale == expected
