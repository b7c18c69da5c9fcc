"""Words for numbers, the same in every front end (pure)."""


def duration(seconds: float | None) -> str:
    """Return seconds as `12 s`, `3 m 04 s`, `5 h 06 m` or `2 d 03 h`."""
    if seconds is None:
        return ""
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} m {whole % 60:02} s"
    if whole < 86_400:
        return f"{whole // 3600} h {whole % 3600 // 60:02} m"
    return f"{whole // 86_400} d {whole % 86_400 // 3600:02} h"


def size(count: int | None) -> str:
    """Return bytes as `512 B`, `1.5 MB` or the like (powers of 1000)."""
    if count is None:
        return ""
    value = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            break
        value /= 1000
    return (
        f"{value:.0f} {unit}" if value >= 100 or unit == "B" else f"{value:.1f} {unit}"
    )
