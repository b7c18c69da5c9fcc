"""Everything that a worker says to and hears from Telegram."""
