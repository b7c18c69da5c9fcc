"""Machines of a test: network namespaces on a bridge, where that is permitted."""

import contextlib
import itertools
import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

_numbers = itertools.count(1)
_LOCKS = (
    "for d in /run/lock /tmp; do d=$d/coderbot-$(id -u); "
    "mkdir -p -m 700 $d && mount -t tmpfs -o mode=700 none $d || exit 99; done; "
    "d=/run/user/$(id -u); "
    "if [ -d $d ]; then mkdir -p -m 700 $d/coderbot && "
    "mount -t tmpfs -o mode=700 none $d/coderbot || exit 99; fi; "
    'exec "$@"'
)
"""Lets a process not see which tokens are polled on this machine: it is another one."""


def own_locks(prefix: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return what a host is started through so that it has locks of its own."""
    root = () if os.getuid() == 0 else ("-r",)
    return (*prefix, "unshare", *root, "-m", "sh", "-c", _LOCKS, "sh")


def why_no_hosts() -> str:
    """Return why there can be no hosts of their own locks here; empty: there can."""
    if shutil.which("unshare") is None:
        return "unshare (util-linux) is not installed"
    result = _run(*own_locks(), "true")
    return "" if result.returncode == 0 else "mount namespaces are not permitted"


def why_no_network() -> str:
    """Return why there can be no network namespaces; empty: there can."""
    if os.getuid() != 0:
        return "network namespaces need root"
    if shutil.which("ip") is None:
        return "ip is not installed; scripts/install-test-packages.sh does it"
    name = f"cb{os.getpid()}-try"
    if _run("ip", "netns", "add", name).returncode != 0:
        return "network namespaces are not permitted"
    _run("ip", "netns", "del", name)
    return ""


@dataclass(frozen=True)
class Machine:
    """One host of a test network."""

    name: str
    """Of its namespace."""
    address: str

    @property
    def prefix(self) -> tuple[str, ...]:
        """What a program is started through to run there."""
        return ("ip", "netns", "exec", self.name)

    def cut(self) -> None:
        """Pull its plug: nothing reaches it, and nothing leaves it."""
        _do("ip", "-n", self.name, "link", "set", "up0", "down")

    def mend(self) -> None:
        _do("ip", "-n", self.name, "link", "set", "up0", "up")


class Network:
    """A bridge, and machines on it; made by `network`.

    Args:
        bridge: Name of it.
        subnet: Its addresses but for the last number: `10.1.2`.
    """

    def __init__(self, bridge: str, subnet: str) -> None:
        self.bridge = bridge
        self._subnet = subnet
        self._machines: list[Machine] = []

    @property
    def address(self) -> str:
        """Of this process on that network."""
        return f"{self._subnet}.1"

    def machine(self) -> Machine:
        """Add one."""
        number = len(self._machines) + 2
        name = f"{self.bridge}-{number}"
        machine = Machine(name, f"{self._subnet}.{number}")
        _do("ip", "netns", "add", name)
        self._machines.append(machine)
        outer = f"{self.bridge}v{number}"
        _do(*f"ip link add {outer} type veth peer name up0 netns {name}".split())
        _do(*f"ip link set {outer} master {self.bridge} up".split())
        _do(*f"ip -n {name} addr add {machine.address}/24 dev up0".split())
        _do(*f"ip -n {name} link set up0 up".split())
        _do(*f"ip -n {name} link set lo up".split())
        return machine

    def close(self) -> None:
        for machine in self._machines:
            _run("ip", "netns", "del", machine.name)
        _run("ip", "link", "del", self.bridge)


@contextlib.contextmanager
def network() -> Iterator[Network]:
    """Make a network for the length of the block."""
    # Names of interfaces have 15 letters at most.
    bridge = f"cb{os.getpid() % 100_000}x{next(_numbers)}"
    subnet = f"10.{random.randint(64, 250)}.{random.randint(0, 255)}"
    made = Network(bridge, subnet)
    _do("ip", "link", "add", bridge, "type", "bridge")
    try:
        _do("ip", "addr", "add", f"{made.address}/24", "dev", bridge)
        _do("ip", "link", "set", bridge, "up")
        yield made
    finally:
        made.close()


def _run(*command: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, capture_output=True, text=True, check=False)


def _do(*command: str) -> None:
    result = _run(*command)
    assert result.returncode == 0, f"{' '.join(command)}: {result.stderr}"
