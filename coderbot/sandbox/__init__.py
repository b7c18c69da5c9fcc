"""A local Telegram: Bot API server and chat page."""
