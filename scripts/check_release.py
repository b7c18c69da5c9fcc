"""Build the packages, and try them as a stranger would: `python scripts/check_release.py`.

A wheel and an sdist are built into dist/ and looked through. The wheel is installed
into a fresh environment for every Python that is supported and found here, and run
from an empty directory: the commands, a demo, a terminal in chat. Only the standard
library is needed.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
DIST = ROOT / "dist"
SUPPORTED = ("3.11", "3.12", "3.13")
NO_DATA = (".py", ".pyc")

_DEADLINE_S = 120.0
_CHAT = """
import asyncio, sys
from coderbot.sandbox.client import SandboxClient

async def main(address):
    async with SandboxClient(address) as client:
        for path in ("/", "/app.js", "/style.css"):
            assert await client.download(path), path
        bot = (await client.bots())[0]
        you = client.user(1001, bot["id"])
        await you.say("/xterm")
        photo = await you.wait_for(lambda m: m.kind == "photo")
        assert (await photo.download()).startswith(b"\\x89PNG")

asyncio.run(main(sys.argv[1]))
"""


def main() -> None:
    """Build, look, try; ends with an error at the first thing that is wrong."""
    wheel, sdist = build()
    look_through(wheel, sdist)
    pythons = {version: find_python(version) for version in SUPPORTED}
    for version in (each for each, python in pythons.items() if python is None):
        say(f"Python {version} is not here, so nothing is tried with it")
    with ThreadPoolExecutor() as pool:
        tries = [pool.submit(try_out, wheel, each) for each in pythons.values() if each]
        for each in tries:
            say(each.result())


def build() -> tuple[Path, Path]:
    """Return a fresh wheel and sdist."""
    shutil.rmtree(DIST, ignore_errors=True)
    command = (sys.executable, "-m", "build", "--no-isolation", "--outdir", DIST, ROOT)
    run(*map(str, command))
    (wheel,), (sdist,) = DIST.glob("*.whl"), DIST.glob("*.tar.gz")
    say(f"built {wheel.name} ({wheel.stat().st_size >> 10} KiB), {sdist.name}")
    return wheel, sdist


def look_through(wheel: Path, sdist: Path) -> None:
    """See that all of the program is in both, and in the wheel nothing else."""
    listed = run("git", "-C", str(ROOT), "ls-files", "coderbot").splitlines()
    with zipfile.ZipFile(wheel) as archive:
        inside = {name for name in archive.namelist() if ".dist-info/" not in name}
        metadata = [name for name in archive.namelist() if ".dist-info/" in name]
    must(set(listed) == inside, f"the wheel differs: {set(listed) ^ inside}")
    must(any(n.endswith("licenses/LICENSE") for n in metadata), "no LICENSE in it")
    with tarfile.open(sdist) as archive:
        packed = {name.partition("/")[2] for name in archive.getnames()}
    wanted = {*listed, "LICENSE", "README.md", "constraints.txt", "pyproject.toml"}
    must(wanted <= packed, f"not in the sdist: {wanted - packed}")
    data = [name for name in listed if not name.endswith(NO_DATA)]
    say(f"{len(listed)} files of the program, {len(data)} of them data")


def find_python(version: str) -> str | None:
    """Return an interpreter of this version: ours, one in PATH, or one of pyenv."""
    ours = f"{sys.version_info.major}.{sys.version_info.minor}"
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    candidates = [sys.executable] if version == ours else []
    candidates += [f"python{version}"]
    candidates += map(str, sorted(pyenv.glob(f"{version}.*/bin/python")))
    for each in candidates:
        code = "import sys; print('%d.%d' % sys.version_info[:2])"
        found = shutil.which(each)
        done = found and subprocess.run([found, "-c", code], capture_output=True)
        if done and done.stdout.decode().strip() == version:
            return each
    return None


def try_out(wheel: Path, python: str) -> str:
    """Install a wheel for an interpreter and run it from elsewhere; tells what was."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        install_and_run(wheel, python, Path(name))
    version = run(python, "--version").strip()
    return f"{version}: well, in {time.monotonic() - began:.0f} s"


def install_and_run(wheel: Path, python: str, directory: Path) -> None:
    """Install a wheel below a directory, and see that its commands work."""
    venv, elsewhere = directory / "venv", directory / "elsewhere"
    elsewhere.mkdir()
    run(python, "-m", "venv", "--without-pip", str(venv))
    # Our own pip installs into it: a new one there would take longer than all else.
    pip = (sys.executable, "-m", "pip", "--python", str(venv / "bin" / "python"))
    options = ("--quiet", "--disable-pip-version-check", "--no-compile")
    constraints = str(ROOT / "constraints.txt")
    run(*pip, "install", *options, "-c", constraints, f"{wheel}[sandbox]")
    commands = Commands(venv / "bin", elsewhere)
    version = re.search(r"-([0-9][^-]*)-", wheel.name)
    must(version is not None, f"{wheel.name} has no version")
    assert version is not None
    must(version[1] in commands.output("coderbot", "--version"), "another version")
    must("--attach" in commands.output("coderbot-tui", "--help"), "no --attach")
    commands.output("coderbot", "doctor", code=1)
    with commands.demo() as address:
        must("✓ fonts" in commands.output("coderbot", "doctor"), "no fonts")
        commands.output("python", "-c", _CHAT, address)


class Commands:
    """What was installed, run in a directory of its own.

    Args:
        bin: Where the commands lie.
        directory: Where they are run.
    """

    def __init__(self, bin: Path, directory: Path) -> None:
        self._bin = bin
        self._directory = directory
        self._environment = {
            "PATH": f"{bin}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(directory),
            "LANG": "C.UTF-8",
            "CODERBOT_STATE_DIR": str(directory / ".demo" / "state"),
        }

    def output(self, name: str, *arguments: str, code: int = 0) -> str:
        """Return what a command prints; it must end with `code`."""
        env_file = self._directory / ".demo" / ".env"
        if name == "coderbot" and arguments == ("doctor",) and env_file.exists():
            arguments = ("doctor", "--env-file", str(env_file))
        done = subprocess.run(
            [str(self._bin / name), *arguments],
            cwd=self._directory,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=_DEADLINE_S,
        )
        told = f"{name} {arguments[:2]} ended with {done.returncode}:\n"
        must(done.returncode == code, told + done.stdout + done.stderr)
        return done.stdout

    @contextmanager
    def demo(self) -> Iterator[str]:
        """Run the demo for the length of the block; yield the chat page's address."""
        process = subprocess.Popen(
            [str(self._bin / "coderbot"), "demo", "--headless", "--bots", "1"],
            cwd=self._directory,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            yield _address(process)
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=_DEADLINE_S)
            must(process.returncode == 0, f"demo ended with {process.returncode}")
        finally:
            process.kill()
            process.wait()


def _address(process: "subprocess.Popen[str]") -> str:
    """Return the address of the chat page, once the demo is ready."""
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if "1 worker ready" in line:
            found = re.search(r"http://\S+", "".join(lines))
            assert found is not None
            return found[0].rstrip("/")
    raise SystemExit("The demo is not ready:\n" + "".join(lines))


def run(*command: str) -> str:
    """Return what a command prints; it must succeed."""
    done = subprocess.run(command, capture_output=True, text=True)
    must(done.returncode == 0, f"{command[:4]}:\n{done.stdout}{done.stderr}")
    return done.stdout


def must(condition: bool, otherwise: str) -> None:
    """End with an error when something is not so."""
    if not condition:
        raise SystemExit(f"check_release: {otherwise}")


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
