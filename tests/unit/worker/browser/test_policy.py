import pytest

from coderbot.worker.browser.policy import (
    WebPolicy,
    last_local_address,
    normal_address,
)
from coderbot.worker.browser.visit import refused


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost/",
        "https://localhost:8443/x?y=z",
        "http://LOCALHOST:80",
        "http://app.localhost:3000/",
        "http://127.0.0.1:8000",
        "http://127.3.2.1/",
        "http://[::1]:5173/",
        "http://localhost./",
        "ws://localhost:1/",
        "data:text/plain,x",
        "about:blank",
    ],
)
def test_this_machine_is_allowed(url: str) -> None:
    assert WebPolicy().allows(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",
        "http://localhost.example.org/",
        "http://localhost@example.org/",
        "http://example.org\\@localhost/",
        "http://127.0.0.1.nip.io/",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data",
        "http://0.0.0.0/",
        "http://2130706433/",
        "http://[::ffff:10.0.0.1]/",
        "file:///etc/passwd",
        "chrome://version",
        "view-source:http://localhost/",
        "javascript:alert(1)",
        "ftp://localhost/",
        "http://[",
        "localhost",
        "",
    ],
)
def test_everything_else_is_not(url: str) -> None:
    assert not WebPolicy().allows(url)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://Example.org:80/x", "example.org is not this machine."),
        ("http://example.org\\@localhost/", "example.org is not this machine."),
        ("http://[::1/", "http://[::1/ is not this machine."),
    ],
)
def test_a_refusal_names_the_host(url: str, told: str) -> None:
    assert str(refused(url)).startswith(told)


def test_listed_hosts_are_allowed_as_they_are_written() -> None:
    policy = WebPolicy(["Dev.Example.org", "*.test"])

    assert policy.allows("http://dev.example.org:8080/")
    assert policy.allows("https://a.b.test/")
    for url in ("http://example.org/", "http://test/", "http://xdev.example.org/"):
        assert not policy.allows(url)
    assert policy.hosts[-2:] == ("dev.example.org", "*.test")


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("  ➜  Local:   http://localhost:5173/\n ready", "http://localhost:5173/"),
        (
            "http://127.0.0.1:1/ then http://localhost:2/a?b#c.",
            "http://localhost:2/a?b#c",
        ),
        (
            "Serving HTTP on 0.0.0.0 port 8000 (http://0.0.0.0:8000/) ...",
            "http://127.0.0.1:8000/",
        ),
        ("http://[::]:8000/", "http://[::1]:8000/"),
        ("see (http://localhost:3000).", "http://localhost:3000"),
        ("│ http://my-app.localhost:3000/x │", "http://my-app.localhost:3000/x"),
        ("HTTP://LOCALHOST:80", "HTTP://LOCALHOST:80"),
        ("http://localhost:3000\nhttp://example.org/", "http://localhost:3000"),
        ("http://localhost.example.org/", None),
        ("http://localhost:3000@example.org/", None),
        ("nothing", None),
    ],
)
def test_the_last_address_that_was_printed(text: str, url: str | None) -> None:
    assert last_local_address(text) == url


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("3000", "http://localhost:3000"),
        (":3000/x", "http://localhost:3000/x"),
        ("localhost:8000", "http://localhost:8000"),
        ("http://0.0.0.0:1/", "http://127.0.0.1:1/"),
        ("https://localhost", "https://localhost"),
        (" example.org ", "http://example.org"),
    ],
)
def test_addresses_as_people_write_them(text: str, url: str) -> None:
    assert normal_address(text) == url
