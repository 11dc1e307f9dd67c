"""Checks of the model: are its files there, or does the remote server answer?"""

import os
import re
from pathlib import Path

import aiohttp

from bot.doctor.finding import Finding, ok, problem, warning
from engine.settings import EMBEDDED, EngineSettings, ServingSettings

TIMEOUT = aiohttp.ClientTimeout(total=20)
HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")
EMBEDDED_FOLDERS = "smollm2-135m-*"


async def check_model(engine: EngineSettings, serving: ServingSettings) -> Finding:
    """Check the model server that MODEL_URL names, else the files of MODEL."""
    if engine.model_url is not None:
        return await check_remote(engine, engine.model_url)
    return check_local(serving.model, serving.models_dir)


def check_local(model: str, models_dir: Path) -> Finding:
    """Check the files of a model that this machine loads itself."""
    if model == EMBEDDED:
        return check_embedded(models_dir)
    folder = Path(model).expanduser()
    if folder.is_dir():
        return check_folder(folder)
    if HUB_ID.fullmatch(model):
        return check_hub_model(model)
    return problem(
        f"MODEL={model} is neither a folder nor a hub id",
        "use `embedded`, a folder, or an id such as Qwen/Qwen3-8B",
    )


def check_embedded(models_dir: Path) -> Finding:
    """Check that the embedded model was unpacked."""
    for config in models_dir.glob(f"{EMBEDDED_FOLDERS}/config.json"):
        return ok(f"embedded model in {config.parent}")
    return warning(
        f"the embedded model is not in {models_dir} yet",
        "it is fetched at the first start; `make run` does it",
    )


def check_folder(folder: Path) -> Finding:
    """Check that a model folder has what a start needs."""
    weights = sorted(folder.glob("*.safetensors"))
    lacking = [
        what
        for what, is_there in (
            ("config.json", (folder / "config.json").is_file()),
            ("a tokenizer", any(folder.glob("tokenizer*"))),
            ("*.safetensors", bool(weights)),
        )
        if not is_there
    ]
    if lacking:
        return problem(
            f"the model folder {folder} lacks {', '.join(lacking)}",
            "copy the whole model; pickled weights (.bin) are not loaded",
        )
    size_gb = sum(file.stat().st_size for file in weights) / 1e9
    return ok(f"model folder {folder}, {size_gb:.1f} GB of weights")


def check_hub_model(model: str) -> Finding:
    """Tell whether a model of the Hugging Face hub lies in the local cache."""
    snapshots = hub_cache() / f"models--{model.replace('/', '--')}" / "snapshots"
    if any(snapshots.glob("*/config.json")):
        return ok(f"model {model} is in the hub cache")
    return warning(
        f"model {model} is not in the hub cache",
        "it is fetched at the first start, which takes a while and needs the network",
    )


def hub_cache() -> Path:
    """Return the folder that the hub's own library uses, by its documented variables."""
    if cache := os.environ.get("HF_HUB_CACHE"):
        return Path(cache)
    home = os.environ.get("HF_HOME", "~/.cache/huggingface")
    return Path(home).expanduser() / "hub"


async def check_remote(settings: EngineSettings, url: str) -> Finding:
    """Check that a model server answers, and that it serves MODEL_NAME if that is set."""
    key = settings.model_api_key
    headers = {"Authorization": f"Bearer {key.get_secret_value()}"} if key else {}
    try:
        async with (
            aiohttp.ClientSession(headers=headers, timeout=TIMEOUT) as session,
            session.get(models_address(url)) as response,
        ):
            if response.status in {401, 403}:
                return problem(f"{url} refuses the key (HTTP {response.status})", "MODEL_API_KEY")
            if response.status != 200:
                return problem(f"{url} answers HTTP {response.status}", "is it ready? its log says")
            listed = [str(entry["id"]) for entry in (await response.json())["data"]]
    except (aiohttp.ClientError, TimeoutError) as error:
        return problem(
            f"no model server answers at {url}: {type(error).__name__}",
            "start it, or unset MODEL_URL to let the bot start its own",
        )
    except (ValueError, KeyError, TypeError):
        return problem(f"{url} does not speak the OpenAI protocol", "MODEL_URL is another program")
    return check_served(url, settings.model_name, listed)


def models_address(url: str) -> str:
    """Return where the server lists its models; the `/v1` of `url` may be left out."""
    return f"{url.rstrip('/').removesuffix('/v1')}/v1/models"


def check_served(url: str, wanted: str | None, listed: list[str]) -> Finding:
    if not listed:
        return problem(f"the model server at {url} lists no model", "load a model there")
    if wanted is not None and wanted not in listed:
        return problem(
            f"the model server at {url} has no {wanted}", f"MODEL_NAME={listed[0]}, or unset it"
        )
    return ok(f"model server at {url} serves {wanted or listed[0]}")
