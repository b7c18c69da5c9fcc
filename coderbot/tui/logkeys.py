"""The keys of the log: bindings, help and palette read them."""

from coderbot.tui.binding import hidden, key

LOG_KEYS = (
    key("slash", "log('search')", "log.search", "Search", "Search the log as you type"),
    key(
        "m",
        "log('merge')",
        "log.merge",
        "Merge",
        "Lines of all bots, or of the selected one only",
    ),
    key(
        "v",
        "log('layout')",
        "log.layout",
        "Layout",
        "One pane, two, four, or one for every bot",
    ),
    key(
        "z",
        "log('zoom')",
        "log.zoom",
        "Zoom",
        "Give the log the whole screen, or take it back",
    ),
    hidden("n", "log('newer')", "log.newer", "Next match", "Towards newer lines"),
    hidden("N", "log('older')", "log.older", "Previous match", "Towards older lines"),
    hidden("e", "log('next_error')", "log.next_error", "Next error", "Newer error"),
    hidden("E", "log('last_error')", "log.last_error", "Previous error", "Older error"),
    hidden(
        "l",
        "log('filter')",
        "log.filter",
        "Filter lines",
        "Only lines with these words; !without, /expression/",
    ),
    hidden(
        "L",
        "log('level')",
        "log.level",
        "Least level",
        "All lines, from info, from warning, or errors only",
    ),
    hidden(
        "t",
        "log('times')",
        "log.times",
        "Times",
        "Show or hide when each line came (UTC)",
    ),
    hidden("w", "log('wrap')", "log.wrap", "Wrap", "Wrap long lines, or cut them"),
    hidden(
        "y",
        "log('copy')",
        "log.copy",
        "Copy",
        "Copy selected text, or else the lines in view (OSC 52)",
    ),
    hidden(
        "o",
        "log('export')",
        "log.export",
        "Export",
        "Write the lines of this pane to a file",
    ),
    hidden(
        "escape",
        "log('leave')",
        "log.leave",
        "Leave",
        "Leave search and filters, one after another",
    ),
    hidden(
        "G,end", "log('end')", "log.end", "Follow", "Go to the newest line, and follow"
    ),
    hidden(
        "F",
        "log('follow')",
        "log.follow",
        "Pause",
        "Follow new lines, or stay where it is",
    ),
    hidden("g,home", "log('home')", "log.home", "Oldest line", "Go to the oldest line"),
    hidden(
        "pageup,ctrl+b",
        "log('page_up')",
        "log.page_up",
        "Page up",
        "Scroll the log one page up; ends following",
    ),
    hidden(
        "pagedown,ctrl+f",
        "log('page_down')",
        "log.page_down",
        "Page down",
        "Scroll the log one page down",
    ),
)
"""What can be done to the log, wherever the focus is."""

SCROLL_KEYS = (
    hidden(
        "j,down", "scroll('down')", "lines.down", "Line down", "Scroll one line down"
    ),
    hidden(
        "k,up",
        "scroll('up')",
        "lines.up",
        "Line up",
        "Scroll one line up; ends following",
    ),
)
"""Keys of a pane, while it has the focus."""

SEARCH_KEYS = (
    hidden("escape", "leave", "search.leave", "Close", "Leave the field, forget it"),
    hidden("ctrl+r", "regex", "search.regex", "Regex", "Text, or a regular expression"),
)
"""Keys of the search field."""
