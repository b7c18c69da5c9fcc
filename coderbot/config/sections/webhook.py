"""Updates that Telegram brings, instead of ones that are asked for."""

from dataclasses import dataclass
from functools import partial

from coderbot.config import parsers
from coderbot.config.variable import setting
from coderbot.redact import Secret

_webhook = partial(setting, "Webhook")


@dataclass(frozen=True, kw_only=True)
class WebhookSettings:
    """The section Webhook."""

    webhook_url: str | None = _webhook(
        "WEBHOOK_URL",
        None,
        parsers.url,
        "Public https:// address of a proxy before this host; bot-0 gets its updates "
        "at ADDRESS/coderbot/bot-0; empty: bots ask for updates.",
        unit="address",
    )
    webhook_listen: str = _webhook(
        "WEBHOOK_LISTEN",
        "127.0.0.1:8443",
        parsers.address,
        "Where bot-0 waits for what the proxy passes on; bot-N at the port N above.",
        unit="host:port",
    )
    webhook_secret: Secret | None = _webhook(
        "WEBHOOK_SECRET",
        None,
        parsers.webhook_secret,
        "What Telegram shows with each update; all else is refused.",
        unit="32 to 256 letters, digits, _ and -",
        secret=True,
    )

    def webhook_address(self, index: int) -> tuple[str, int]:
        """Return host and port at which bot `index` waits for its updates."""
        host, _, port = self.webhook_listen.rpartition(":")
        return host.strip("[]"), int(port) + index
