"""A worker that only writes: `python -I -S logchild.py MODE GO_FILE`.

flood: 300,000 lines of 100 bytes, a write each, once GO_FILE exists; then waits.
burst: 20,000 lines, one half on stdout and one on stderr, then exit 0.
words: waits; 2,000 last words in the handler of SIGTERM.
halves: 20 lines in two writes each, the reader being let in between, then waits.
"""

import json
import os
import signal
import sys
import time
from pathlib import Path

LINE_BYTES = 100
FLOOD_LINES = 300_000
BURST_LINES = 20_000
LAST_WORDS = 2_000
HALVES = 20


def line(number: int) -> bytes:
    """Return line `number` with its newline: 100 bytes."""
    head = b"L%09d " % number
    return head + b"x" * (LINE_BYTES - len(head) - 2) + b"E\n"


def flood(go: Path) -> None:
    """Write line by line."""
    lines = [line(number) for number in range(FLOOD_LINES)]
    while not go.exists():
        time.sleep(0.002)
    for each in lines:
        os.write(1, each)


def burst(_: Path) -> None:
    """Write much, and leave at once."""
    half = BURST_LINES // 2
    for first, stream in ((0, sys.stdout.buffer), (half, sys.stderr.buffer)):
        stream.writelines(line(number) for number in range(first, first + half))
        stream.flush()
    os._exit(0)


def words(_: Path) -> None:
    """Have much to say when asked to leave."""

    def leave(*_: object) -> None:
        for number in range(LAST_WORDS):
            os.write(1, line(number))
        os._exit(0)

    signal.signal(signal.SIGTERM, leave)


def halves(_: Path) -> None:
    """Write each line in two pieces."""
    for number in range(HALVES):
        whole = line(number)
        os.write(1, whole[:37])
        time.sleep(0.01)
        os.write(1, whole[37:])


def main() -> None:
    """Say READY, and do what MODE says."""
    mode, go = sys.argv[1:]
    actions = {"flood": flood, "burst": burst, "words": words, "halves": halves}
    if mode == "words":
        words(Path(go))
    ready = {"type": "ready", "bot_id": 1, "username": "bench", "full_name": "Bench"}
    channel = int(os.environ["CODERBOT_CHANNEL_FD"])
    os.write(channel, json.dumps(ready).encode() + b"\n")
    if mode != "words":
        actions[mode](Path(go))
    while True:
        signal.pause()


if __name__ == "__main__":
    main()
