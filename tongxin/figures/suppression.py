"""Small counts are not shown, and cannot be worked out from the totals (小数隐藏).

A cell of 1–4 shows "<5". That alone is no protection: with the totals beside it, a single hidden cell is a subtraction.
So further cells are hidden ("—") until no hidden cell has only one possible value.

The tables of one district, 居村 × kind inside 街镇 × kind, with all their totals, are one flow: from the whole to each
街镇, to each 居村, to the kinds, and back to the whole. Every total is an equation of that flow ("what comes in goes
out"), every number an arc. A hidden number can be another one exactly when, through hidden arcs that still have room, a
unit can be sent round a ring that contains it; so "can it be worked out?" is answered exactly, by a search for a ring,
and the cheapest cells to hide are the cheapest way to close one.

The reader is taken to know what "<5" means (1 to 4), that a zero is shown and so "—" is at least 1, and every total.
"—" is nearly always 5 or more; it also stands for a small number where "<5" would say too much.
"""

import heapq
from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from functools import lru_cache

FEW = 5
SMALL, HIDDEN = f"<{FEW}", "—"
MANY = float("inf")


@dataclass(frozen=True)
class Arc:
    """One number of the tables: flows from `tail` to `head`; `price` is how sorry one would be to hide it."""

    key: Hashable
    tail: Hashable
    head: Hashable
    value: int
    price: int = 0

    @property
    def small(self) -> bool:
        return 0 < self.value < FEW


class _Tables:
    def __init__(self, arcs: Iterable[Arc]):
        self.arcs = {arc.key: arc for arc in arcs if arc.value}  # zeros are shown and stay
        self.small = {arc.key: arc for arc in self.arcs.values() if arc.small}
        self.hidden = set(self.small)
        self.ways = defaultdict(list)  # node → [(the node a unit gets to, the arc used)]
        for arc in self.arcs.values():
            if arc.value < self.highest(arc):
                self.ways[arc.tail].append((arc.head, arc))
            if arc.value > 1:
                self.ways[arc.head].append((arc.tail, arc))

    def highest(self, arc: Arc) -> float:
        """The most a reader can take the number to be, once it is hidden; the least is always 1."""
        return FEW - 1 if arc.key in self.small else MANY

    def soften(self, arc: Arc) -> None:
        """Show "—" for a small number too, where "<5" says too much."""
        if arc.value == self.highest(arc):
            self.ways[arc.tail].append((arc.head, arc))
        del self.small[arc.key]

    def ring(self, arc: Arc, *, more: bool) -> tuple[float, list] | None:
        """The cheapest ring through this arc that makes it one more (or one less): (price, cells still to hide)."""
        if arc.value >= self.highest(arc) if more else arc.value <= 1:
            return None
        start, goal = (arc.head, arc.tail) if more else (arc.tail, arc.head)
        best, queue, number = {start: 0}, [(0, 0, start, None)], 0
        while queue:
            price, _, node, way = heapq.heappop(queue)
            if node == goal:
                return price, _walk(way)
            if price > best[node]:
                continue
            for onward, used in self.ways[node]:
                if used is arc:
                    continue
                sum_ = price + (0 if used.key in self.hidden else used.value + used.price)
                if sum_ < best.get(onward, MANY):
                    best[onward] = sum_
                    number += 1
                    heapq.heappush(queue, (sum_, number, onward, (used.key, way)))
        return None

    def protect(self, arc: Arc) -> bool:
        """Hide what is needed so that this number cannot be worked out; False when no ring can be closed."""
        rings = [ring for ring in (self.ring(arc, more=True), self.ring(arc, more=False)) if ring]
        if not rings:
            return False
        self.hidden.update(min(rings, key=lambda ring: ring[0])[1])
        return True


def _walk(way) -> list:
    keys = []
    while way:
        key, way = way
        keys.append(key)
    return keys


@lru_cache(maxsize=32)
def suppress(arcs: tuple[Arc, ...]) -> dict:
    """What to show instead of each hidden number: {key: "<5" or "—"}. Numbers not named may be shown."""
    tables = _Tables(arcs)
    open_ones = [arc for arc in tables.small.values() if not tables.protect(arc)]
    while open_ones:
        # Four cells under a total of "<5" are 1 each, whatever else is hidden: the largest of them has to say less.
        still_small = [arc for arc in open_ones if arc.key in tables.small]
        tables.soften(max(still_small, key=lambda arc: (arc.value, arc.price)))
        open_ones = [arc for arc in open_ones if not tables.protect(arc)]
    return {key: SMALL if key in tables.small else HIDDEN for key in tables.hidden}
