"""Where simcord 3.2.1 differs from Discord, corrected.

Each correction has a test that also tries simcord without it: when a new simcord mends the
difference, that test fails and the correction can go.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from weakref import WeakKeyDictionary

import simcord.backend.ops.commands as command_store
import simcord.http.routes.commands as command_routes
import simcord.http.routes.interactions as interaction_routes
import simcord.http.routes.messages as message_routes
from simcord import interactions
from simcord.backend import Backend

UPLOAD_LIMIT_BYTES = 10 * 2**20  # Discord's default; simcord says 25 MiB

Patch = Callable[[Any, str, Any], None]
"""`setattr`, or `monkeypatch.setattr` in a test."""


def correct(patch: Patch, locale: Callable[[], str] = lambda: "en-US") -> None:
    """Make simcord behave as Discord does; call it once, before the first bot starts.

    `locale` is asked at each interaction for the member's language, such as `zh-CN`.
    """
    _speak_the_members_language(patch, locale)
    _post_once_per_nonce(patch)
    _let_webhooks_reach_threads_and_send_buttons(patch)
    _accept_age_restricted_commands(patch)


def _speak_the_members_language(patch: Patch, locale: Callable[[], str]) -> None:
    base_payload = interactions.base_payload

    def payload_of_a_member(*args: Any, **kwargs: Any) -> Any:
        record, payload = base_payload(*args, **kwargs)
        payload["locale"] = payload["guild_locale"] = locale()
        payload["attachment_size_limit"] = UPLOAD_LIMIT_BYTES
        return record, payload

    patch(interactions, "base_payload", payload_of_a_member)


def _post_once_per_nonce(patch: Patch) -> None:
    # The routes of messages only: answers of interactions carry no nonce on Discord either.
    post: Callable[..., Any] = message_routes.bot_message  # type: ignore[attr-defined]
    posted: WeakKeyDictionary[Backend, dict[tuple[int, str], int]] = WeakKeyDictionary()

    def post_once(ctx: Any, channel_id: int, **kwargs: Any) -> Any:
        body = ctx.body()
        nonce = body.get("nonce")
        if nonce is None or not body.get("enforce_nonce"):
            return post(ctx, channel_id, **kwargs)
        known = posted.setdefault(ctx.backend, {})
        first = ctx.backend.messages[channel_id].get(known.get((channel_id, str(nonce))))
        if first is not None:
            return first
        message = post(ctx, channel_id, **kwargs)
        known[channel_id, str(nonce)] = message.id
        return message

    patch(message_routes, "bot_message", post_once)


def _let_webhooks_reach_threads_and_send_buttons(patch: Patch) -> None:
    find_webhook = interaction_routes._incoming_webhook  # noqa: SLF001

    def find_in_thread(ctx: Any) -> Any:
        webhook, thread_id = find_webhook(ctx), (ctx.params or {}).get("thread_id")
        return replace(webhook, channel_id=int(thread_id)) if thread_id else webhook

    def body_with_buttons(ctx: Any) -> tuple[dict[str, Any], bool]:
        return dict(ctx.body()), True

    patch(interaction_routes, "_incoming_webhook", find_in_thread)
    patch(interaction_routes, "_incoming_webhook_body", body_with_buttons)


def _accept_age_restricted_commands(patch: Patch) -> None:
    fields = (*command_store.COMMAND_FIELDS, "nsfw")
    for module in (command_store, command_routes):
        patch(module, "COMMAND_FIELDS", fields)
