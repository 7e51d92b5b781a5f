"""One verb on many rows: what can be done is done, the rest says why not."""

from collections.abc import Callable, Iterable

from .transitions import Refused


def each(rows: Iterable, verb: Callable) -> tuple[list, list]:
    """Call `verb` on every row; returns (done, [(row, why not), …]), both in the order given. A refusal holds up no other."""
    done, left = [], []
    for row in rows:
        try:
            verb(row)
            done.append(row)
        except Refused as refused:
            left.append((row, refused.why))
    return done, left
