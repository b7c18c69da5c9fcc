"""What workers print and send, with real tiny workers."""

import os
import signal

from coderbot.loglevel import Level
from coderbot.supervisor.state import BotState
from coderbot.wire import Counters
from tests.fakes.children import GRACEFUL, READY_AND_WAIT, TOKEN
from tests.processes.supervised import fleet_of


async def test_streams_levels_and_prefixes() -> None:
    code = (
        "print('plain'); print('<4>[bot-0] marked'); "
        "print('on stderr', file=sys.stderr, flush=True); ready(); wait()"
    )
    async with fleet_of(code) as fleet:
        await fleet.line("on stderr")
        found = {
            line.text: (line.stream, line.level, line.prefixed)
            for line in fleet.lines("bot-0")
            if line.stream != "sup"
        }
    assert found == {
        "plain": ("out", Level.INFO, "[Worker bot-0] plain"),
        "[bot-0] marked": ("out", Level.WARNING, "[bot-0] marked"),
        "on stderr": ("err", Level.WARNING, "[Worker bot-0] on stderr"),
    }


async def test_runs_are_separated() -> None:
    async with fleet_of(READY_AND_WAIT) as fleet:
        first = await fleet.running()
        os.kill(first, signal.SIGKILL)
        second = await fleet.running(run=2)
        said = [line for line in fleet.lines("bot-0") if line.stream == "sup"]
    assert [line.run for line in said] == [1, 1, 2]
    assert said[0].text == f"─ run 1 started, pid {first} ─"
    assert said[1].text.startswith("─ run 1 ended: SIGKILL after ")
    assert said[2].text == f"─ run 2 started, pid {second} ─"


async def test_lines_and_characters_in_several_writes_stay_whole() -> None:
    code = """
def piece(data):
    os.write(1, data)
    ready()          # the other side reads in between
    time.sleep(0.05)
for part in (b"two ", b"writes\\n", "ä€".encode()[:3], "ä€".encode()[3:] + b"\\r\\n", b"end"):
    piece(part)
"""
    async with fleet_of(code) as fleet:
        await fleet.state(BotState.STOPPED, run=1)
        assert fleet.said() == ["two writes", "ä€", "end"]


async def test_a_token_in_two_writes_is_scrubbed() -> None:
    code = f"""
token = os.environ["BOT_TOKEN"]
assert token == {TOKEN!r}
os.write(1, b"token " + token[:20].encode())
time.sleep(0.05)
os.write(1, token[20:].encode() + b" here\\n")
print(token, file=sys.stderr, flush=True)
send(type="event", kind=token, detail={{"x": token}})
send(type="status", state="offline", detail=token)
channel.sendall(token.encode() + b"\\n")
ready(); print("done"); wait()
"""
    async with fleet_of(code) as fleet:
        await fleet.line("done")
        await fleet.line("token [secret] here")
        await fleet.line("ignored a line")
        await fleet.running()
        shown = [line.prefixed for line in fleet.lines()] + [repr(fleet.bot())]
        shown += map(repr, fleet.events)
        assert fleet.bot().reason == "[secret]"
    assert not [text for text in shown if TOKEN[:12] in text or TOKEN[-12:] in text]


async def test_a_long_line_is_cut() -> None:
    code = "os.write(1, b'x' * 300_000 + b'\\nafter\\n'); ready(); wait()"
    async with fleet_of(code) as fleet:
        await fleet.line("after")
        cut, after = fleet.said()
        assert cut.endswith("[line cut]")
        assert len(cut) < 17_000
        assert after == "after"


async def test_last_words_in_the_handler_of_sigterm_are_all_kept() -> None:
    code = """
def leave():
    for number in range(2000):
        print("last word", number)
    sys.exit(0)
on_term(leave); ready(); wait()
"""
    async with fleet_of(code) as fleet:
        await fleet.running()
        await fleet.supervisor.stop("bot-0")
        assert fleet.said() == [f"last word {number}" for number in range(2000)]
        last = fleet.lines("bot-0")[-1]
        assert last.text.startswith("─ run 1 ended: exit 0")


