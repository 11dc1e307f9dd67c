"""The HTTP routes: the OpenAI protocol, vLLM's /tokenize, and what a supervisor asks."""

import asyncio
import hmac
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web

from engine.serving.faults import ApiError
from engine.serving.http import adapter_routes, checks, embedding_route
from engine.serving.http.answers import Answer
from engine.serving.http.forms import Chat, Text
from engine.serving.http.openapi import ADAPTER_ROUTES, EMBEDDING_ROUTES, describe
from engine.serving.http.protocol import ChatCompletion, Completion, Embeddings, Tokenize
from engine.serving.server import Server, State

log = structlog.get_logger()

SERVER = web.AppKey("server", Server)
BYTES_PER_TOKEN = 16  # of a request body, far more than any text needs
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def create_app(server: Server) -> web.Application:
    """Make the application; the model may still be loading."""
    app = web.Application(
        middlewares=[faults_answered, key_checked],
        client_max_size=max(1 << 20, BYTES_PER_TOKEN * server.settings.context_tokens),
    )
    app[SERVER] = server
    app.add_routes(
        [
            web.get("/health", health),
            web.get("/ready", ready),
            web.get("/metrics", metrics),
            web.get("/openapi.json", description),
            web.get("/v1/models", models),
            web.post("/v1/chat/completions", chat),
            web.post("/v1/completions", completions),
            web.post("/v1/embeddings", embeddings),
            web.post("/tokenize", tokenize),
            web.post("/v1/load_lora_adapter", load_lora_adapter),
            web.post("/v1/unload_lora_adapter", unload_lora_adapter),
        ]
    )
    return app


@web.middleware
async def faults_answered(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn whatever is raised before the answer began into an answer of the protocol."""
    try:
        response = await handler(request)
    except asyncio.CancelledError:
        count(request, 499)  # the client went away; the number is nginx's for it
        raise
    except ApiError as error:
        response = fault_response(error)
    except web.HTTPException as error:
        response = fault_response(ApiError(error.status, "http_error", error.reason))
    except Exception as error:  # the edge of a request: a bug ends only this one
        log.exception("request_broke", path=request.path, error=type(error).__name__)
        response = fault_response(ApiError(500, "internal_error", "the server made a mistake"))
    count(request, response.status)
    return response


def count(request: web.Request, status: int) -> None:
    """Count an answer under its route: unknown paths would be a label each."""
    resource = request.match_info.route.resource
    path = resource.canonical if resource else "unknown"
    request.app[SERVER].metrics.answers.labels(path, status).inc()


def fault_response(error: ApiError) -> web.Response:
    """Make the answer to a request that cannot be served."""
    wait = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
    return web.json_response(error.body(), status=error.status, headers=wait)


@web.middleware
async def key_checked(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Ask for the key where one is set, except on the routes for supervisors."""
    key = request.app[SERVER].settings.serving_api_key
    if key is not None and (request.path.startswith("/v1/") or request.path == "/tokenize"):
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(
            given.encode(errors="surrogateescape"), key.get_secret_value().encode()
        ):
            raise ApiError(401, "invalid_api_key", "the API key is missing or wrong")
    return await handler(request)


async def health(request: web.Request) -> web.Response:
    """Tell that the process lives, and whether its loop moves."""
    server = request.app[SERVER]
    batch = server.batch
    return web.json_response(
        {
            "status": "ok",
            "state": server.state,
            "running": batch.running if batch else 0,
            "waiting": batch.waiting if batch else 0,
            "seconds_since_token": batch.seconds_since_step if batch else None,
        }
    )


async def ready(request: web.Request) -> web.Response:
    """Tell whether requests are served, or how far the start has come."""
    server = request.app[SERVER]
    if server.state is State.READY:
        return web.json_response({"state": server.state})
    progress = server.progress
    body = {"step": progress.step, "done": progress.done, "total": progress.total}
    return web.json_response({"state": server.state, **body}, status=503)


async def metrics(request: web.Request) -> web.Response:
    """Give Prometheus its figures."""
    text = request.app[SERVER].metrics.text()
    return web.Response(body=text, headers={"Content-Type": "text/plain; version=0.0.4"})


async def description(request: web.Request) -> web.Response:
    """Give the routes and the fields of their bodies."""
    settings = request.app[SERVER].settings
    left_out: tuple[str, ...] = () if settings.adapters_dir else ADAPTER_ROUTES
    left_out += () if settings.embedding_model else EMBEDDING_ROUTES
    return web.json_response(describe(request.app, left_out))


async def models(request: web.Request) -> web.Response:
    """List the model, with what a prompt has to know of it, and the adapters that are loaded."""
    server = request.app[SERVER]
    batch, served = server.ready()
    entry = {
        "id": served.name,
        "object": "model",
        "created": server.started,
        "owned_by": "scriptorium",
        "max_model_len": served.context_tokens,
        "tokenizer": server.tokenizer_hash,
        "special_tokens": server.special_tokens,
        "running_requests": batch.running_limit,
    }
    loaded = adapter_routes.entries(batch.adapters, entry)
    return web.json_response({"object": "list", "data": [entry, *loaded]})


async def load_lora_adapter(request: web.Request) -> web.Response:
    """Load an adapter and give it a name."""
    batch, _ = request.app[SERVER].ready()
    return await adapter_routes.load_adapter(batch.adapters, await request.read())


async def unload_lora_adapter(request: web.Request) -> web.Response:
    """Forget an adapter."""
    batch, _ = request.app[SERVER].ready()
    return await adapter_routes.unload_adapter(batch.adapters, await request.read())


async def chat(request: web.Request) -> web.StreamResponse:
    """Answer a chat."""
    server = request.app[SERVER]
    batch, served = server.ready()
    body = checks.parse(ChatCompletion, await request.read())
    job = await server.prepare(checks.chat_job(served, body), body)
    return await Answer(batch, job, body, Chat(job.adapter or served.name), server.metrics).give(
        request
    )


async def completions(request: web.Request) -> web.StreamResponse:
    """Continue plain prompts."""
    server = request.app[SERVER]
    batch, served = server.ready()
    body = checks.parse(Completion, await request.read())
    job = await server.prepare(checks.completion_job(served, body), body)
    return await Answer(batch, job, body, Text(job.adapter or served.name), server.metrics).give(
        request
    )


async def embeddings(request: web.Request) -> web.Response:
    """Turn texts into vectors."""
    server = request.app[SERVER]
    server.ready()
    embedder = embedding_route.offered(server.embedder)
    body = checks.parse(Embeddings, await request.read())
    return await embedding_route.embeddings(embedder, body)


async def tokenize(request: web.Request) -> web.Response:
    """Count the tokens of a text, of several texts, or of a chat."""
    _, served = request.app[SERVER].ready()
    body = checks.parse(Tokenize, await request.read())
    checks.check_model(served, body.model)
    limit = {"max_model_len": served.context_tokens}
    if isinstance(body.prompt, list):
        special = body.add_special_tokens
        counts = [len(checks.text_tokens(served, text, special=special)) for text in body.prompt]
        return web.json_response({"counts": counts, **limit})
    tokens = checks.tokenized(served, body)
    return web.json_response({"count": len(tokens), "tokens": tokens, **limit})
