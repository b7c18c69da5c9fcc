"""Limits that the kernel keeps for a process, set from outside."""

import logging
import os
import resource
import sys

_log = logging.getLogger(__name__)


def apply_limits(pid: int, nice: int, open_files: int) -> None:
    """Set the limits of a process that was just started; a failure is logged.

    All that it starts inherits them.

    Args:
        pid: A child that is not reaped.
        nice: Its niceness, from 0 (unchanged) to 19.
        open_files: How many files it may have open; 0 leaves that unchanged.
    """
    try:
        if nice > 0:
            os.setpriority(os.PRIO_PROCESS, pid, nice)
        if open_files > 0:
            _limit_files(pid, open_files)
    except OSError as error:
        _log.warning("Cannot limit process %d: %s", pid, error)


def _limit_files(pid: int, count: int) -> None:
    if sys.platform != "linux":
        _log.warning("WORKER_OPEN_FILES has no effect on this system")
        return
    _, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    count = count if hard == resource.RLIM_INFINITY else min(count, hard)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (count, count))
