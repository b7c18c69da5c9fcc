"""What time alone changes about a bot (pure)."""

from dataclasses import replace

from coderbot.supervisor.events import BotSnapshot


def aged(bot: BotSnapshot, seconds: float) -> BotSnapshot:
    """Return a snapshot as it is some seconds later."""
    if bot.uptime_s is None and bot.next_start_in_s is None:
        return bot
    uptime = None if bot.uptime_s is None else bot.uptime_s + seconds
    left = bot.next_start_in_s
    next_start = None if left is None else max(0.0, left - seconds)
    return replace(bot, uptime_s=uptime, next_start_in_s=next_start)
