"""Whom the connections trust."""

import ssl

from coderbot.botprocess.telegram.certificates import authorities


def test_with_tls_servers_are_checked_by_the_authorities_of_all() -> None:
    context = authorities("https://api.telegram.org")
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.cert_store_stats()["x509_ca"] > 50
    # A file of the same server, too.
    assert authorities("https://api.telegram.org/file/bot/x") is context


def test_without_tls_nobody_is_trusted() -> None:
    context = authorities("http://127.0.0.1:8081")
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.cert_store_stats()["x509"] == 0
