"""The side of a worker that faces Telegram."""
