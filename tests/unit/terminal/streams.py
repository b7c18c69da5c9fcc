"""What programs write to a terminal, for the golden pictures."""
# ruff: noqa: RUF001 - signs that look like letters are what this is about

CSI = "\x1b["


def _sgr(code: str, text: str) -> str:
    return f"{CSI}{code}m{text}{CSI}0m"


def attributes() -> bytes:
    """All attributes, and all kinds of colours."""
    names = {
        "bold": "1",
        "dim": "2",
        "italic": "3",
        "bold italic": "1;3",
        "underline": "4",
        "double": "4:2",
        "curly": "4:3",
        "dotted": "4:4",
        "dashed": "4:5",
        "red curly": "4:3;58:2::255:80:80",
        "inverse": "7",
        "hidden": "8",
        "strike": "9",
        "overline": "53",
        "all": "1;3;4;9;53",
    }
    rows = [
        f"{name:12}|{_sgr(code, 'The quick gjpqy 0O1lI')}|"
        for name, code in names.items()
    ]
    rows += [
        "".join(_sgr(str(first + n), f" {first + n:3} ") for n in range(8))
        for first in (30, 90, 40, 100)
    ]
    rows.append("".join(_sgr(f"1;{30 + n}", f" b{30 + n} ") for n in range(8)))
    rows.append("".join(_sgr(f"7;{30 + n}", f" i{30 + n} ") for n in range(8)))
    rows += [
        "".join(_sgr(f"48;5;{n}", " ") for n in range(begin, begin + 72))
        for begin in range(16, 232, 72)
    ]
    rows.append("".join(_sgr(f"48;5;{n}", "   ") for n in range(232, 256)))
    rows.append(
        "".join(_sgr(f"48;2;{n * 3};{255 - n * 3};160", " ") for n in range(72))
    )
    rows.append(
        "".join(_sgr(f"38;2;255;{n * 3};{255 - n * 3}", "#") for n in range(72))
    )
    return "\r\n".join(rows).encode() + f"{CSI}5 q".encode()


def boxes() -> bytes:
    """Lines, blocks, Braille and Powerline, alone and joined."""
    rows = [
        "".join(chr(n) for n in range(at, at + 32)) for at in range(0x2500, 0x2580, 32)
    ]
    rows.append("".join(chr(n) for n in range(0x2580, 0x25A0)))
    rows.append("".join(chr(n) for n in range(0x2800, 0x2900, 4)))
    rows.append(" ".join(chr(n) for n in range(0xE0B0, 0xE0C0)))
    rows.append("".join(chr(n) for n in range(0x1FB00, 0x1FB3C)))
    frames = (
        ("┌─┬┐ ┏━┳┓ ╔═╦╗ ╭─┬╮ ╒═╤╕ ╓─╥╖ ┎─┰┒ ┍━┯┑"),
        ("│ ││ ┃ ┃┃ ║ ║║ │ ││ │ ││ ║ ║║ ┃ ┃┃ │ ││"),
        ("├─┼┤ ┣━╋┫ ╠═╬╣ ├─┼┤ ╞═╪╡ ╟─╫╢ ┠─╂┨ ┝━┿┥"),
        ("├─┼┤ ┣━╋┫ ╠═╬╣ ├─┼┤ ╞═╪╡ ╟─╫╢ ┠─╂┨ ┝━┿┥"),
        ("└─┴┘ ┗━┻┛ ╚═╩╝ ╰─┴╯ ╘═╧╛ ╙─╨╜ ┖─┸┚ ┕━┷┙"),
        ("╲ ╱ ╳╳ ┄┄┄┄ ┅┅┅┅ ┆ ┇ ┈┈┈┈ ╌╌╌ ╍╍╍ ╎ ╏"),
        (" ╳  ╳╳ ████ ▓▓▓▓ ▒▒▒▒ ░░░░ ┆ ┇ ┊ ┋ ╎ ╏"),
        ("╱ ╲ ╳╳ ▁▂▃▄▅▆▇█ ▏▎▍▌▋▊▉█ ▖▗▘▝▚▞▙▛▜▟ ▀▄▌▐"),
    )
    rows += frames
    rows.append(
        f"{CSI}37;44m main {CSI}34;42m\ue0b0{CSI}30;42m ok {CSI}0;32m\ue0b0{CSI}0m "
        f"{CSI}33m\ue0b6{CSI}30;43m pill {CSI}0;33m\ue0b4{CSI}0m ⣿⣿⡇⢀⣠⣤⣶⣿"
    )
    return "\r\n".join(rows).encode() + f"{CSI}3 q".encode()


def text_of_the_world() -> bytes:
    """Accents, scripts, wide characters, emoji, and what no font has."""
    rows = (
        "Příliš žluťoučký kůň úpěl ďábelské ódy. ÀÉÎÕÜ ßøåæ",
        "e\u0301 a\u0308 n\u0303 o\u0302\u0323 x\u0305 combining",
        "Ελληνικά Русский עברית العربية ქართული",
        "|日本語|中文字符|한국어|全角ＡＢＣ|",
        "|12|34|56|ruler",
        "→ ← ↑ ↓ ⇒ ✓ ✗ ★ ● ○ ◆ ■ □ ▶ ◀ ⏺ ⏵ ⏸ ⏹ ⎿ ✻ ✽ ✶ ❯ λ ∑ ∞ ≤ …",
        "|😀|🚀|👩‍💻|🇳🇱|❤️|⚠️|✅|⚡|🧑🏽‍🚀|",
        "|12|12|12|12|12|12|12|12|12|ruler",
        "missing: \U00013000 \U0001f9ff \ufdd0 \U0010fffd \u1a00|",
    )
    return "\r\n".join(rows).encode() + f"{CSI}1;10H{CSI}2 q".encode()


