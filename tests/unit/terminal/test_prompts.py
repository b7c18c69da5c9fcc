# ruff: noqa: RUF001 - menus are drawn with signs that look like others
"""What programs wait for, read off their screens; and screens that ask nothing."""

import time
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coderbot.worker.terminal.emulator import Emulator
from coderbot.worker.terminal.prompt import Enter, PromptKind, Tty
from coderbot.worker.terminal.prompts import find_prompt
from coderbot.worker.terminal.screen import Screen

LINES = Tty()
"""A program that reads whole lines."""
KEYS = Tty(reads_lines=False, echoes=False)
"""A program that reads single keys."""
HIDDEN = Tty(reads_lines=True, echoes=False)
"""A program that asks for a password."""
SHELL = Tty(reads_lines=False, echoes=False, at_shell=True)

HIDE = "\x1b[?25l"


def screen_of(output: str, columns: int = 80, rows: int = 24) -> Screen:
    emulator = Emulator(columns, rows, 100)
    emulator.feed(output.replace("\n", "\r\n").encode())
    screen = emulator.screen()
    emulator.close()
    return screen


AGENT_MENU = f"""{HIDE}\
● Bash(npm test)
  ⎿  Running…

╭──────────────────────────────────────────────────────────────╮
│ Bash command                                                 │
│                                                              │
│   npm test                                                   │
│                                                              │
│ Do you want to proceed?                                      │
│ ❯ 1. Yes                                                     │
│   2. Yes, and don't ask again for npm test commands          │
│   3. No, and tell the agent what to do differently (esc)     │
╰──────────────────────────────────────────────────────────────╯
"""
AGENT_MENU_WITHOUT_FRAME = f"""{HIDE}\
  Allow command?

› 1. Approve and run now (y)
  2. Always approve this session (a)
  3. Edit or give feedback (e)

  Press Enter to confirm or Esc to cancel
"""
LONG_ITEMS = f"""{HIDE}\
Would you like to proceed with this plan?

 ❯ 1. Yes, and auto-accept edits, which means that files are written without
      another question
   2. Yes, and manually approve edits
   3. No, keep planning
"""
SELECT = """$ bash menu.sh
1) apple
2) banana
3) cherry
#? """
NUMBERS = """Available kernels:
  [1] linux-generic
  [2] linux-lowlatency
  [3] linux-cloud

Enter your choice [1-3]: """
ALTERNATIVES = """There are 2 choices for the alternative editor.

  Selection    Path               Priority   Status
------------------------------------------------------------
* 0            /bin/nano           40        auto mode
  1            /bin/nano           40        manual mode

Press <enter> to keep the current choice[*], or type selection number: """
CREATE_VITE = f"""{HIDE}\
> npx
> create-vite

│
◆  Select a framework:
│  ● Vanilla
│  ○ Vue
│  ○ React
│  ○ Svelte
└
"""
INQUIRER = f"""{HIDE}\
? Pick a package manager (Use arrow keys)
❯ npm
  yarn
  pnpm
"""
SURVEY = f"""{HIDE}\
? What account do you want to log into?  [Use arrows to move, type to filter]
  GitHub.com
> GitHub Enterprise Server
"""
CONFIRM_BESIDE = f"""{HIDE}\
◆  Install dependencies?
│  ● Yes / ○ No
└
"""
TRUST = f"""{HIDE}\
 Do you trust the files in this folder?

 /home/anna/project

 ❯ 1. Yes, proceed
   2. No, exit

 Enter to confirm · Esc to exit
"""

MENUS = [
    # output, tty, labels, keys of the first and the last option
    (AGENT_MENU, KEYS, 3, "1. Yes", ("1",), ("3",)),
    (AGENT_MENU_WITHOUT_FRAME, KEYS, 3, "1. Approve and run now (y)", ("1",), ("3",)),
    (
        LONG_ITEMS,
        KEYS,
        3,
        "1. Yes, and auto-accept edits, which means that files are written without",
        ("1",),
        ("3",),
    ),
    (TRUST, KEYS, 2, "1. Yes, proceed", ("1",), ("2",)),
    (SELECT, LINES, 3, "1. apple", ("1",), ("3",)),
    (NUMBERS, LINES, 3, "1. linux-generic", ("1",), ("3",)),
    (CREATE_VITE, KEYS, 4, "Vanilla", ("enter",), ("down", "down", "down", "enter")),
    (INQUIRER, KEYS, 3, "npm", ("enter",), ("down", "down", "enter")),
    (SURVEY, KEYS, 2, "GitHub.com", ("up", "enter"), ("enter",)),
    (CONFIRM_BESIDE, KEYS, 2, "Yes", ("enter",), ("right", "enter")),
]


