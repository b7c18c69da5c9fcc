import subprocess
import sys


def test_a_host_alone_loads_nothing_for_several() -> None:
    script = (
        "import sys, coderbot.fleet, coderbot.headless\n"
        "roots = {'redis', 'cryptography'}\n"
        "rooms = ('coderbot.cluster', 'coderbot.host')\n"
        "print([name for name in sys.modules\n"
        "       if name.split('.')[0] in roots or name.startswith(rooms)])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
