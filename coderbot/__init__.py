"""CoderBot: real terminals and coding agents in Telegram."""

__version__ = "0.1.0"
