"""Every method, called by the real python-telegram-bot client."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllGroupChats,
    BotCommandScopeChat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaAnimation,
    InputMediaDocument,
    InputMediaPhoto,
    InputMediaVideo,
    MenuButtonCommands,
    MessageEntity,
    MessageOriginUser,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    ReplyParameters,
)
from telegram.error import BadRequest, EndPointNotFound, Forbidden, NetworkError

from coderbot.sandbox.client import SandboxUser
from coderbot.sandbox.server import Sandbox
from tests.fakes.pictures import png
from tests.fakes.sandbox import ANNA, make_bot_id, make_token

MB = 1 << 20


@pytest_asyncio.fixture
async def bot(sandbox: Sandbox) -> AsyncIterator[Bot]:
    made = Bot(
        make_token(1).reveal(),
        base_url=sandbox.bot_api_url,
        base_file_url=sandbox.file_api_url,
    )
    async with made:
        yield made


@pytest.fixture
def anna(sandbox: Sandbox) -> SandboxUser:
    return sandbox.client().user(ANNA, make_bot_id(1))


def keys(data: str = "go") -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton("Go", callback_data=data)]])


async def test_get_me(bot: Bot) -> None:
    me = await bot.get_me()
    assert me.id == make_bot_id(1)
    assert me.is_bot
    assert me.username == "coder_1_bot"


async def test_send_message(bot: Bot, anna: SandboxUser) -> None:
    sent = await bot.send_message(
        ANNA,
        "<b>Hi</b> /start",
        parse_mode="HTML",
        reply_markup=keys(),
        disable_notification=True,
        message_thread_id=7,
    )
    assert sent.text == "Hi /start"
    assert sent.parse_entities() == {
        MessageEntity("bold", 0, 2): "Hi",
        MessageEntity("bot_command", 3, 6): "/start",
    }
    assert sent.message_thread_id == 7
    (seen,) = await anna.messages()
    assert (seen.text, seen.buttons, seen.silent) == ("Hi /start", ("Go",), True)


async def test_explicit_entities(bot: Bot) -> None:
    marks = [MessageEntity("italic", 3, 1)]
    sent = await bot.send_message(ANNA, "👍 x", entities=marks)
    assert sent.parse_entities() == {marks[0]: "x"}


async def test_reply(bot: Bot, anna: SandboxUser) -> None:
    said = await anna.say("question")
    sent = await bot.send_message(
        ANNA, "answer", reply_parameters=ReplyParameters(said.id)
    )
    assert sent.reply_to_message is not None
    assert sent.reply_to_message.text == "question"
    with pytest.raises(BadRequest, match="Message to be replied not found"):
        await bot.send_message(ANNA, "x", reply_parameters=ReplyParameters(999))
    lenient = ReplyParameters(999, allow_sending_without_reply=True)
    sent = await bot.send_message(ANNA, "x", reply_parameters=lenient)
    assert sent.reply_to_message is None


async def test_reply_keyboard(bot: Bot, anna: SandboxUser) -> None:
    await bot.send_message(ANNA, "?", reply_markup=ReplyKeyboardMarkup([["Yes", "No"]]))
    asked = await anna.wait_for()
    assert asked.reply_keyboard == (("Yes", "No"),)
    await bot.send_message(ANNA, "ok", reply_markup=ReplyKeyboardRemove())
    answer = await anna.wait_for(after=asked.cursor)
    assert answer.reply_keyboard == ()
    assert answer.raw["removes_keyboard"]


SENDERS = {
    "photo": lambda bot: bot.send_photo(ANNA, png(30, 20), caption="c"),
    "document": lambda bot: bot.send_document(ANNA, b"pdf", filename="a b.pdf"),
    "video": lambda bot: bot.send_video(ANNA, b"v", width=4, height=3, duration=2),
    "audio": lambda bot: bot.send_audio(ANNA, b"a", title="T", performer="P"),
    "voice": lambda bot: bot.send_voice(ANNA, b"o", duration=3),
    "video_note": lambda bot: bot.send_video_note(ANNA, b"n", length=99),
    "animation": lambda bot: bot.send_animation(ANNA, b"g", filename="a.mp4"),
    "sticker": lambda bot: bot.send_sticker(ANNA, png(20, 20)),
}


@pytest.mark.parametrize("kind", SENDERS)
async def test_files(bot: Bot, anna: SandboxUser, kind: str) -> None:
    sent = await SENDERS[kind](bot)
    held = sent.photo[-1] if kind == "photo" else getattr(sent, kind)
    seen = await anna.wait_for()
    assert seen.kind == kind
    assert seen.file is not None
    # the bot can fetch what it sent, and send it again by its id
    fetched = await (await bot.get_file(held.file_id)).download_as_bytearray()
    assert bytes(fetched) == await seen.download()
    again = await getattr(bot, f"send_{kind}")(ANNA, held.file_id)
    assert again.message_id == sent.message_id + 1
    assert await (await anna.messages())[1].download() == bytes(fetched)


async def test_facts_of_files(bot: Bot) -> None:
    photo = (await SENDERS["photo"](bot)).photo[-1]
    assert (photo.width, photo.height) == (30, 20)
    video = (await SENDERS["video"](bot)).video
    assert (video.width, video.height, video.to_dict()["duration"]) == (4, 3, 2)
    audio = (await SENDERS["audio"](bot)).audio
    assert (audio.title, audio.performer) == ("T", "P")
    document = (await SENDERS["document"](bot)).document
    assert (document.file_name, document.mime_type) == ("a b.pdf", "application/pdf")
    assert document.file_size == 3


async def test_photo_as_document_is_another_kind(bot: Bot) -> None:
    sent = await bot.send_document(ANNA, png(), filename="a.png")
    assert sent.document is not None
    with pytest.raises(BadRequest, match="use file of type document as photo"):
        await bot.send_photo(ANNA, sent.document.file_id)


async def test_media_group(bot: Bot, anna: SandboxUser) -> None:
    first = await bot.send_photo(ANNA, png(shade=1))
    album = await bot.send_media_group(
        ANNA,
        [
            InputMediaPhoto(first.photo[-1].file_id, caption="*one*", parse_mode="Markdown"),
            InputMediaPhoto(png(shade=2)),
            InputMediaVideo(b"film"),
        ],
    )  # fmt: skip
    assert len({m.media_group_id for m in album}) == 1
    assert album[0].caption == "one"
    seen = (await anna.messages())[1:]
    assert [m.kind for m in seen] == ["photo", "photo", "video"]
    assert await seen[1].download() == png(shade=2)


async def test_media_group_is_all_or_nothing(bot: Bot, anna: SandboxUser) -> None:
    broken = [InputMediaPhoto(png()), InputMediaPhoto(b"no picture")]
    with pytest.raises(BadRequest, match="Image_process_failed"):
        await bot.send_media_group(ANNA, broken)
    assert await anna.messages() == []
    mixed: list[Any] = [InputMediaPhoto(png()), InputMediaDocument(b"x")]
    with pytest.raises(BadRequest, match="an't use the media"):
        await bot.send_media_group(ANNA, mixed)


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"no picture", "Image_process_failed"),
        (png()[:60], "Image_process_failed"),
        (png(3000, 100), "Photo_invalid_dimensions"),
        (png(6000, 4001), "Photo_invalid_dimensions"),
        (b"x" * (10 * MB + 1), "ile of size 10485761 bytes is too big for a photo"),
        (b"", "ile must be non-empty"),
    ],
)
async def test_bad_photos(
    bot: Bot, anna: SandboxUser, data: bytes, complaint: str
) -> None:
    with pytest.raises(BadRequest, match=complaint):
        await bot.send_photo(ANNA, data)
    assert await anna.messages() == []


async def test_large_documents(bot: Bot) -> None:
    sent = await bot.send_document(ANNA, b"x" * (21 * MB), filename="big")
    assert sent.document is not None
    with pytest.raises(BadRequest, match="File is too big"):
        await bot.get_file(sent.document.file_id)
    with pytest.raises(NetworkError, match="Request Entity Too Large"):
        await bot.send_document(ANNA, b"x" * (50 * MB + 1), filename="bigger")
    # the server is well after that
    assert (await bot.send_message(ANNA, "x")).text == "x"


async def test_hostile_file_name(bot: Bot, anna: SandboxUser) -> None:
    name = "../../é'\"\n<b>.html"
    await bot.send_document(ANNA, b"<script>", filename=name)
    seen = await anna.wait_for()
    assert seen.file is not None
    assert "/" not in seen.file["url"].rpartition("/")[2]
    assert await seen.download() == b"<script>"


@pytest.mark.parametrize(
    ("text", "extra", "complaint"),
    [
        ("", {}, "Message text is empty"),
        ("x" * 4097, {}, "Message is too long"),
        ("<b>", {"parse_mode": "HTML"}, "an't parse entities"),
        ("x", {"reply_markup": keys("x" * 65)}, "Button_data_invalid"),
    ],
)
async def test_bad_texts(bot: Bot, text: str, extra: Any, complaint: str) -> None:
    with pytest.raises(BadRequest, match=complaint):
        await bot.send_message(ANNA, text, **extra)


async def test_unknown_chat(bot: Bot) -> None:
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(4242, "x")


async def test_edits(bot: Bot, anna: SandboxUser) -> None:
    sent = await bot.send_message(ANNA, "one", reply_markup=keys())
    edited = await sent.edit_text("two", reply_markup=keys())
    assert edited.text == "two"  # type: ignore[union-attr]
    with pytest.raises(BadRequest, match="Message is not modified: specified new"):
        await sent.edit_text("two", reply_markup=keys())
    await sent.edit_reply_markup(keys("other"))
    await sent.edit_text("two")  # without its keyboard
    seen = await anna.message(sent.message_id)
    assert (seen.text, seen.edits, seen.buttons) == ("two", 3, ())
    with pytest.raises(BadRequest, match="There is no caption in the message to edit"):
        await sent.edit_caption("c")


async def test_edit_media(bot: Bot, anna: SandboxUser) -> None:
    sent = await bot.send_photo(ANNA, png(shade=1), caption="c", reply_markup=keys())
    fresh = InputMediaPhoto(png(shade=2), caption="d")
    await sent.edit_media(fresh, reply_markup=keys())
    seen = await anna.message(sent.message_id)
    assert (seen.text, seen.buttons) == ("d", ("Go",))
    assert await seen.download() == png(shade=2)
    with pytest.raises(BadRequest, match="Message is not modified"):
        await sent.edit_media(fresh, reply_markup=keys())
    await sent.edit_caption("e", reply_markup=keys())
    with pytest.raises(BadRequest, match="There is no text in the message to edit"):
        await sent.edit_text("t")
    await sent.edit_media(InputMediaDocument(b"x", filename="x.txt"))
    await sent.edit_media(InputMediaAnimation(b"y", filename="x.mp4"))
    assert (await anna.message(sent.message_id)).kind == "animation"


async def test_text_becomes_photo(bot: Bot, anna: SandboxUser) -> None:
    sent = await bot.send_message(ANNA, "soon a picture")
    await sent.edit_media(InputMediaPhoto(png()))
    assert (await anna.message(sent.message_id)).kind == "photo"


async def test_edit_of_what_is_gone_or_not_ours(bot: Bot, anna: SandboxUser) -> None:
    sent = await bot.send_message(ANNA, "x")
    await anna.delete(sent.message_id)
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await sent.edit_text("y")
    said = await anna.say("mine")
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await bot.edit_message_text("y", ANNA, said.id)


async def test_delete(bot: Bot, anna: SandboxUser) -> None:
    sent = [await bot.send_message(ANNA, str(n)) for n in range(4)]
    assert await sent[0].delete()
    with pytest.raises(BadRequest, match="Message to delete not found"):
        await sent[0].delete()
    assert await bot.delete_messages(ANNA, [m.message_id for m in sent[:3]])
    assert [m.text for m in await anna.messages()] == ["3"]


async def test_forward_and_copy(bot: Bot, anna: SandboxUser) -> None:
    sent = await bot.send_photo(ANNA, png(), caption="c")
    copy = await bot.copy_message(ANNA, ANNA, sent.message_id)
    forward = await bot.forward_message(ANNA, ANNA, sent.message_id)
    await bot.forward_message(ANNA, ANNA, forward.message_id)
    seen = await anna.messages()
    assert [m.text for m in seen] == ["c", "c", "c", "c"]
    assert copy.message_id == seen[1].id
    assert [m.raw["forwarded"] for m in seen] == [False, False, True, True]
    assert isinstance(forward.forward_origin, MessageOriginUser)
    assert forward.forward_origin.sender_user.id == bot.id


async def test_chat_action(bot: Bot, anna: SandboxUser) -> None:
    await bot.send_chat_action(ANNA, "upload_photo")
    event = await anna.wait_event(lambda e: e["type"] == "action")
    assert event["action"] == "upload_photo"
    with pytest.raises(BadRequest, match="Wrong parameter action"):
        await bot.send_chat_action(ANNA, "dance")


async def test_callback_is_answered_once_it_is_pressed(
    bot: Bot, anna: SandboxUser
) -> None:
    await bot.send_message(ANNA, "x", reply_markup=keys("data!"))
    callback = await anna.press(await anna.wait_for(), "Go")
    (update,) = await bot.get_updates()
    assert update.callback_query is not None
    assert update.callback_query.data == "data!"
    assert await update.callback_query.answer("Done", show_alert=True)
    answer = await anna.answer(callback)
    assert (answer["text"], answer["show_alert"]) == ("Done", True)
    with pytest.raises(BadRequest, match="Query is too old"):
        await bot.answer_callback_query("12345")


async def test_commands_by_scope_and_language(bot: Bot) -> None:
    def menu(name: str) -> list[BotCommand]:
        return [BotCommand(name, f"Does {name}")]

    await bot.set_my_commands(menu("all"))
    await bot.set_my_commands(menu("de"), language_code="de")
    await bot.set_my_commands(menu("anna"), scope=BotCommandScopeChat(ANNA))
    await bot.set_my_commands(menu("group"), scope=BotCommandScopeAllGroupChats())
    assert (await bot.get_my_commands())[0].command == "all"
    assert (await bot.get_my_commands(language_code="de"))[0].command == "de"
    own = await bot.get_my_commands(scope=BotCommandScopeChat(ANNA))
    assert own == tuple(menu("anna"))
    await bot.delete_my_commands(scope=BotCommandScopeChat(ANNA))
    assert await bot.get_my_commands(scope=BotCommandScopeChat(ANNA)) == ()


async def test_profile(bot: Bot) -> None:
    await bot.set_my_name("Robot")
    await bot.set_my_description("What I do")
    await bot.set_my_short_description("Short")
    assert (await bot.get_my_name()).name == "Robot"
    assert (await bot.get_my_description()).description == "What I do"
    assert (await bot.get_my_short_description()).short_description == "Short"
    assert (await bot.get_me()).first_name == "Robot"


async def test_menu_button(bot: Bot) -> None:
    await bot.set_chat_menu_button(menu_button=MenuButtonCommands())
    assert isinstance(await bot.get_chat_menu_button(), MenuButtonCommands)


async def test_get_chat(bot: Bot) -> None:
    chat = await bot.get_chat(ANNA)
    assert (chat.id, chat.type, chat.first_name) == (ANNA, "private", "Anna")
    assert (await bot.get_chat("@anna")).id == ANNA
    member = await bot.get_chat_member(ANNA, make_bot_id(1))
    assert member.status == "member"


async def test_get_file_of_another_bot(sandbox: Sandbox, bot: Bot) -> None:
    sent = await bot.send_document(ANNA, b"secret", filename="x")
    assert sent.document is not None
    url, files = sandbox.bot_api_url, sandbox.file_api_url
    async with Bot(make_token(2).reveal(), base_url=url, base_file_url=files) as other:
        with pytest.raises(BadRequest, match="Wrong file_id"):
            await other.get_file(sent.document.file_id)


async def test_log_out_and_close(bot: Bot) -> None:
    assert await bot.log_out()
    assert await bot.close()


async def test_blocked_bot(bot: Bot, anna: SandboxUser) -> None:
    await anna.say("hello")
    await anna.block()
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(ANNA, "x")
    updates = await bot.get_updates()
    change = updates[-1].my_chat_member
    assert change is not None
    assert change.new_chat_member.status == "kicked"
    await anna.say("back")  # writing lets it in again
    assert (await bot.send_message(ANNA, "x")).text == "x"


async def test_what_people_send(bot: Bot, anna: SandboxUser) -> None:
    said = await anna.say("/start@coder_1_bot now 👍")
    await anna.edit(said.id, "/stop")
    await anna.say("forwarded", forwarded_from="Eve", reply_to=said.id, thread_id=3)
    updates = await bot.get_updates()
    first, second, third = updates
    assert first.message is not None
    assert list(first.message.parse_entities().values()) == ["/start@coder_1_bot"]
    assert second.edited_message is not None
    assert second.edited_message.text == "/stop"
    assert third.message is not None
    assert third.message.forward_origin is not None
    assert third.message.reply_to_message is not None
    assert third.message.message_thread_id == 3


@pytest.mark.parametrize(
    "kind",
    ["photo", "document", "video", "audio", "voice", "video_note", "animation", "sticker"],
)  # fmt: skip
async def test_what_people_upload(bot: Bot, anna: SandboxUser, kind: str) -> None:
    data = png() if kind in ("photo", "sticker") else b"content"
    await anna.upload(kind, "../a\u202eb.bin", data, caption="look")
    (update,) = await bot.get_updates()
    message = update.message
    assert message is not None
    held: Any = message.photo[-1] if kind == "photo" else getattr(message, kind)
    file = await held.get_file()
    assert bytes(await file.download_as_bytearray()) == data
    if kind == "document":
        assert held.file_name == "../a\u202eb.bin"  # as hostile as it came


async def test_groups_and_privacy(sandbox: Sandbox, bot: Bot) -> None:
    client = sandbox.client()
    await client.add_group(-100, "Team", "supergroup")
    anna = client.user(ANNA, make_bot_id(1), chat_id=-100)
    await anna.say("chatter among people")
    await anna.say("/help")
    (update,) = await bot.get_updates()
    assert update.message is not None
    assert (update.message.text, update.message.chat.type) == ("/help", "supergroup")
    sent = await bot.send_message(-100, "answer")
    await anna.say("thanks", reply_to=sent.message_id)
    assert len(await bot.get_updates()) == 2


async def test_unknown_method(bot: Bot) -> None:
    with pytest.raises(EndPointNotFound):
        await bot.do_api_request("flyToTheMoon")
