"""The connection with Telegram: who may come in, what comes once, what goes out."""

import os

# The library asks for this before it will give times as timedelta, and warns at
# every RetryAfter as long as it is not set.
os.environ["PTB_TIMEDELTA"] = "true"
