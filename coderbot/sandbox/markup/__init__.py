"""Formatting of texts: what Telegram makes of HTML, Markdown and plain text."""