async def test_a_burst_of_20_000_lines_before_the_exit_is_kept() -> None:
    code = """
ready()
sys.stdout.reconfigure(write_through=False, line_buffering=False)
sys.stdout.write("".join(f"line {number}\\n" for number in range(20000)))
sys.stderr.write("".join(f"error {number}\\n" for number in range(2000)))
sys.stdout.flush(); os._exit(0)
"""
    async with fleet_of(code) as fleet:
        await fleet.state(BotState.STOPPED, run=1)
        lines = fleet.lines("bot-0")
        told = {
            name: [x.text for x in lines if x.stream == name] for name in ("out", "err")
        }
        assert told["out"] == [f"line {number}" for number in range(20_000)]
        assert told["err"] == [f"error {number}" for number in range(2_000)]
        every = [line.seq for line in fleet.lines()]
        assert every == list(range(1, len(every) + 1))


async def test_a_flood_drops_the_oldest_lines_and_counts_them() -> None:
    code = """
ready()
data = b"y\\n" * 30000
for _ in range(50):
    os.write(1, data)
print("end of it", flush=True); wait()
"""
    async with fleet_of(code, GRACEFUL) as fleet:
        await fleet.running(1)
        last = fleet.supervisor.lines
        # 1.5 million lines: seconds of work, many of them on a busy machine.
        await fleet.until(
            lambda: last("bot-0", limit=1)[0].text == "end of it", timeout=45
        )
        kept = fleet.lines("bot-0")
        assert len(kept) == 30_000
        assert fleet.supervisor.line_counts()["bot-0"][1] == 1_500_003 - 30_000 - 1
        assert fleet.supervisor.line_counts()["bot-1"][1] == 0
        assert fleet.find("bot-0 started", "parent")


async def test_frames_show_in_the_snapshot() -> None:
    code = """
ready()
send(type="status", state="conflict", detail="another poller")
send(type="heartbeat", uptime_s=1, rss_bytes=5_000_000, terminals=3, loop_lag_ms=2.5,
     poll_age_s=1.5, media_pending=4, outbox_queued=2,
     counters={"updates": 3, "media_bytes": 5000000000})
send(type="event", kind="unauthorized", detail={"user_id": 666})
send(type="event", kind="media_failed", detail={"file": "b.png", "reason": "no"})
send(type="event", kind="media_sent", detail={"name": "a.png"})
wait()
"""
    async with fleet_of(code) as fleet:
        await fleet.until(lambda: fleet.bot().terminals == 3)
        bot = fleet.bot()
        assert (bot.status, bot.reason) == ("conflict", "another poller")
        assert (bot.rss_bytes, bot.media_pending) == (5_000_000, 4)
        assert (bot.loop_lag_ms, bot.poll_age_s) == (2.5, 1.5)
        counters = Counters(updates=3, media_bytes=5_000_000_000)
        assert (bot.outbox_queued, bot.counters) == (2, counters)
        await fleet.until(lambda: fleet.bot().media_sent == 1)
        bot = fleet.bot()
        assert (bot.strangers, bot.last_stranger) == (1, "666")
        assert (bot.media_failed, bot.last_media_failure) == (1, "b.png: no")
        await fleet.supervisor.stop("bot-0")
        bot = fleet.bot()
        assert (bot.status, bot.terminals, bot.rss_bytes) == ("", 0, None)
        assert (bot.username, bot.outbox_queued, bot.counters) == ("bot0", 0, counters)
        await fleet.supervisor.start("bot-0")
        await fleet.until(lambda: fleet.bot().counters.updates == 6)


async def test_bad_frames_are_told_and_do_no_harm() -> None:
    code = """
channel.sendall(b"no json\\n{}\\n" + b'{"type":"ping"}\\n' * 5 + b"x" * 2_000_000 + b"\\n")
ready(); ready(); wait()
"""
    async with fleet_of(code) as fleet:
        await fleet.running()
        assert len(fleet.find("ignored a line on the channel")) == 3
        await fleet.supervisor.stop("bot-0")
        assert fleet.find("ignored 5 more lines on the channel")


async def test_one_slow_listener_holds_nobody_up() -> None:
    code = "ready()\nfor number in range(5000):\n    print(number)\nwait()"
    async with fleet_of(code) as fleet, fleet.supervisor.subscribe() as slow:
        await fleet.line("4999")
        await fleet.running()
        await fleet.supervisor.stop("bot-0")
        unread = slow._unread  # type: ignore[attr-defined]
        assert len(unread) <= 3
        assert unread["bot-0"].snapshot == fleet.bot()
