"""The routes that load and unload adapters: vLLM's, with vLLM's answers."""

from typing import TYPE_CHECKING, Annotated, Any

from aiohttp import web
from pydantic import Field

from engine.serving.http import checks
from engine.serving.http.protocol import Body

if TYPE_CHECKING:  # it imports torch, which takes seconds, and HTTP is open before that
    from engine.serving.adapters.store import Adapters

Name = Annotated[str, Field(min_length=1, max_length=128)]
FolderPath = Annotated[str, Field(min_length=1, max_length=1024)]


class LoadAdapter(Body):
    """The body of POST /v1/load_lora_adapter."""

    lora_name: Name
    lora_path: FolderPath
    load_inplace: bool = False  # also when the name is in use: the new one takes its place


class UnloadAdapter(Body):
    """The body of POST /v1/unload_lora_adapter."""

    lora_name: Name


async def load_adapter(adapters: "Adapters", raw: bytes) -> web.Response:
    """Load an adapter; requests run on meanwhile."""
    body = checks.parse(LoadAdapter, raw)
    await adapters.load(body.lora_name, body.lora_path, replace=body.load_inplace)
    return web.Response(text=f"Success: LoRA adapter '{body.lora_name}' added successfully.")


async def unload_adapter(adapters: "Adapters", raw: bytes) -> web.Response:
    """Forget an adapter; its weights leave with the last request that uses them."""
    body = checks.parse(UnloadAdapter, raw)
    adapters.unload(body.lora_name)
    return web.Response(text=f"Success: LoRA adapter '{body.lora_name}' removed successfully.")


def entries(adapters: "Adapters", base: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the adapters as /v1/models lists them, after the base model's own entry."""
    return [
        {
            "id": named.name,
            "object": "model",
            "created": named.loaded_at,
            "owned_by": base["owned_by"],
            "root": named.path,
            "parent": base["id"],
            "max_model_len": base["max_model_len"],
            "version": named.version,
        }
        for named in adapters.named.values()
    ]
