"""The variables that PM2 puts beside a user's own (pure)."""

from collections.abc import Mapping

_MARK = "pm_id"
"""Present if, and only if, PM2 has started this process."""
_PREFIXES = ("pm_", "axm_", "PM2_", "NODE_CHANNEL_")
_NAMES = frozenset(
    """
    NODE_APP_INSTANCE append_env_to_name args automation autorestart autostart
    created_at cron_restart cwd deep_monitoring disable_logs
    disable_source_map_support disable_trace error_file event_loop_inspector
    exec_interpreter exec_mode execute_command exit_code exp_backoff_restart_delay
    filter_env force gid increment_var install_url instance_var instances io
    kill_retry_time kill_timeout km_link listen_timeout log_date_format log_file
    log_type max_memory_restart max_restarts merge_logs min_uptime name name_prefix
    namespace node_args node_version out_file pid_file pmx port post_update
    prev_restart_delay restart_delay restart_time script shutdown_with_message
    source_map_support status stop_exit_codes time trace treekill uid unique_id
    unstable_restarts username v8 version versioning vizion vizion_running
    wait_ready watch watch_delay windowsHide write
    """.split()  # noqa: SIM905 - a list of a hundred lines tells no more
)
"""Each scalar of what PM2 knows of a program becomes a variable of that name.

All but one are in lower case, where a variable of a user hardly ever is; one that
had such a name is lost already, as PM2 has put its own in its place.
"""
_EMPTY_OBJECTS = ("{}", "[object Object]")
"""Under the name of the program PM2 keeps variables of that program alone."""


def without_pm2(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment without what PM2 has put there; else as it is."""
    if _MARK not in environment:
        return dict(environment)
    own = {environment.get("instance_var", "")}
    program = environment.get("name", "")
    if environment.get(program) in _EMPTY_OBJECTS:
        own.add(program)
    return {
        name: value
        for name, value in environment.items()
        if name not in _NAMES and name not in own and not name.startswith(_PREFIXES)
    }
