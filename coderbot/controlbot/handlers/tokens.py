"""/addbot and /removebot: the tokens in the `.env`, by the code of `coderbot add`."""

import asyncio
import logging
from pathlib import Path

from coderbot.config import parsers
from coderbot.config.envfile import read_text, replace_text, without_token
from coderbot.config.tokenfile import add_token, find_token, remove_token, tokens_in
from coderbot.control.facts import BotSnapshot
from coderbot.controlbot import texts
from coderbot.controlbot.excerpt import excerpt
from coderbot.controlbot.incidents import named
from coderbot.controlbot.question import Question
from coderbot.controlbot.request import Request
from coderbot.controlbot.services import Services
from coderbot.errors import CoderBotError
from coderbot.redact import TOKEN_PATTERN, Secret

_log = logging.getLogger(__name__)


async def add_bot(request: Request) -> None:
    """Add the bot whose token was sent along, or ask for one."""
    _env_file(request.services)
    if request.words:
        await take_token(request.services, request.admin, request.words[0])
        return
    request.services.waiting.begin(request.admin)
    request.reply(texts.ASK_TOKEN)


async def remove_bot(request: Request) -> None:
    """Ask whether it is meant, and remove the bot then."""
    services, bot = request.services, request.bot()
    _env_file(services)

    async def carry_out() -> str:
        _log.info("Admin %d: remove %s", request.admin, bot.bot)
        await _remove(services, bot)
        return f"{named(bot)} was removed."

    text = f"Remove {named(bot)}? It is stopped, and its token leaves the .env."
    await Question(services, text, carry_out).ask(request.admin, f"Remove {bot.bot}")


async def take_token(services: Services, admin: int, raw: str) -> None:
    """Add the bot with a token that an admin has sent; its message is deleted."""
    found = TOKEN_PATTERN.findall(raw)
    try:
        # What @BotFather says around it may have been copied, too.
        token = parsers.token(found[0] if len(found) == 1 else raw)
    except ValueError as error:
        # The error never repeats what was sent.
        services.sender.post(admin, f"What you sent {error}. Nothing was changed.")
        return
    said = await _add(services, token)
    _log.info("Admin %d: %s", admin, said)
    await services.sender.text(admin, said)


async def _add(services: Services, token: Secret) -> str:
    path, api_root = _env_file(services), services.settings.api_root
    # A file that is wrong already must not be blamed on the new token.
    await services.fleet.reload(dry_run=True)
    username, _ = await asyncio.to_thread(add_token, path, token, api_root)
    try:
        await services.fleet.reload(dry_run=False)
    except CoderBotError:
        await asyncio.to_thread(remove_token, path, token)
        raise
    known = (await services.fleet.status()).fingerprints
    bot = next((b for b, mark in known.items() if mark == token.fingerprint), "")
    return f"@{excerpt(username)} was added as {bot or 'a new bot'}, and starts."


async def _remove(services: Services, bot: BotSnapshot) -> None:
    path = _env_file(services)
    status = await services.fleet.status()
    tokens = await asyncio.to_thread(tokens_in, path)
    token = find_token(tokens, status.fingerprints.get(bot.bot))
    if token is None:
        raise CoderBotError(f"The token of {bot.bot} is not in the .env any more.")
    if len(tokens) == 1:
        raise CoderBotError(f"{bot.bot} is the last bot; a fleet needs one at least.")
    before = await asyncio.to_thread(read_text, path)
    after = without_token(before, token)
    await asyncio.to_thread(replace_text, path, before, after)
    try:
        await services.fleet.reload(dry_run=False)
    except CoderBotError:
        await asyncio.to_thread(replace_text, path, after, before)
        raise


def _env_file(services: Services) -> Path:
    if services.env_file is None:
        raise CoderBotError(texts.NO_ENV_FILE)
    return services.env_file
