"""A worker that writes so many lines a second: `python -I -S talker.py FAST GO_DIR`.

Bot 0 writes FAST lines a second while the file `flood` is in GO_DIR, the others 1,000;
with the file `million` there, bot 0 writes a million lines as fast as they are taken.
"""

import json
import os
import socket
import sys
import time
from pathlib import Path

STEP_S = 0.02
SLOW = 1_000
MILLION = 1_000_000
INDEX = int(os.environ.get("BOT_INDEX", "0"))


def line(number: int) -> bytes:
    """Return a line of about 100 bytes; every thousandth holds a needle."""
    word = b"needle" if number % 1_000 == 0 else b"hay"
    return b"L%09d %s " % (number, word) + b"x" * 80 + b"\n"


def tell(channel: socket.socket, **frame: object) -> None:
    """Send a frame to the supervisor."""
    channel.sendall(json.dumps(frame).encode() + b"\n")


def beat(channel: socket.socket, started: float) -> None:
    """Send a heartbeat."""
    tell(
        channel,
        type="heartbeat",
        uptime_s=time.monotonic() - started,
        rss_bytes=50 << 20,
        terminals=1,
        loop_lag_ms=1.0,
        poll_age_s=1.0,
        media_pending=0,
    )


def main() -> None:
    """Write until the end."""
    fast, directory = int(sys.argv[1]), Path(sys.argv[2])
    channel = socket.socket(fileno=int(os.environ["CODERBOT_CHANNEL_FD"]))
    name = f"talker_{INDEX}_bot"
    tell(channel, type="ready", bot_id=INDEX + 1, username=name, full_name=name)
    tell(channel, type="status", state="polling")
    started = due = beaten = time.monotonic()
    number, rate = 0, fast if INDEX == 0 else SLOW
    lines = [line(each) for each in range(10_000)]
    while True:
        if INDEX == 0 and (directory / "million").exists():
            (directory / "million").unlink()
            for begin in range(0, MILLION, 100):
                os.write(1, b"".join(map(line, range(begin, begin + 100))))
        due += STEP_S
        time.sleep(max(0.0, due - time.monotonic()))
        if time.monotonic() - beaten > 5:
            beaten = time.monotonic()
            beat(channel, started)
        if (directory / "flood").exists():
            count = int(rate * STEP_S)
            for begin in range(0, count, 50):
                some = (
                    lines[(number + n) % 10_000] for n in range(min(50, count - begin))
                )
                os.write(1, b"".join(some))
            number += count
        else:
            time.sleep(0.2)
            due = time.monotonic()


if __name__ == "__main__":
    main()
