"""The three journeys through the program, each as a picture."""

from functools import partial

from scripts.reference.diagram import Step, draw

_SUPERVISOR, _WORKER, _DASHBOARD = "supervisor", "worker", "dashboard"
_PROGRAM, _OUTSIDE, _DISK = "its programs", "Telegram", "disk"

TOKEN_TO_PANE = (
    Step(
        _DISK,
        "A token in the .env",
        "Every variable is checked; all that is wrong is told at once",
        ("config/load.py", "config/sections/"),
        "settings; the token as a Secret that never prints itself",
    ),
    Step(
        _SUPERVISOR,
        "A specification for each bot",
        "What its worker is started with: its token, no other one",
        ("supervisor/spec.py",),
        "one spec a bot",
    ),
    Step(
        _SUPERVISOR,
        "A state machine and a process",
        "The machine decides, the runner acts, the child is started",
        ("supervisor/machine.py", "supervisor/runner.py", "supervisor/child.py"),
        "a process in a session of its own, with two pipes and a channel",
    ),
    Step(
        _WORKER,
        "It logs in, and says READY",
        "getMe, the first getUpdates; then a heartbeat every 5 s",
        ("worker/app.py", "botprocess/link.py"),
        "frames on the channel; bytes on stdout and stderr",
    ),
    Step(
        _SUPERVISOR,
        "Bytes become lines",
        "Whole lines, each stream apart, secrets scrubbed, numbered, dated",
        ("supervisor/source.py", "supervisor/framer.py", "supervisor/blocks.py"),
        "blocks of lines",
    ),
    Step(
        _SUPERVISOR,
        "The logbook",
        "The newest in memory, all in files; one order over all bots",
        ("supervisor/logbook.py", "supervisor/logfiles.py", "supervisor/bus.py"),
        "an event: there are lines up to number N",
    ),
    Step(
        _DASHBOARD,
        "The port",
        "The supervisor itself, or the same over its socket",
        ("control/port.py", "control/client.py"),
        "snapshots and lines",
    ),
    Step(
        _DASHBOARD,
        "The bridge",
        "Floods become one message for each picture",
        ("tui/bridge.py", "tui/messages.py"),
        "past facts",
    ),
    Step(
        _DASHBOARD,
        "The pane",
        "Only the lines in view are drawn; older ones are fetched",
        ("tui/widgets/log_view.py", "tui/widgets/log_canvas.py", "tui/past.py"),
    ),
)

UPDATE_TO_PHOTO = (
    Step(
        _OUTSIDE,
        "Somebody sends a message",
        "Telegram keeps it until a getUpdates has fetched it",
        (),
        "an update",
    ),
    Step(
        _WORKER,
        "The ledger",
        "On the disk before anything is done: nothing is acted on twice",
        ("botprocess/telegram/polling.py", "botprocess/telegram/ledger.py"),
        "an update that is new",
    ),
    Step(
        _WORKER,
        "The gate",
        "Every kind of update: an allowed person, in their private chat",
        ("botprocess/telegram/gate.py", "worker/telegram/doorkeeper.py"),
        "a request of a user",
    ),
    Step(
        _WORKER,
        "A lane for each user and topic",
        "The handler is short; nobody waits for another; Ctrl-C overtakes",
        ("worker/telegram/router.py", "worker/telegram/lanes.py"),
        "text, or a key",
    ),
    Step(
        _WORKER,
        "The terminal",
        "Text, then Enter once the program has shown it",
        ("worker/terminal/session.py", "worker/terminal/input.py"),
        "bytes",
    ),
    Step(
        _PROGRAM,
        "A shell, an agent, an editor",
        "On a PTY and in a session of its own",
        ("worker/terminal/pty.py",),
        "bytes, escapes, questions to the terminal",
    ),
    Step(
        _WORKER,
        "The emulator",
        "Keeps the screen, answers, tells of bells and progress",
        ("worker/terminal/emulator.py", "worker/terminal/screen.py"),
        "a frozen screen, once output pauses",
    ),
    Step(
        _WORKER,
        "Mask and renderer",
        "Secrets are made unreadable; then cells become a PNG, or text",
        ("worker/masking/mask.py", "worker/terminal/render/png.py"),
        "a picture, and the buttons of what is asked",
    ),
    Step(
        _WORKER,
        "The outbox",
        "The newest edit counts; rates are kept; alerts come first",
        ("worker/telegram/livescreen.py", "botprocess/telegram/outbox.py"),
        "a call of the Bot API",
    ),
    Step(_OUTSIDE, "The photo in the chat", "The same message, edited"),
)

FILE_TO_SENT = (
    Step(
        _DISK,
        "A program writes a file",
        "Into bot-N/ for all users, into $CODERBOT_OUTBOX for one",
        (),
        "news of the directory",
    ),
    Step(
        _WORKER,
        "The watcher",
        "Waits until nobody writes it any more; passes over names that wait",
        ("worker/media/watcher.py", "worker/media/settling.py"),
        "a finished file",
    ),
    Step(
        _WORKER,
        "The plan",
        "What it is by its content, to whom, with which caption",
        ("worker/media/plan.py", "worker/media/recipients.py"),
        "a job",
    ),
    Step(
        _WORKER,
        "The journal",
        "On the disk: who has it already, whatever has crashed",
        ("worker/media/journal.py",),
        "one lane for each recipient",
    ),
    Step(
        _WORKER,
        "The sender",
        "In order, as albums where it can; trouble is waited out",
        ("worker/media/sender.py", "worker/media/lane.py"),
        "an upload",
    ),
    Step(
        _WORKER,
        "The uploader",
        "In turn with all else that is said in that chat",
        ("worker/telegram/uploader.py", "worker/telegram/budget.py"),
        "a call of the Bot API",
    ),
    Step(
        _OUTSIDE,
        "The file in the chat",
        "The answer is written into the journal before anything else",
        (),
        "every recipient has it, or one never can",
    ),
    Step(
        _DISK,
        "sent/, or failed/ with the reason",
        "Moved, never over another file",
        ("worker/media/putaway.py", "worker/media/archive.py"),
    ),
)

JOURNEYS = {
    "token-to-pane": ("From a token to a pane of the dashboard", TOKEN_TO_PANE),
    "update-to-photo": ("From an update to a photo in the chat", UPDATE_TO_PHOTO),
    "file-to-sent": ("From a file to sent/", FILE_TO_SENT),
}
"""Title and steps by the name of the picture."""

PICTURES = {
    f"docs/explanation/{name}.svg": partial(draw, title, steps)
    for name, (title, steps) in JOURNEYS.items()
}
"""What draws each of them, by its path."""
