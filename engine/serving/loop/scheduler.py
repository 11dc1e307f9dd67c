"""The order of requests and the fate of cached blocks.

Changes to the stock scheduler of transformers' continuous batching:
- places in the batch are shared fairly by salt, then by user (`engine/fairness.py`); who holds
  too many pauses, with its blocks, while somebody with fewer waits;
- prompts are read in pieces that do not hold up the replies beside them;
- after the loop died, those that were in the step are tried one at a time;
- a full cache gives up its least useful idle blocks, not all of them, and a prefix from its end;
- chains of blocks start from a salt (`salted_chains.py`);
- a request that was pushed out comes back even if the running ones were all cancelled.
"""

import time
from collections import Counter
from collections.abc import Hashable, Iterator
from itertools import groupby
from typing import Any

from transformers.generation.continuous_batching.requests import RequestStatus
from transformers.generation.continuous_batching.scheduler import SCHEDULER_MAPPING, FIFOScheduler

from engine.fairness import Claim, Turns
from engine.serving.loop.idle_blocks import IdleBlocks
from engine.serving.loop.prompt_pieces import PAGE_TOKENS, pieces
from engine.serving.loop.row import Row
from engine.serving.loop.salted_chains import chains_start_at

NAME = "fair_share"
SERVER, CHANNEL = 0, 1  # the holders of a claim
GUESTS = 1  # places beyond those of the batch


