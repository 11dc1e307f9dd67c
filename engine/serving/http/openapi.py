"""The server's own description: its routes, and the fields that each body can hold.

Clients read off it what this version can do; a field that stands there is a field with effect.
"""

from collections.abc import Container
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from aiohttp import web

from engine.serving.http.protocol import Body, ChatCompletion, Completion, Embeddings, Tokenize

BODIES: dict[str, type[Body]] = {
    "/v1/chat/completions": ChatCompletion,
    "/v1/completions": Completion,
    "/tokenize": Tokenize,
    "/v1/embeddings": Embeddings,
}
EMBEDDING_ROUTES = ("/v1/embeddings",)
ADAPTER_ROUTES = ("/v1/load_lora_adapter", "/v1/unload_lora_adapter")
REFERENCES = "#/components/schemas/"


def describe(app: web.Application, left_out: Container[str] = ()) -> dict[str, Any]:
    """Return an OpenAPI document of the routes as they are, without those switched off."""
    schemas: dict[str, Any] = {}
    paths: dict[str, Any] = {}
    for route in app.router.routes():
        if route.resource is None or route.method == "HEAD":
            continue
        path = route.resource.canonical
        if path in left_out:
            continue
        operation: dict[str, Any] = {"responses": {"200": {"description": "the answer"}}}
        if kind := BODIES.get(path):
            schema = kind.model_json_schema(ref_template=REFERENCES + "{model}")
            schemas |= schema.pop("$defs", {})
            schemas[kind.__name__] = schema
            reference = {"schema": {"$ref": REFERENCES + kind.__name__}}
            operation["requestBody"] = {
                "required": True,
                "content": {"application/json": reference},
            }
        paths.setdefault(path, {})[route.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": "Scriptorium model server", "version": own_version()},
        "paths": paths,
        "components": {"schemas": schemas},
    }


def own_version() -> str:
    """Return the installed version; a checkout that was never installed has none."""
    try:
        return version("scriptorium")
    except PackageNotFoundError:
        return "0"
