"""The logbook on disk, with real tiny workers and real files."""

import os
import re
import signal
from pathlib import Path

from coderbot.loglevel import Level
from coderbot.supervisor.blocks import Block
from coderbot.supervisor.lines import PARENT
from coderbot.supervisor.logfiles import LogFiles
from coderbot.supervisor.state import BotState
from tests.fakes.children import GRACEFUL, READY_AND_WAIT, TOKEN
from tests.processes.supervised import fleet_of

_KB = 1_000


def files_in(
    directory: Path, file_kb: int = 1_000, total_kb: int = 20_000, bots: int = 1
) -> LogFiles:
    names = [f"bot-{number}" for number in range(bots)]
    total = total_kb * _KB
    return LogFiles(directory / "logs", names, file_kb * _KB, total, retry_s=0.05)


def stored(directory: Path, bot: str = "bot-0") -> list[str]:
    return (directory / "logs" / f"{bot}.log").read_text().split("\n")


async def test_all_lines_of_all_runs_are_stored(tmp_path: Path) -> None:
    code = "print('plain'); print('<3>[bot-0] bad', file=sys.stderr); ready(); wait()"
    async with fleet_of(code, logs=files_in(tmp_path)) as fleet:
        os.kill(await fleet.running(), signal.SIGKILL)
        await fleet.running(run=2)
    whole = [line.split(" ", 1)[1] for line in stored(tmp_path) if line]
    lines = [re.sub("( run [0-9]+)@[0-9]+ ", r"\1 ", line) for line in whole]
    assert lines[0].startswith("INFO sup run 1 ─ run 1 started, pid ")
    assert sorted(lines[1:3]) == [
        "ERROR err run 1 [bot-0] bad",
        "INFO out run 1 plain",
    ]
    assert lines[3].startswith("INFO sup run 1 ─ run 1 ended: SIGKILL after ")
    assert lines[4].startswith("INFO sup run 2 ─ run 2 started, pid ")
    assert lines[-1].startswith("INFO sup run 2 ─ run 2 ended: SIGTERM after ")
    assert any("All workers stopped" in line for line in stored(tmp_path, PARENT))
    assert (tmp_path / "logs").stat().st_mode & 0o777 == 0o700
    modes = {path.stat().st_mode & 0o777 for path in (tmp_path / "logs").iterdir()}
    assert modes == {0o600}


async def test_secrets_are_not_stored(tmp_path: Path) -> None:
    code = f"""
os.write(1, b"token {TOKEN[:20]}"); time.sleep(0.05); os.write(1, b"{TOKEN[20:]} x\\n")
print("{TOKEN}", file=sys.stderr, flush=True); ready(); wait()
"""
    async with fleet_of(code, logs=files_in(tmp_path)) as fleet:
        await fleet.running()
        await fleet.line("[secret] x")
    text = "".join(path.read_text() for path in (tmp_path / "logs").iterdir())
    assert text.count("[secret]") == 2
    assert TOKEN[:15] not in text
    assert TOKEN[-15:] not in text


async def test_a_line_of_ten_megabytes_is_cut_with_a_mark(tmp_path: Path) -> None:
    code = "os.write(1, b'x' * 10_000_000 + b'\\nafter\\n'); ready(); wait()"
    async with fleet_of(code, logs=files_in(tmp_path)) as fleet:
        await fleet.line("after")
    cut, after = (line for line in stored(tmp_path) if " out run 1" in line)
    assert cut.endswith(" … [line cut]")
    assert len(cut) < 17_000
    assert after.endswith(" after")


async def test_a_flood_has_bounded_files_and_is_told(tmp_path: Path) -> None:
    code = """
ready()
data = b"".join(b"%099d\\n" % number for number in range(1000))
for _ in range(200):
    os.write(1, data)
print("end of it", flush=True); wait()
"""
    logs = files_in(tmp_path, file_kb=1_000, total_kb=5_000, bots=2)
    async with fleet_of(code, GRACEFUL, logs=logs) as fleet:
        await fleet.line("lines of a flood were dropped from memory", PARENT)
        last = fleet.supervisor.lines
        await fleet.until(lambda: last("bot-0", limit=1)[0].text == "end of it")
    sizes = {path.name: path.stat().st_size for path in (tmp_path / "logs").iterdir()}
    assert sum(sizes.values()) <= 5_000 * _KB
    assert max(sizes.values()) <= 1_000 * _KB
    # What was stored last is there without a gap.
    names = sorted((n for n in sizes if n.startswith("bot-0")), reverse=True)
    assert len(names) >= 4
    text = "".join((tmp_path / "logs" / name).read_text() for name in names)
    numbers = [
        int(line[-99:])
        for line in text.split("\n")
        if re.search(" out run 1(@[0-9]+)? 0", line)
    ]
    first = numbers[0]
    assert numbers == [(first + step) % 1000 for step in range(len(numbers))]
    assert numbers[-1] == 999
    assert any("bot-1 started" in line for line in stored(tmp_path, PARENT))