@pytest.mark.parametrize(("output", "tty", "count", "label", "first", "last"), MENUS)
def test_menus(
    output: str,
    tty: Tty,
    count: int,
    label: str,
    first: tuple[str, ...],
    last: tuple[str, ...],
) -> None:
    prompt = find_prompt(screen_of(output), tty)
    assert prompt is not None
    assert prompt.kind is PromptKind.MENU
    assert len(prompt.options) == count
    assert prompt.options[0].label == label
    assert (prompt.options[0].keys, prompt.options[-1].keys) == (first, last)


def test_the_question_of_a_menu_is_told() -> None:
    prompt = find_prompt(screen_of(AGENT_MENU), KEYS)
    assert prompt is not None
    assert prompt.question == "Do you want to proceed?"
    assert prompt.options[0].enter is Enter.IF_NEEDED


def test_whoever_reads_lines_gets_enter() -> None:
    prompt = find_prompt(screen_of(SELECT), LINES)
    assert prompt is not None
    assert {option.enter for option in prompt.options} == {Enter.ALWAYS}


def test_a_moved_cursor_is_the_same_question() -> None:
    moved = INQUIRER.replace("❯ npm", "  npm").replace("  pnpm", "❯ pnpm")
    before, after = (find_prompt(screen_of(each), KEYS) for each in (INQUIRER, moved))
    assert before is not None
    assert after is not None
    assert before.identity == after.identity
    assert after.options[0].keys == ("up", "up", "enter")


QUESTIONS = [
    # apt
    (
        "The following packages will be REMOVED:\n  cowsay\n0 upgraded, 0 newly "
        "installed, 1 to remove.\nAfter this operation, 93 kB disk space will be freed."
        "\nDo you want to continue? [Y/n] ",
        {"Yes": "y", "No": "n"},
    ),
    # ssh
    (
        "The authenticity of host 'example (192.0.2.7)' can't be established.\nED25519 "
        "key fingerprint is SHA256:abc.\nThis key is not known by any other names.\nAre "
        "you sure you want to continue connecting (yes/no/[fingerprint])? ",
        {"Yes": "yes", "No": "no"},
    ),
    # git add -p
    (
        "-old\n+new\n(1/2) Stage this hunk [y,n,q,a,d,j,J,g,/,e,?]? ",
        {"Yes": "y", "No": "n", "q: quit": "q", "a: all": "a", "j": "j", "J": "J"},
    ),
    ("rm: remove write-protected regular file 'a.txt'? ", {"Yes": "y", "No": "n"}),
    ("cp: overwrite 'b.txt'? ", {"Yes": "y", "No": "n"}),
    ("Proceed (Y/n)? ", {"Yes": "y", "No": "n"}),  # pip uninstall
    ("Is this OK? (yes) ", {"Yes": "yes", "No": "no"}),  # npm init
    (
        "Need to install the following packages:\n  create-vite@5\nOk to proceed? (y) ",
        {"Yes": "y", "No": "n"},
    ),
    # dpkg
    (
        "*** sshd_config (Y/I/N/O/D/Z) [default=N] ? ",
        {"Yes": "y", "No": "n", "I": "I", "D": "D"},
    ),
    # unzip
    (
        "replace a.txt? [y]es, [n]o, [A]ll, [N]one, [r]ename: ",
        {"yes": "y", "no": "n", "All": "A", "None": "N", "rename": "r"},
    ),
    # terraform
    (
        "Do you want to perform these actions?\n  Only 'yes' will be accepted to "
        "approve.\n\n  Enter a value: ",
        {"Yes": "yes", "No": "no"},
    ),
    ("Kill the program being debugged? (y or n) ", {"Yes": "y", "No": "n"}),  # gdb
    ("Overwrite? y/N: ", {"Yes": "y", "No": "n"}),
]


