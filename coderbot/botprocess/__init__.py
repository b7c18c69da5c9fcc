"""What the process of any bot has: a worker's, a receiver's, the control bot's."""

import os
import sys

# The Telegram library asks for this before it will give times as timedelta, and warns
# at every RetryAfter as long as it is not set.
os.environ["PTB_TIMEDELTA"] = "true"
# httpx loads its command line wherever that can be loaded, and with it rich and click:
# 4 MB and an eighth of the start of every worker. It does without when that fails.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
