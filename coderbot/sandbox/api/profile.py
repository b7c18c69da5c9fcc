"""What a bot says of itself: commands, names, descriptions, menu button."""

from coderbot.sandbox.api.call import Call
from coderbot.sandbox.api.table import Method, method
from coderbot.sandbox.bot import check_commands, scope_key
from coderbot.sandbox.errors import bad_request
from coderbot.sandbox.jsontypes import Json


@method("getMe")
def get_me(call: Call) -> Json:
    """Tell the bot who it is."""
    return call.bot.user() | {
        "can_join_groups": True,
        "can_read_all_group_messages": call.bot.sees_all,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def _key(call: Call) -> tuple[str, str]:
    scope = scope_key(call.params.json_object("scope"))
    return scope, call.params.text("language_code")


def _announce(call: Call) -> None:
    call.world.publish("bot", bot=call.bot.view())


@method("setMyCommands")
def set_my_commands(call: Call) -> bool:
    """Set the command menu of a scope and language."""
    commands = check_commands(call.params.json("commands"))
    call.bot.commands[_key(call)] = commands
    _announce(call)
    return True


@method("getMyCommands")
def get_my_commands(call: Call) -> list[Json]:
    """Tell the command menu of exactly this scope and language."""
    return call.bot.commands.get(_key(call), [])


@method("deleteMyCommands")
def delete_my_commands(call: Call) -> bool:
    """Remove the command menu of a scope and language."""
    call.bot.commands.pop(_key(call), None)
    _announce(call)
    return True


def _setter(kind: str, limit: int) -> Method:
    def set_text(call: Call) -> bool:
        text = call.params.text(kind)
        if len(text) > limit:
            raise bad_request(f"bot {kind.replace('_', ' ')} is too long")
        call.bot.texts[kind, call.params.text("language_code")] = text
        _announce(call)
        return True

    return set_text


def _getter(kind: str) -> Method:
    def get_text(call: Call) -> Json:
        texts, code = call.bot.texts, call.params.text("language_code")
        default = call.bot.first_name if kind == "name" else ""
        return {kind: texts.get((kind, code)) or texts.get((kind, "")) or default}

    return get_text


for _name, _kind, _limit in (
    ("Name", "name", 64),
    ("Description", "description", 512),
    ("ShortDescription", "short_description", 120),
):
    method(f"setMy{_name}")(_setter(_kind, _limit))
    method(f"getMy{_name}")(_getter(_kind))


def _menu_chat(call: Call) -> int | None:
    return call.chat_id() if call.params.text("chat_id") else None


@method("setChatMenuButton")
def set_chat_menu_button(call: Call) -> bool:
    """Set the menu button of one chat, or of all."""
    button = call.params.json_object("menu_button") or {"type": "default"}
    call.bot.menu_buttons[_menu_chat(call)] = button
    return True


@method("getChatMenuButton")
def get_chat_menu_button(call: Call) -> Json:
    """Tell the menu button of one chat, or the default one."""
    buttons = call.bot.menu_buttons
    default = buttons.get(None, {"type": "default"})
    return buttons.get(_menu_chat(call), default)