def listing() -> bytes:
    """A prompt and `ls -l --color`."""
    rows = (
        f"{_sgr('01;32', 'dev@host')}:{_sgr('01;34', '~/project')}$ ls -l --color",
        "total 64",
        f"drwxr-xr-x 5 dev dev 4096 Nov  3 09:12 {_sgr('01;34', 'coderbot')}",
        f"-rwxr-xr-x 1 dev dev  812 Nov  3 09:12 {_sgr('01;32', 'build.sh')}",
        f"lrwxrwxrwx 1 dev dev   11 Nov  3 09:12 {_sgr('01;36', 'latest')} -> "
        f"{_sgr('01;34', 'releases/42')}",
        f"-rw-r--r-- 1 dev dev 9041 Nov  3 09:12 {_sgr('01;31', 'archive.tar.gz')}",
        f"-rw-r--r-- 1 dev dev 5120 Nov  3 09:12 {_sgr('01;35', 'picture.png')}",
        "-rw-r--r-- 1 dev dev 1204 Nov  3 09:12 README.md",
        f"drwxrwxrwt 2 dev dev 4096 Nov  3 09:12 {_sgr('30;42', 'tmp')}",
        f"crw-rw-rw- 1 dev dev 1, 3 Nov  3 09:12 {_sgr('40;33;01', 'null')}",
        f"{_sgr('01;32', 'dev@host')}:{_sgr('01;34', '~/project')}$ ",
    )
    return "\r\n".join(rows).encode()


def agent() -> bytes:
    """A full-screen coding agent: frames, a diff, a spinner, hidden cursor."""
    grey, accent = f"{CSI}38;5;246m", f"{CSI}38;2;215;119;87m"
    off = f"{CSI}0m"
    added, removed = f"{CSI}48;2;34;92;43m", f"{CSI}48;2;122;41;54m"
    rows = (
        f"{accent}╭──────────────────────────────────────────────────╮{off}",
        f"{accent}│{off} {CSI}1m✻ Welcome to the agent!{off}                          {accent}│{off}",
        f"{accent}│{off}   {grey}/help for help, cwd: ~/project{off}                 {accent}│{off}",
        f"{accent}╰──────────────────────────────────────────────────╯{off}",
        "",
        f"{grey}> make the parser handle empty input{off}",
        "",
        f"{CSI}32m⏺{off} {CSI}1mUpdate{off}(src/parser.py)",
        f"  {grey}⎿{off}  Updated with {CSI}1m2{off} additions and {CSI}1m1{off} removal",
        f"     {grey}41{off}   def parse(text: str) -> Tree:",
        f"     {removed}42 -     return build(text.split()){CSI}K{off}",
        f"     {added}42 +     if not text.strip():{CSI}K{off}",
        f"     {added}43 +         return Tree.empty(){CSI}K{off}",
        "",
        f"{accent}✽ Thinking…{off} {grey}(12s · ↑ 1.2k tokens · esc to interrupt){off}",
        "",
        f"{grey}╭{'─' * 68}╮{off}",
        f'{grey}│{off} > Try {CSI}2m"write a test for it"{off}{" " * 39} {grey}│{off}',
        f"{grey}╰{'─' * 68}╯{off}",
        f"  {CSI}38;5;211m▶▶ accept edits on{off} {grey}(shift+tab to cycle){off}",
    )
    return (f"{CSI}?1049h{CSI}?25l{CSI}H" + "\r\n".join(rows)).encode()


def editor() -> bytes:
    """An editor with line numbers, syntax, a selection and a status line."""
    number = f"{CSI}38;5;242m"
    keyword, name, text, comment = "38;5;176", "38;5;75", "38;5;114", "3;38;5;244"
    doc = '"""Return a sum."""'
    code = (
        f"{_sgr(comment, '# Sums the even ones.')}",
        f"{_sgr(keyword, 'def')} {_sgr(name, 'total')}(items):",
        f"    {_sgr(text, doc)}",
        f"    {_sgr(keyword, 'return')} {_sgr(name, 'sum')}(",
        f"        {_sgr('48;5;238', 'n for n in items if n % 2 == 0')}",
        "    )",
    )
    rows = [f"{number}{at + 1:4} {CSI}0m{line}" for at, line in enumerate(code)]
    rows += [_sgr("38;5;63", "~")] * 6
    rows.append(
        _sgr("1;38;5;16;48;5;114", " NORMAL ")
        + _sgr("48;5;236", f" sums.py [+]{' ' * 28}utf-8  5:9  83% ")
    )
    start = f"{CSI}?1049h{CSI}H"
    return (start + "\r\n".join(rows) + f"{CSI}5;14H{CSI}2 q").encode()
