"""The rehearsal as a writer uses it: the real bot in a real browser, with a scripted model."""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, async_playwright, expect

from bot.client import create_bot
from bot.rehearsal.page import progress_of
from bot.rehearsal.room import Room, open_room
from bot.rehearsal.site import serve
from bot.settings import BotSettings
from engine.runtime import Engine
from tests.fakes.scripted_model import ScriptedModel

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PATIENCE_MS = 20_000
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
STORY = (
    "On the ninth night a lantern answered from the water. Ines counted the flashes: three, one, "
    "three. She knew that code, and she knew the hand behind it. She set the kettle on the stove "
    "before she answered, because whoever came up those stairs would be cold."
)

expect.set_options(timeout=PATIENCE_MS)
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine"),
    pytest.mark.timeout(120),
]


@pytest.fixture
def model() -> ScriptedModel:
    return ScriptedModel(lambda _: STORY, seconds_per_piece=0.08)


@pytest.fixture
async def room(engine: Engine) -> AsyncIterator[Room]:
    settings = BotSettings(seconds_between_edits=0.4)
    async with open_room(lambda: create_bot(engine, settings), "en-US") as room:
        yield room


@pytest.fixture
async def page(room: Room, engine: Engine) -> AsyncIterator[Page]:
    """The start page, open in a browser."""
    async with (
        serve(room, lambda: progress_of(engine), port=0) as address,
        async_playwright() as playwright,
    ):
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = await browser.new_page(viewport={"width": 1100, "height": 800})
        page.set_default_timeout(PATIENCE_MS)
        await page.goto(address)
        yield page
        await browser.close()


async def command(page: Page, name: str, *options: str) -> None:
    """Type a command into the composer, fill its options in their order and send it."""
    await page.fill("#channel-composer-input", f"/{name}")
    await page.click(f".command-entry:has-text('{name}')")
    for option in options:
        await page.keyboard.type(option)
    await page.keyboard.press("Enter")


async def newest(page: Page) -> str:
    text = await page.locator("#channel-message-list .message-content").last.inner_text()
    return text.strip()


async def start_a_story(page: Page) -> None:
    await page.click("text=fireside")
    await command(page, "story start", "The Lamp Keeper")
    await page.click("#channel-message-list >> button:has-text('Write the first turn')")
    await page.fill("#modal-root textarea", "Nobody had lit the lamp for thirty years.")
    await page.click("#modal-root button:has-text('Submit')")


async def test_a_writer_starts_a_story_writes_a_turn_and_watches_the_model_go_on(
    page: Page,
) -> None:
    await start_a_story(page)
    messages = page.locator("#channel-message-list")
    await expect(messages).to_contain_text("Nobody had lit the lamp for thirty years.")
    await messages.get_by_role("button", name="Continue").last.click()

    await expect(messages).to_contain_text("▌")
    seen = []
    while "▌" in (text := await newest(page)):
        seen.append(text)
        await asyncio.sleep(0.2)
    lengths = [len(text) for text in seen]
    assert lengths == sorted(lengths)
    assert len(set(lengths)) >= 3, "the text must be seen growing"
    assert all(STORY.startswith(text.removesuffix("▌").strip()) for text in seen)

    await expect(messages).to_contain_text(STORY)
    for label in ("Continue", "Retry", "Alternatives", "Undo"):
        await expect(messages.get_by_role("button", name=label, exact=True).last).to_be_enabled()


async def test_stop_works_while_the_model_writes_also_for_another_member(page: Page) -> None:
    await start_a_story(page)
    messages = page.locator("#channel-message-list")
    await messages.get_by_role("button", name="Continue").last.click()
    await expect(messages).to_contain_text("lantern")
    await page.select_option("#viewer-picker", label="Maya")
    await messages.get_by_role("button", name="Stop").click()
    await expect(messages.get_by_role("button", name="Stop")).to_have_count(0)
    await expect(messages.get_by_role("button", name="Retry").last).to_be_enabled()
    await expect(messages).not_to_contain_text("would be cold")


async def test_a_refusal_is_private_and_the_page_goes_on(page: Page) -> None:
    await page.click("text=fireside")
    await command(page, "story undo")
    messages = page.locator("#channel-message-list")
    await expect(messages).to_contain_text("Only you can see this")
    await expect(page.locator("#action-status")).to_contain_text("Action completed")
    await page.select_option("#viewer-picker", label="Bo")
    await expect(messages).not_to_contain_text("Only you can see this")
    await command(page, "story start", "The Lamp Keeper")
    await expect(messages).to_contain_text("The Lamp Keeper")


async def test_in_chinese_page_bot_and_buttons_speak_chinese(page: Page) -> None:
    await page.click("text=中文")
    await expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    await page.click("text=fireside")
    await command(page, "story start", "守灯人")
    messages = page.locator("#channel-message-list")
    await expect(messages).to_contain_text("守灯人")
    await expect(messages.get_by_role("button", name=re.compile("[一-鿿]")).first).to_be_visible()


async def test_a_message_menu_of_the_start_page_adds_to_the_story(page: Page, room: Room) -> None:
    await page.click("text=fireside")
    await command(page, "story start", "The Lamp Keeper")
    await expect(page.locator("#channel-message-list")).to_contain_text("The Lamp Keeper")
    await page.fill("#channel-composer-input", "A boat knocked against the steps.")
    await page.keyboard.press("Enter")
    await expect(page.locator("#channel-message-list")).to_contain_text("A boat knocked")

    await page.click("a.preview-brand")
    await page.click("summary")
    form = page.locator("form.message", has_text="A boat knocked")
    await form.get_by_role("button", name="Add to story").click()
    await page.click("text=fireside")
    await expect(page.locator("#channel-message-list")).to_contain_text("Added as turn 1")