@pytest.mark.parametrize(("output", "answers"), QUESTIONS)
def test_questions(output: str, answers: dict[str, str]) -> None:
    prompt = find_prompt(screen_of(output), LINES)
    assert prompt is not None
    assert prompt.kind is PromptKind.YES_NO
    found = {option.label: option.keys for option in prompt.options}
    assert answers.items() <= {k: v[0] for k, v in found.items()}.items()
    assert {option.enter for option in prompt.options} == {Enter.ALWAYS}
    typed = find_prompt(screen_of(output + "y"), LINES)
    assert typed is None


@pytest.mark.parametrize(
    ("output", "tty", "labels"),
    [
        ("a\n" * 23 + ":", KEYS, 3),
        ("a\n" * 23 + "\x1b[7m(END)\x1b[0m", KEYS, 2),
        ("a\n" * 5 + "\x1b[7m~\n(END)\x1b[0m", KEYS, 2),
        ("a\n" * 23 + "\x1b[7m--More--(12%)\x1b[0m", KEYS, 3),
        (
            "a\n" * 23 + "\x1b[7m Manual page ls(1) line 1 "
            "(press h for help or q to quit)\x1b[0m",
            KEYS,
            3,
        ),
        ("a\n" * 23 + "\x1b[7mfile.txt lines 1-23/500 4%\x1b[0m", KEYS, 3),
        ("a\n" * 23 + "\x1b[7mfile.txt  4%\x1b[0m", KEYS, 3),
        ("a\n" * 23 + "\x1b[7mfile.txt\x1b[0m", replace(KEYS, program="less"), 3),
    ],
)
def test_pagers(output: str, tty: Tty, labels: int) -> None:
    prompt = find_prompt(screen_of(output), tty)
    assert prompt is not None
    assert prompt.kind is PromptKind.PAGER
    assert len(prompt.options) == labels


@pytest.mark.parametrize(
    "line",
    [
        "[sudo] password for anna: ",
        "anna@example's password: ",
        "Enter passphrase for key '/home/anna/.ssh/id_ed25519': ",
        "Password for 'https://anna@example.org': ",
        "Passwort: ",
        "Verification code: ",
        "Enter PIN for smart card: ",
    ],
)
def test_passwords(line: str) -> None:
    prompt = find_prompt(screen_of(f"$ x\n{line}"), HIDDEN)
    assert prompt is not None
    assert prompt.kind is PromptKind.PASSWORD
    assert prompt.question == line.strip()
    assert prompt.options == ()
    # The same words from a program that shows what is typed are no secret.
    assert find_prompt(screen_of(line), LINES) is None


@pytest.mark.parametrize(
    ("output", "key"),
    [
        ("Press any key to continue . . . ", "enter"),
        ("done\nPress ENTER to continue", "enter"),
        ("Press [Enter] to continue or Ctrl-c to cancel.\n", "enter"),
        ("Hit RETURN to go on: ", "enter"),
        ("Press SPACE to proceed.", "space"),
        ("(press return)", "enter"),
        ("Press ENTER or type command to continue", "enter"),
    ],
)
def test_go_on(output: str, key: str) -> None:
    prompt = find_prompt(screen_of(output), LINES)
    assert prompt is not None
    assert prompt.kind is PromptKind.CONTINUE
    assert [option.keys for option in prompt.options] == [(key,)]


TRANSCRIPT = f"""{HIDE}\
> 1. mend the test
  2. then commit

● I will do these two things:

  1. Mend the test
  2. Commit

╭──────────────────────────────────────────────────────────────╮
│ >                                                            │
╰──────────────────────────────────────────────────────────────╯
  ? for shortcuts
"""
LOG = """\
12:00:01 INFO [1] started
12:00:02 INFO [2] connected
12:00:03 WARN continue? [y/N]
12:00:04 INFO done: 3
"""

