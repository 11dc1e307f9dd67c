# Two commands do all the set-up: `make run` and `make test`. Needs Python 3.11+, make and pip.
PY     ?= python3
VENV   ?= .venv
# The CPU build: from PyTorch's index, or from the package source that PIP_FIND_LINKS names.
# For a GPU: make run TORCH=torch==2.13.0
CPU    = --extra-index-url https://download.pytorch.org/whl/cpu
TORCH  ?= torch==2.13.0 $(if $(PIP_FIND_LINKS),,$(CPU))
MODELS ?= .models
MODEL   = $(MODELS)/smollm2-135m-b179c952
PIP     = $(VENV)/bin/python -m pip -q --disable-pip-version-check
PYTHON  = $(VENV)/bin/python
SCRIPTS ?= $(sort $(wildcard bot/rehearsal/scripts/*.toml))

$(VENV)/.ok: requirements.lock
	$(PY) -m venv $(VENV)
	$(PIP) install $(TORCH)
	$(PIP) install --require-hashes --no-deps -r requirements.lock
	touch $@

$(MODEL)/config.json: | $(VENV)/.ok
	$(PYTHON) -m engine.serving.embedded

run: $(MODEL)/config.json
	$(PYTHON) -m bot run

demo: $(MODEL)/config.json
	$(PYTHON) -m bot rehearse $(SCRIPTS:%=--script %)

# Two at a time, each file in one process; then, by themselves, the tests that look at the clock.
ALONE = tests/kill tests/load tests/rate_limits
test: $(MODEL)/config.json
	$(PYTHON) -m pytest -q -n 2 --dist loadfile $(ALONE:%=--ignore=%)
	$(PYTHON) -m pytest -q $(ALONE)

check: $(VENV)/.ok
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

# The long run of what `make test` does in short: kills of the bot, and of the real model server.
kill: $(MODEL)/config.json
	KILL_ROUNDS=60 MODEL_KILL_ROUNDS=20 MODEL_KILL_SERVER=real $(PYTHON) -m pytest -q -s tests/kill

# What `make test` proves in short, at length: floods, faults for a minute, a thousand requests.
# Then all that holds for any input, with inputs that `make test` does not draw.
prove: $(MODEL)/config.json
	PROVE=1 $(PYTHON) -m pytest -q -s tests/prove
	$(PYTHON) -m pytest -q -m hypothesis --hypothesis-profile=default tests

bench: $(MODEL)/config.json
	$(PYTHON) -m bench.serving

# The protocol suite against other servers, each in an environment of its own under .peers/
# (tests/protocol/against.py names the variables by which one that is there already is used).
protocol-llamacpp: $(MODEL)/config.json
	$(PYTHON) -m tests.protocol.against llamacpp

# Needs LLAMA_SERVER, a built llama-server of llama.cpp; with LLAMA_CONVERT, adapters too.
protocol-llama-server: $(MODEL)/config.json
	$(PYTHON) -m tests.protocol.against llama-server

protocol-vllm: $(MODEL)/config.json
	$(PYTHON) -m tests.protocol.against vllm

# A server's evening against any endpoint: make evening EVENING="--url http://gpu-box:8000/v1"
evening: $(MODEL)/config.json
	$(PYTHON) -m bench.evening $(EVENING)

lock:
	uv pip compile pyproject.toml --all-extras -c constraints-cpu.txt --generate-hashes \
	  --no-emit-package torch --python-version 3.11 --no-header -o requirements.lock

.PHONY: run demo test check kill prove bench lock protocol-llamacpp protocol-llama-server protocol-vllm evening
