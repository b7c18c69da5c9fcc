"""Tiny real workers: programs that speak the channel and do one thing."""

import os
import sys
from collections.abc import Mapping, Sequence

from coderbot.redact import Secret
from coderbot.supervisor.spec import WorkerSpec

TOKEN = "123456789:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr"
"""Token of every one of them."""

_PRELUDE = """
import json, os, signal, socket, sys, time
channel = socket.socket(fileno=int(os.environ["CODERBOT_CHANNEL_FD"]))
INDEX = int(os.environ["BOT_INDEX"])
def send(**frame):
    channel.sendall(json.dumps(frame).encode() + b"\\n")
def ready():
    send(type="ready", bot_id=INDEX + 1, username=f"bot{INDEX}", full_name=f"Bot {INDEX}")
def wait():
    # Until the supervisor is gone, or a signal ends this.
    while channel.recv(1000):
        pass
def ignore(*names):
    for name in names:
        signal.signal(getattr(signal, name), signal.SIG_IGN)
def on_term(action):
    signal.signal(signal.SIGTERM, lambda *_: action())
def grandchild(*ignored, own_session=True, keep_pipes=False, mark=None):
    # A process that ignores signals and tells its pid once it does.
    code = "import os, signal, sys, time\\n"
    code += "".join(f"signal.signal({int(getattr(signal, n))}, 1)\\n" for n in ignored)
    code += "os.write(int(sys.argv[1]), b'%d' % os.getpid())\\n"
    code += "os.close(int(sys.argv[1]))\\ntime.sleep(600)\\n"
    import subprocess
    out, into = os.pipe()
    kept = {} if keep_pipes else dict(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", code, str(into)], stdin=subprocess.DEVNULL,
        pass_fds=(into,), start_new_session=own_session,
        env=dict(os.environ, **({"CODERBOT_TERMINAL": mark} if mark else {})), **kept)
    os.close(into)
    return int(os.read(out, 100))
"""


def worker(
    code: str, index: int = 0, environment: Mapping[str, str] | None = None
) -> WorkerSpec:
    """Return the spec of a worker that runs `code`.

    In it: `ready()`, `send(type=…)`, `wait()`, `ignore("SIGTERM")`, `on_term(f)`,
    `grandchild("SIGHUP", …)`, `INDEX`.
    """
    argv = (sys.executable, "-I", "-S", "-u", "-c", _PRELUDE + code)
    return WorkerSpec(index, Secret(TOKEN), argv, environment or dict(os.environ))


def workers(codes: Sequence[str]) -> list[WorkerSpec]:
    """Return the specs of a fleet, one worker for each program."""
    return [worker(code, index) for index, code in enumerate(codes)]


READY_AND_WAIT = "ready(); wait()"
"""A worker without a fault: SIGTERM ends it."""

GRACEFUL = "on_term(lambda: sys.exit(0)); ready(); wait()"
"""A worker that ends with exit 0 when asked to."""

STUBBORN = "ignore('SIGTERM'); ready(); wait()"
"""A worker that must be killed."""
