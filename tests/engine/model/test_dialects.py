from dataclasses import replace
from typing import Any

import pytest

from engine.errors import Unsupported
from engine.model.capabilities import SAMPLERS, STRUCTURES, Bans, Capabilities, Dialect, JsonForm
from engine.model.dialects import NEUTRAL, fit, spellings, write_body
from engine.model.request import Banned, ModelRequest, Priority, Sampling, Structure
from tests.fakes.endpoint import a_request

ALL = Capabilities(
    dialect=Dialect.SCRIPTORIUM,
    samplers=SAMPLERS,
    seed=True,
    stop=True,
    usage=True,
    thinking=True,
    structures=STRUCTURES,
    bans=Bans.FULL,
    adapters=True,
    cache_salt=True,
    priority=True,
    fair_shares=True,
)
NOTHING = Capabilities()
RICH = ModelRequest(
    messages=a_request().messages,
    most_tokens=20,
    seed=3,
    sampling=Sampling(dry_multiplier=0.8, min_p=0.1, repetition_penalty=1.2),
    stop=("END",),
    banned=Banned(("soft gasp",), ("a+",)),
    adapter="poe",
    priority=Priority.BACKGROUND,
    cache_salt="guild-9",
    channel="123456",
)


def body_for(able: Capabilities, request: ModelRequest) -> dict[str, Any]:
    fitted, _ = fit(able, request)
    return write_body("base", able, fitted)


def test_a_server_that_can_do_all_gets_all() -> None:
    fitted, missing = fit(ALL, RICH)
    assert (fitted, missing) == (RICH, ())
    body = write_body("base", ALL, fitted)
    assert body["model"] == "poe"
    assert body["banned_strings"] == ["soft gasp"]
    assert body["banned_regex"] == ["a+"]
    assert (body["priority"], body["cache_salt"], body["stop"]) == (10, "guild-9", ["END"])
    assert body["dry_base"] == 1.75
    assert body["dry_sequence_breakers"] == ["\n", ":", '"', "*"]
    assert body["stream_options"] == {"include_usage": True}


def test_what_a_bare_server_lacks_is_named_and_not_sent() -> None:
    fitted, missing = fit(NOTHING, replace(RICH, adapter=None))
    assert set(missing) == {
        "temperature", "top_k", "top_p", "min_p", "repetition_penalty", "frequency_penalty",
        "dry_multiplier", "banned phrases", "banned patterns", "stop", "cache_salt", "priority",
    }  # fmt: skip
    assert fitted.sampling == NEUTRAL
    assert set(write_body("base", NOTHING, fitted)) == {"model", "messages", "max_tokens", "stream"}


@pytest.mark.parametrize(
    "structure",
    [
        Structure(json_schema={"type": "object"}),
        Structure(choice=("a", "b")),
        Structure(regex="a+"),
        Structure(grammar='start: "a"'),
    ],
)
def test_a_form_that_cannot_be_kept_is_refused(structure: Structure) -> None:
    with pytest.raises(Unsupported):
        fit(NOTHING, replace(a_request(), structure=structure))


def test_a_schema_of_which_a_server_would_read_over_a_part_is_refused() -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer", "minimum": 0}}}
    request = replace(a_request(), structure=Structure(json_schema=schema))
    llama = replace(ALL, dialect=Dialect.LLAMA_CPP_PYTHON, json_form=JsonForm.OBJECT)
    with pytest.raises(Unsupported) as refusal:
        fit(llama, request)
    assert refusal.value.what == "json_schema with minimum"
    assert fit(replace(ALL, dialect=Dialect.LLAMA_SERVER), request)[1] == ()


def test_an_adapter_that_cannot_be_had_is_refused() -> None:
    with pytest.raises(Unsupported):
        fit(NOTHING, replace(a_request(), adapter="poe"))
    llama = replace(ALL, dialect=Dialect.LLAMA_SERVER, adapter_ids={"poe": 1})
    with pytest.raises(Unsupported):
        fit(llama, replace(a_request(), adapter="keats"))


