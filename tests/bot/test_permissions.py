import discord
import pytest

from bot.permissions import NEEDED, POWERFUL, label, missing_permissions


@pytest.mark.parametrize("name", ["read_messages", "view_channel"])
def test_both_names_of_a_permission_have_the_label_that_discord_shows(name: str) -> None:
    assert label(name) == "View Channels"


def test_nothing_that_could_do_harm_is_asked_for() -> None:
    assert NEEDED.value & POWERFUL.value == 0


def test_each_needed_permission_is_missed() -> None:
    for name, is_asked in NEEDED:
        if is_asked:
            held = discord.Permissions(NEEDED.value)
            setattr(held, name, False)
            assert missing_permissions(held) == [name]
