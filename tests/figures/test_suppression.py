"""Hidden counts stay hidden: no arithmetic on what a page shows gives one back."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongxin.figures import suppression
from tongxin.figures.suppression import FEW, HIDDEN, SMALL, Arc, suppress


def tables_of(counts: dict[tuple[str, str, str], int]) -> tuple[Arc, ...]:
    """The tables of {(街镇, 居村, kind): n}: every cell and every total, as the pages show them."""
    sums = {}
    for (sub, unit, kind), n in counts.items():
        for key, tail, head in [
            (("cell", unit, kind), ("row", unit), ("kind of", sub, kind)),
            (("unit", unit), ("in", sub), ("row", unit)),
            (("sub kind", sub, kind), ("kind of", sub, kind), ("kind", kind)),
            (("kind", kind), ("kind", kind), "end"),
            (("sub", sub), "start", ("in", sub)),
            (("whole",), "end", "start"),
        ]:
            sums[key] = (tail, head, sums.get(key, (0, 0, 0))[2] + n)
    return tuple(Arc(key, tail, head, n) for key, (tail, head, n) in sums.items())


def possible(arcs, shown, longest=12) -> list[dict]:
    """Every set of 居村 cells that agrees with everything shown: by trying them all."""
    cells = [arc for arc in arcs if arc.key[0] == "cell"]
    hidden = [arc for arc in cells if arc.key in shown]
    choices = {SMALL: range(1, FEW), HIDDEN: range(1, longest)}
    found = []
    for guess in itertools.product(*(choices[shown[arc.key]] for arc in hidden)):
        values = {arc.key: arc.value for arc in cells} | dict(zip((arc.key for arc in hidden), guess, strict=True))
        if all(_agrees(arc, _total(arc, values, arcs), shown) for arc in arcs if arc.key[0] != "cell"):
            found.append(values)
    return found


def _total(total, values, arcs):
    here = {"whole": lambda arc: True}
    kind, *rest = total.key
    cells = [arc for arc in arcs if arc.key[0] == "cell"]
    belongs = {
        "unit": lambda arc: arc.key[1] == rest[0],
        "kind": lambda arc: arc.key[2] == rest[0],
        "sub": lambda arc: arc.head[1] == rest[0],
        "sub kind": lambda arc: arc.head[1:] == tuple(rest),
    } | here
    return sum(values[arc.key] for arc in cells if belongs[kind](arc))


def _agrees(arc, total, shown):
    said = shown.get(arc.key)
    if said is None:
        return total == arc.value
    return 0 < total < FEW if said == SMALL else total > 0


def worked_out(arcs, shown) -> list:
    """Hidden numbers of which only one value is possible: cells and totals."""
    worlds = possible(arcs, shown)
    assert worlds, "the truth itself must be possible"
    given_away = []
    for arc in arcs:
        if arc.key in shown:
            values = {w[arc.key] if arc.key[0] == "cell" else _total(arc, w, arcs) for w in worlds}
            if len(values) == 1:
                given_away.append(arc.key)
    return given_away


two_by_two = st.lists(st.integers(0, 9), min_size=4, max_size=4).map(
    lambda n: {("A", f"a{i // 2}", f"k{i % 2}"): v for i, v in enumerate(n)}
)
street_of = {"u0": "A", "u1": "A", "u2": "B"}
two_streets = st.lists(st.integers(0, 6), min_size=6, max_size=6).map(
    lambda n: {(street_of[f"u{i // 2}"], f"u{i // 2}", f"k{i % 2}"): v for i, v in enumerate(n)}
)


@settings(max_examples=50, deadline=None)
@given(two_by_two)
def test_no_hidden_number_of_a_small_table_can_be_worked_out(counts):
    arcs = tables_of(counts)
    assert worked_out(arcs, suppress(arcs)) == []


@settings(max_examples=20, deadline=None)
@given(two_streets)
def test_nor_from_the_tables_of_two_levels_together(counts):
    arcs = tables_of(counts)
    assert worked_out(arcs, suppress(arcs)) == []


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=12, max_size=12))
def test_small_numbers_are_hidden_zeros_and_the_rest_of_a_safe_table_are_not(numbers):
    counts = {("A", f"a{i // 4}", f"k{i % 4}"): n for i, n in enumerate(numbers)}
    arcs = tables_of(counts)
    shown = suppress(arcs)
    for arc in arcs:
        if 0 < arc.value < FEW:
            assert arc.key in shown
        if arc.value == 0:
            assert arc.key not in shown
        if shown.get(arc.key) == SMALL:
            assert 0 < arc.value < FEW
    if not any(arc.small for arc in arcs):
        assert shown == {}


def test_one_small_cell_takes_the_smallest_neighbours_along():
    counts = {("A", unit, kind): n for (unit, kind), n in {
        ("a", "x"): 3, ("a", "y"): 9, ("a", "z"): 50,
        ("b", "x"): 20, ("b", "y"): 8, ("b", "z"): 60,
        ("c", "x"): 70, ("c", "y"): 80, ("c", "z"): 90,
    }.items()}  # fmt: skip
    shown = suppress(
        tuple(Arc(a.key, a.tail, a.head, a.value, 0 if a.key[0] == "cell" else 1000) for a in tables_of(counts))
    )
    assert shown == {
        ("cell", "a", "x"): SMALL, ("cell", "a", "y"): HIDDEN, ("cell", "b", "x"): HIDDEN, ("cell", "b", "y"): HIDDEN,
    }  # fmt: skip


def test_two_small_cells_of_one_each_are_no_secret_by_themselves():
    """<5 and <5 with a total of 2 can only be 1 and 1: more has to be hidden."""
    counts = {("A", "a", "x"): 1, ("A", "a", "y"): 1, ("A", "b", "x"): 6, ("A", "b", "y"): 8}
    arcs = tables_of(counts)
    shown = suppress(arcs)
    assert worked_out(arcs, shown) == []
    assert ("cell", "b", "x") in shown or ("unit", "a") in shown


def test_red_twin_without_the_ring_search_a_subtraction_gives_it_back(monkeypatch):
    counts = {("A", "a", "x"): 3, ("A", "a", "y"): 9, ("A", "b", "x"): 7, ("A", "b", "y"): 8}
    monkeypatch.setattr(suppression._Tables, "protect", lambda self, arc: True)
    suppress.cache_clear()
    arcs = tables_of(counts)
    assert worked_out(arcs, suppress(arcs)) == [("cell", "a", "x")]
    suppress.cache_clear()


@pytest.mark.parametrize(
    "counts", [{}, {("A", "a", "x"): 3}, {("A", "a", "x"): 4, ("A", "b", "x"): 4, ("A", "b", "y"): 5}]
)
def test_odd_little_tables(counts):
    arcs = tables_of(counts)
    shown = suppress(arcs)
    assert {arc.key for arc in arcs if arc.small} <= set(shown)
    assert not arcs or worked_out(arcs, shown) == []