def test_the_parts_of_a_sampler_that_is_off_are_neither_sent_nor_missed() -> None:
    request = replace(a_request(), sampling=Sampling(dry_base=9.0, xtc_threshold=0.3))
    assert not {"dry_base", "xtc_threshold"} & set(body_for(ALL, request))
    able = replace(ALL, samplers=SAMPLERS - {"dry_base", "xtc_threshold"})
    assert fit(able, request)[1] == ()


def test_neutral_values_are_sent_for_the_servers_defaults_may_be_others() -> None:
    body = body_for(ALL, replace(a_request(), sampling=NEUTRAL))
    assert (body["top_k"], body["min_p"], body["repetition_penalty"]) == (0, 0.0, 1.0)


def test_vllm_takes_phrases_as_words_and_no_patterns() -> None:
    vllm = replace(ALL, dialect=Dialect.VLLM, bans=Bans.TOKENS)
    fitted, missing = fit(vllm, RICH)
    assert missing == ("banned patterns",)
    body = write_body("base", vllm, fitted)
    assert body["bad_words"] == ["soft gasp", "Soft gasp"]
    assert not {"banned_strings", "banned_regex"} & set(body)
    assert body_for(vllm, replace(a_request(), sampling=NEUTRAL))["top_k"] == -1


def test_a_phrase_is_banned_in_each_usual_case() -> None:
    assert spellings(("Soft Gasp",)) == ["Soft Gasp", "soft gasp"]


def test_older_vllm_is_asked_by_the_old_names() -> None:
    old = replace(ALL, dialect=Dialect.VLLM, guided=True)
    body = body_for(old, replace(a_request(), structure=Structure(choice=("a", "b"))))
    assert body["guided_choice"] == ["a", "b"]
    new = replace(ALL, dialect=Dialect.VLLM)
    body = body_for(new, replace(a_request(), structure=Structure(regex="a+")))
    assert body["structured_outputs"] == {"regex": "a+"}


def test_llama_server_gets_its_own_names() -> None:
    llama = replace(ALL, dialect=Dialect.LLAMA_SERVER, adapter_ids={"poe": 4}, context_tokens=900)
    body = body_for(llama, replace(RICH, structure=Structure(choice=('a"b', "c"))))
    assert body["repeat_penalty"] == 1.2
    assert "repetition_penalty" not in body
    assert (body["repeat_last_n"], body["dry_penalty_last_n"]) == (900, 900)
    assert body["lora"] == [{"id": 4, "scale": 1.0}]
    assert body["model"] == "base"
    assert body["grammar"] == 'root ::= "a\\"b" | "c"'
    assert body_for(llama, a_request())["lora"] == []  # else the loaded ones apply to everybody


def test_a_json_schema_goes_by_each_form() -> None:
    request = replace(a_request(), structure=Structure(json_schema={"type": "object"}))
    wrapped = body_for(ALL, request)["response_format"]
    assert wrapped["type"] == "json_schema"
    assert wrapped["json_schema"]["schema"] == {"type": "object"}
    beside = body_for(replace(ALL, json_form=JsonForm.OBJECT), request)["response_format"]
    assert beside == {"type": "json_object", "schema": {"type": "object"}}


def test_a_channel_is_told_by_a_disguise_that_stays() -> None:
    first, again, other = [
        body_for(ALL, replace(RICH, channel=channel))["user"] for channel in ("1", "1", "2")
    ]
    assert first == again != other
    assert "123456" not in str(body_for(ALL, RICH))
    assert "user" not in body_for(replace(ALL, fair_shares=False), RICH)


def test_the_newer_name_of_the_most_tokens_is_used_where_the_old_is_refused() -> None:
    body = body_for(replace(ALL, length_field="max_completion_tokens"), RICH)
    assert body["max_completion_tokens"] == 20
    assert "max_tokens" not in body