NOTHING = [
    ("", LINES),
    ("$ ls -l\ntotal 8\n-rw-r--r-- 1 anna anna 12 Jan  1 a.txt\n$ ", KEYS),
    # Numbered output of ordinary programs, in a shell behind ssh.
    ("1. first\n2. second\n3. third\nanna@far:~$ ", KEYS),
    ("1. first\n2. second\n", KEYS),
    ("1. first\n2. second\n", LINES),
    ("> 1. quoted\n  2. second\nanna@far:~$ ", KEYS),
    ("1. foo\n2. bar\nundefined\n> ", KEYS),  # node
    ("1. foo\n2. bar\n>>> ", KEYS),  # python
    ("[1] 4711\n[2] 4712\nfar:~ # ", KEYS),  # jobs
    (LOG, LINES),
    (LOG + "far$ ", KEYS),
    (TRANSCRIPT, KEYS),
    ("* main\n  dev\n  topic\nfar$ ", KEYS),
    ("The password: is secret\n", HIDDEN),
    ("Is it good? [y/n]\nfar$ ", KEYS),
    ("# Menu\n\n1. apples\n2. pears\n\nSome text below the list.\n\nfar$ ", KEYS),
    ("step 1/3: building\nstep 2/3: testing\n", LINES),
    ("Collecting requests\n  Downloading 62 kB 1.2 MB/s eta 0:00:01\n", LINES),
    ("commit abc\n\n    Press any key to continue: a story\n\nfar$ ", KEYS),
    (f"{HIDE}  PID USER   CPU%\n    1 root    0.0\n  412 anna   12.5\n", KEYS),
    ("Name: ", LINES),
    ("mysql> ", KEYS),
]


@pytest.mark.parametrize(("output", "tty"), NOTHING)
def test_what_asks_nothing(output: str, tty: Tty) -> None:
    assert find_prompt(screen_of(output), tty) is None


@pytest.mark.parametrize("output", [AGENT_MENU, SELECT, "Continue? [Y/n] ", ":"])
def test_nothing_is_asked_while_a_shell_waits(output: str) -> None:
    assert find_prompt(screen_of(output), SHELL) is None


def test_the_command_line_of_an_editor_is_no_pager() -> None:
    screen = screen_of("\x1b[?1049h" + "~\n" * 23 + ":")
    assert find_prompt(screen, KEYS) is not None
    assert find_prompt(screen, Tty(False, False, program="vim")) is None


def test_the_command_is_no_part_of_the_question() -> None:
    output = "anna@host:~$ rm -i a\nrm: remove regular file 'a'? "
    prompt = find_prompt(screen_of(output), LINES)
    assert prompt is not None
    assert prompt.question == "rm: remove regular file 'a'?"


def test_a_question_that_wraps_is_whole() -> None:
    question = "Do you really want to throw all of this away for good? [y/N] "
    prompt = find_prompt(screen_of(question, columns=30), LINES)
    assert prompt is not None
    assert prompt.question == question.strip()


_ASKING = (
    *("❯ 1. Yes", "  2. No", "> one", "  two", "● a", "○ b", "Continue? [y/N] "),
    *("Overwrite? (yes/no): ", "Press any key to continue", "--More--", "Password: "),
)


@given(
    st.lists(
        st.text(alphabet="[]()<>yYnN/|,?:1234.) ❯›●○│╭─>*aä🔄-_%$#", max_size=70)
        | st.sampled_from(_ASKING),
        max_size=24,
    ),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
@example(lines=["❯ 1. Yes", "  2. No"], reads_lines=False, echoes=False, hides=False)
@example(lines=["Go on? [y/N] "], reads_lines=True, echoes=True, hides=False)
def test_no_screen_breaks_it(
    lines: list[str], reads_lines: bool, echoes: bool, hides: bool
) -> None:
    screen = screen_of((HIDE if hides else "") + "\n".join(lines))
    prompt = find_prompt(screen, Tty(reads_lines, echoes))
    if prompt is not None:
        assert len(prompt.options) <= 20
        assert all(option.keys for option in prompt.options)


@pytest.mark.parametrize(
    "row",
    ["?(" * 250, "[y/" * 160, "● a / " * 80, "1. " * 160],
    ids=["questions", "choices", "rings", "numbers"],
)
def test_hostile_rows_are_read_in_no_time(row: str) -> None:
    screen = screen_of("\n".join([row] * 300), columns=500, rows=300)
    began = time.process_time()
    find_prompt(screen, KEYS)
    assert time.process_time() - began < 1.0
