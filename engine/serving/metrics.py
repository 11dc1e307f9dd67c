"""Figures for Prometheus: queue, running, tokens, time to first token, cache use."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from engine.serving.replies.writing import Usage

SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128)


class Metrics:
    """The counters of one model server."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.answers = Counter(
            "scriptorium_answers",
            "Answers by path and HTTP status",
            ["path", "status"],
            registry=self.registry,
        )
        self.tokens = Counter(
            "scriptorium_tokens",
            "Tokens: of prompts, of prompts found in the cache, of replies",
            ["kind"],
            registry=self.registry,
        )
        self.first_token = Histogram(
            "scriptorium_first_token_seconds",
            "From the request to its first token",
            buckets=SECONDS,
            registry=self.registry,
        )
        self.reply = Histogram(
            "scriptorium_reply_seconds",
            "From the request to its last token",
            buckets=SECONDS,
            registry=self.registry,
        )

    def watch(self, name: str, meaning: str, value: Callable[[], float]) -> None:
        """Add a gauge that is read when Prometheus asks."""
        Gauge(name, meaning, registry=self.registry).set_function(value)

    def count(self, usage: Usage) -> None:
        """Add what a request cost."""
        self.tokens.labels("prompt").inc(usage.prompt)
        self.tokens.labels("prompt_cached").inc(usage.cached)
        self.tokens.labels("reply").inc(usage.reply)

    def text(self) -> bytes:
        """Return all figures in Prometheus' text format."""
        return generate_latest(self.registry)