async def test_a_directory_that_cannot_be_written_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("in the way")
    logs = files_in(tmp_path)
    async with fleet_of(READY_AND_WAIT, logs=logs) as fleet:
        await fleet.line("Log files cannot be written: ", PARENT)
        # Goes on in memory; what waits is stored once that is possible.
        os.kill(await fleet.running(), signal.SIGKILL)
        await fleet.running(run=2)
        assert len(fleet.find("Log files cannot be written")) == 1
        (tmp_path / "logs").unlink()
        await fleet.line("are written again; no line is missing", PARENT)
    assert any("run 1 started" in line for line in stored(tmp_path))
    assert any("run 2 ended" in line for line in stored(tmp_path))


async def test_what_could_not_be_stored_is_counted(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("in the way")
    code = """
ready()
for _ in range(200):
    os.write(1, (b"%099d\\n" % 7) * 1000)
print("end of it", flush=True); wait()
"""
    logs = files_in(tmp_path, file_kb=100_000, total_kb=1_000_000)
    async with fleet_of(code, logs=logs) as fleet:
        await fleet.line("Log files cannot be written: ", PARENT)
        last = fleet.supervisor.lines
        await fleet.until(lambda: last("bot-0", limit=1)[0].text == "end of it")
        (tmp_path / "logs").unlink()
        told = await fleet.line("Log files are written again; ", PARENT)
        assert f"again; {logs.not_stored:,} lines were not stored" in told.text
    lines = [line for line in stored(tmp_path) if line]
    mark = next(n for n, line in enumerate(lines) if "lines are missing here" in line)
    missing = int(lines[mark].split("─ ")[1].split()[0].replace(",", ""))
    before = sum(" out run 1" in line for line in lines[:mark])
    after = sum(" out run 1" in line for line in lines[mark:])
    assert before + missing + after == 200_001
    assert missing > 10_000


async def test_earlier_runs_of_the_supervisor_can_be_read(tmp_path: Path) -> None:
    code = "print('run of', sys.argv, flush=True); ready(); wait()"
    async with fleet_of(code, logs=files_in(tmp_path)) as fleet:
        await fleet.running()
        first = [line.text for line in fleet.lines("bot-0")]
    async with fleet_of(code, logs=files_in(tmp_path)) as fleet:
        await fleet.running()
        oldest = fleet.lines("bot-0")[0]
        history = await fleet.supervisor.history("bot-0", oldest.seq)
        few = await fleet.supervisor.history("bot-0", oldest.seq, 2)
        every = await fleet.supervisor.history(None, 1 << 62)
    assert [line.text for line in history[: len(first)]] == first
    assert history[-1].text.startswith("─ run 1 ended")
    # Numbers go on, without a gap and without one used twice.
    assert [line.seq for line in every] == list(range(1, len(every) + 1))
    assert {line.seq for line in history} < {line.seq for line in every}
    assert [line.text for line in few] == [line.text for line in history[-2:]]


async def test_without_files_nothing_is_written_or_read(tmp_path: Path) -> None:
    async with fleet_of("sys.exit(0)", media=tmp_path) as fleet:
        await fleet.state(BotState.STOPPED, run=1)
        told = await fleet.supervisor.history("bot-0", 1 << 62)
        assert [line.text for line in told] == [x.text for x in fleet.lines("bot-0")]
    assert list(tmp_path.iterdir()) == []


def test_files_of_bots_that_are_no_more_go_first_when_they_are_big(
    tmp_path: Path,
) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "bot-7.log").write_bytes(b"x" * 90_000)
    (logs / "bot-7.log.1").write_bytes(b"x" * 90_000)
    (logs / "notes.txt").write_bytes(b"x" * 90_000)
    files = files_in(tmp_path, file_kb=10, total_kb=100)
    with files.storing():
        files.put(Block(1, 0.0, 0.0, "bot-0", 1, "out", (Level.INFO,), ("kept",)))
    assert stored(tmp_path)[0].endswith(" kept")
    names = {path.name for path in logs.iterdir()}
    assert names == {"bot-0.log", "bot-7.log", "notes.txt"}
