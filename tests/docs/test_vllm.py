"""The compose file and the balancer's configuration for vLLM hold together."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from engine.settings import EngineSettings

FOLDER = Path(__file__).parents[2] / "docs" / "vllm"
GUIDE = FOLDER.parent / "vllm.md"


@pytest.fixture
def compose() -> dict[str, Any]:
    return dict(yaml.safe_load((FOLDER / "compose.yaml").read_text("utf-8")))


def replicas(compose: dict[str, Any]) -> dict[str, Any]:
    return {name: each for name, each in compose["services"].items() if name != "balancer"}


def test_each_replica_has_a_card_of_its_own(compose: dict[str, Any]) -> None:
    cards = [
        tuple(each["deploy"]["resources"]["reservations"]["devices"][0]["device_ids"])
        for each in replicas(compose).values()
    ]
    assert len(cards) == len(set(cards)) == 2


def test_replicas_serve_one_model_with_adapters_and_are_reached_from_inside_only(
    compose: dict[str, Any],
) -> None:
    for each in replicas(compose).values():
        assert "--served-model-name=story" in each["command"]
        assert "--enable-lora" in each["command"]
        assert each["environment"]["VLLM_ALLOW_RUNTIME_LORA_UPDATING"] == "True"
        assert "ports" not in each
        assert each["networks"] == ["inside"]
        assert ":ro" in each["volumes"][1]


def test_the_balancer_listens_on_this_machine_and_waits_for_all(compose: dict[str, Any]) -> None:
    balancer = compose["services"]["balancer"]
    assert balancer["ports"] == ["${LISTEN:-127.0.0.1}:8000:8000"]
    assert set(balancer["depends_on"]) == set(replicas(compose))


def test_no_key_stands_in_the_file_and_none_may_be_missing(compose: dict[str, Any]) -> None:
    for each in replicas(compose).values():
        assert each["environment"]["VLLM_API_KEY"].startswith("${VLLM_API_KEY:?")


def test_the_balancer_knows_every_replica_and_loads_no_adapter(compose: dict[str, Any]) -> None:
    conf = (FOLDER / "nginx.conf").read_text("utf-8")
    assert set(re.findall(r"server (vllm-\d+):8000", conf)) == set(replicas(compose))
    assert "location ~ ^/v1/(un)?load_lora_adapter { return 404; }" in conf
    assert "proxy_buffering off" in conf
    assert conf.count("{") == conf.count("}")


def test_the_guide_names_settings_that_there_are() -> None:
    guide = GUIDE.read_text("utf-8")
    table = guide.partition("| Setting of the bot")[2].partition("| Option of vLLM")[0]
    named = re.findall(r"^\| `([A-Z_]+)`", table, re.MULTILINE)
    assert len(named) == 5
    assert {name.lower() for name in named} <= set(EngineSettings.model_fields)
