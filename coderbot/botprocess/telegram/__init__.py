"""The connection with Telegram: who may come in, what comes once, what goes out."""