class FairShare(FIFOScheduler):
    """Gives the places of the batch, and the tokens of each step, to those whose turn it is.

    All methods are called by the generation loop. `step`, `at_risk` and `last_step_at` may be read
    by others.
    """

    def __init__(self, cache: Any, *args: Any, **kwargs: Any) -> None:
        self.last_step_at = time.monotonic()
        self.turns = Turns()
        self.idle = IdleBlocks(cache)
        self.thrift = 0  # how often places and steps were halved, after the memory ran out
        super().__init__(cache, *args, **kwargs)
        self._mark, self._free = cache.mark_complete_blocks, cache.free_blocks
        cache.mark_complete_blocks = self.mark_complete_blocks
        cache.free_blocks = self.free_blocks
        self._search, cache.search_prefix_match = cache.search_prefix_match, self.search_prefix
        cache.evict_cached_blocks = self.evict_cached_blocks

    @property
    def places(self) -> int:
        """Return how many requests may be written at once, guests not counted."""
        return int(self.max_requests_per_batch) - GUESTS

    def reset(self) -> None:
        """Forget all requests, for a new loop."""
        super().reset()
        # The rows of the step under way with the number of tokens of each, in packing order.
        self.step: list[tuple[Row, int]] = []
        self.at_risk: list[Row] = []  # those of the step, or those it is being chosen from
        self._paused: dict[str, Any] = {}  # begun, and out of the batch for the sake of others
        self._pieces: dict[str, int] = {}  # tokens of a prompt that this step may read
        self._read_at: dict[str, int] = {}  # when a prompt was last read from
        self._steps = 0

    def add_waiting_request(self, state: Any) -> None:
        """Take a request into the waiting room."""
        super().add_waiting_request(state)
        self.idle.note_activity(row_of(state))

    def schedule_batch(self, token_budget: int, cache_budget: int) -> Any:
        """Choose the requests of the next step."""
        self.last_step_at = time.monotonic()
        self._steps += 1
        self._end_trials()
        if not self.active_requests:
            # Set when requests are pushed out and cleared only when one finishes: if those that
            # stayed are cancelled instead, nothing would ever be admitted again.
            self.block_new_requests = False
        suspects = self._suspects()
        chosen = self._choose(suspects[:1] or self._fair_choice(), token_budget, cache_budget)
        if suspects and chosen[0] is None:  # no room to try it alone
            row_of(suspects[0]).steps_on_trial = 0
            chosen = self._choose(self._fair_choice(), token_budget, cache_budget)
        return chosen

    def _choose(self, candidates: list[Any], token_budget: int, cache_budget: int) -> Any:
        writing = [s for s in candidates if s.status == RequestStatus.DECODING]
        reading = [s for s in candidates if s.status != RequestStatus.DECODING]
        self.step, self.at_risk = [], [row_of(state) for state in candidates]
        budget = max(len(writing) + PAGE_TOKENS, token_budget >> self.thrift)
        ranks = self._by_places_held(reading, candidates)
        self._pieces = pieces(ranks, budget - len(writing), beside_writers=bool(writing))
        reading = [state for state in reading if state.request_id in self._pieces]
        removed: set[str] = set()
        scheduled, is_starved, is_fast, tokens, read = self._process_candidates(
            [*writing, *reading], min(budget, token_budget), cache_budget, removed
        )
        self._cleanup_waiting_queue(removed)
        self.step = [(row_of(future.state), future.query_length) for future in scheduled]
        self._note_begun(scheduled)
        if not scheduled and is_starved:
            return None, is_fast, 0, 0
        self.at_risk = [row for row, _ in self.step]
        return scheduled, is_fast, tokens, read

    def _by_places_held(self, reading: list[Any], candidates: list[Any]) -> list[list[Any]]:
        """Return who reads a prompt, servers with few places first; among equals, in turn.

        A server that fills the batch would else fill the prompt tokens of each step as well.
        """
        held = Counter(row_of(state).claim.server for state in candidates)

        def places(state: Any) -> int:
            return held[row_of(state).claim.server]

        reading.sort(key=lambda s: (places(s), self._read_at.get(s.request_id, 0)))
        return [list(rank) for _, rank in groupby(reading, key=places)]

    # --- whose turn it is -------------------------------------------------------------------------

    def _fair_choice(self) -> list[Any]:
        """Return who has a place in this step; pause who has too many for the sake of others."""
        self._paused = {i: s for i, s in self._paused.items() if i in self.active_requests}
        present = [s for i, s in self.active_requests.items() if i not in self._paused]
        guests, running = parted(present)
        places = max(1, self.places >> self.thrift)
        while len(running) > places:
            self._pause(running, running[-1])
        fresh = [] if self.block_new_requests else self._get_waiting_candidates()
        waiting_guests, fresh = parted(fresh)
        guests += waiting_guests[: GUESTS - len(guests)]
        for state in self._standing(running, fresh):
            if len(running) == places:
                victim = self._victim(running, row_of(state).claim)
                if victim is None:
                    break
                self._pause(running, victim)
            self._paused.pop(state.request_id, None)
            running.append(state)
        return running + guests

    def _standing(self, running: list[Any], fresh: list[Any]) -> Iterator[Any]:
        """Yield those without a place, in the order in which they shall get one."""
        back = [state for state in fresh if row_of(state).has_begun]  # they had a place before
        others = [*self._paused.values(), *(s for s in fresh if not row_of(s).has_begun)]
        claims = [row_of(state).claim for state in [*running, *back]]
        yield from back
        yield from self.turns.in_turn([(s, row_of(s).claim) for s in others], claims)

    def _pause(self, running: list[Any], state: Any) -> None:
        running.remove(state)
        if state.request_id in self.active_requests:
            self._paused[state.request_id] = state

    def _victim(self, running: list[Any], claim: Claim) -> Any:
        """Return whom to pause so that a place becomes free for `claim`; None to let it wait.

        Background work makes place for what somebody waits for; a server, and a channel within it,
        for one that has fewer places by at least two.
        """
        cache_is_full = self.cache.compute_free_capacity() < self.safety_margin
        if cache_is_full or len(self.active_requests) >= 2 * self.places:
            return None
        claims = [row_of(state).claim for state in running]
        if any(c.is_background for c in claims) and not claim.is_background:
            return next(s for s in reversed(running) if row_of(s).is_background)
        held = Counter(holder for c in claims for holder in c.holders)
        for own, holder_of in zip(claim.holders, (SERVER, CHANNEL), strict=True):
            rivals = [c for c in claims if holder_of == SERVER or c.server == claim.server]
            most = max((c.holders[holder_of] for c in rivals), key=held.__getitem__, default=own)
            if held[most] >= held[own] + 2:
                return newest(running, holder_of, most)
        return None

    def _note_begun(self, scheduled: list[Any]) -> None:
        waits = any(row_of(s).is_background for s in self.waiting_requests.values())
        for future in scheduled:
            row, state = row_of(future.state), future.state
            if not row.has_begun:
                row.has_begun = True
                self.turns.begin(row.claim, background_waits=waits)
            if state.request_id in self._pieces:
                self._read_at[state.request_id] = self._steps
        if len(self._read_at) > 4 * self.places:
            self._read_at = {i: n for i, n in self._read_at.items() if i in self.active_requests}

    # --- those who may have killed the loop -------------------------------------------------------

    def _suspects(self) -> list[Any]:
        """Return those who owe clean steps alone, who have begun to pay first."""
        everybody = [*self.active_requests.values(), *self.waiting_requests.values()]
        return [state for state in everybody if row_of(state).steps_on_trial > 0]

    def _end_trials(self) -> None:
        """Count the step that went well for the one who was alone in it."""
        if len(self.step) == 1:
            row = self.step[0][0]
            row.steps_on_trial = max(0, row.steps_on_trial - 1)

    # --- prompts, read in pieces ------------------------------------------------------------------

    def search_prefix(self, request_id: str, tokens: list[int]) -> int:
        """Look for a cached prefix, up to the token before the first one that is scored.

        What is found there is not read again, so it could not be scored.
        """
        scoring = row_of(self.waiting_requests[request_id]).scoring
        return int(self._search(request_id, tokens[: scoring.asked.start] if scoring else tokens))

    def _infer_request_tokens(self, state: Any, removed: set[str]) -> list[int]:
        """Look for a cached prefix under the request's salt; return what this step may read."""
        row = row_of(state)
        is_new = state.status == RequestStatus.PENDING
        with chains_start_at(row.chain_start()):
            tokens: list[int] = super()._infer_request_tokens(state, removed)
        if is_new:
            self.idle.note_found(state.request_id, row)
            if not row.has_begun:
                row.cached_tokens = state.position_offset
        return tokens[: self._pieces.get(state.request_id, len(tokens))]

    def _schedule_request(self, state: Any, tokens: list[int], budget: int, removed: Any) -> None:
        """Take the piece of a prompt that was granted into the step."""
        if state.status != RequestStatus.DECODING:
            tokens = state.remaining_prefill_tokens
            budget = min(budget, self._pieces[state.request_id])
        super()._schedule_request(state, tokens, budget, removed)

    # --- blocks -----------------------------------------------------------------------------------

    def mark_complete_blocks(self, state: Any, blocks: dict[str, int]) -> None:
        """File the blocks that a step filled under the request's salt."""
        if not blocks:
            return
        known = self.idle.filled(state.request_id)
        with chains_start_at(row_of(state).chain_start()):
            self._mark(state, blocks)
        self.idle.note_filled(self.idle.filled(state.request_id) - known, row_of(state))

    def free_blocks(self, request_id: str, no_cache: bool = False) -> None:  # noqa: FBT001, FBT002
        """Release blocks from the end, so that the beginning of a prefix is the last to go."""
        if request_id in self.active_requests:
            self.idle.note_activity(row_of(self.active_requests[request_id]))
        for allocator in self.cache.cache_allocators.values():
            allocator.block_table.get(request_id, []).reverse()
        self._free(request_id, no_cache)

    def _try_to_meet_safety_margin(self) -> bool:
        """Free idle blocks until the margin is met."""
        self.cache.pool.try_to_free_sectors()
        self.idle.free(until=self.safety_margin)
        return bool(self.cache.compute_free_capacity() >= self.safety_margin)

    def evict_cached_blocks(self) -> bool:
        """Free as many idle blocks as the step needs that found no room."""
        cache = self.cache
        blocks = sum(-(-tokens // PAGE_TOKENS) for tokens in self._pieces.values())
        blocks += len(self.at_risk) + 1
        return self.idle.free(until=cache.compute_free_capacity() + blocks / cache.num_blocks)


def parted(states: list[Any]) -> tuple[list[Any], list[Any]]:
    """Return the guests among requests, and the others."""
    guests = [state for state in states if row_of(state).is_guest]
    return guests, [state for state in states if not row_of(state).is_guest]


def newest(running: list[Any], holder_of: int, holder: Hashable) -> Any:
    """Return the request that began last of a server or channel; of a server, of its fullest one.

    Of a server that is to give up a place, the channel that holds the most does.
    """
    own = [s for s in running if row_of(s).claim.holders[holder_of] == holder]
    held = Counter(row_of(s).claim.holders[CHANNEL] for s in own)
    fullest = max(held, key=held.__getitem__)
    return next(s for s in reversed(own) if row_of(s).claim.holders[CHANNEL] == fullest)


def row_of(state: Any) -> Row:
    """Return our record of a request."""
    row: Row = state.logit_processor_kwargs["row"]
    return row


SCHEDULER_MAPPING[NAME] = FairShare
