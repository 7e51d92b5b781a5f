"""Writing many rows of few columns, several times faster than building a model instance for each.

Ids are drawn first, so that rows of several tables can point at each other before any is written. Everything the database
itself guards (keys, uniqueness, checks) still holds; what a model's `save` would fill in has to be among the columns.
"""

import gc
from contextlib import contextmanager
from operator import attrgetter

from django.db import connection

_PREPARED = {"DateField", "DateTimeField", "UUIDField", "JSONField"}  # the rest goes to the database as it is
_REPEATED = {"DateField", "DateTimeField"}  # the same few values again and again


@contextmanager
def uncollected():
    """Many small objects and no cycles among them: looking for garbage meanwhile costs a fifth of the time and finds none."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def take_stock(*models) -> None:
    """Tell PostgreSQL how large the tables have become: until then it plans joins as if they were empty, for minutes."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE " + ", ".join(f'"{model._meta.db_table}"' for model in models))


def draw_ids(model, count: int) -> range | list[int]:
    """So many unused ids of a table, rising. Call it inside the transaction that writes the rows."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [f'"{table}"', count]
            )
            return [row[0] for row in cursor.fetchall()]
        # SQLite has one writer, and this transaction is it: nobody draws the same.
        cursor.execute("SELECT max(seq) FROM sqlite_sequence WHERE name = %s", [table])
        first = (cursor.fetchone()[0] or 0) + 1
        return range(first, first + count)


def insert(model, columns, rows) -> None:
    """Write rows (tuples in the order of `columns`, which are field names) in one go; other columns get their defaults."""
    named = [model._meta.get_field(name) for name in columns]
    rest = [field for field in model._meta.concrete_fields if field not in named and not field.primary_key]
    rest = [field for field in rest if field.has_default() or not field.null]
    fields = named + rest
    adapt = [(at, _adapter(field)) for at, field in enumerate(fields) if field.get_internal_type() in _PREPARED]
    # A default that is worked out (a new uid) is worked out for every row; the others are the same in all.
    worked_out = [field.has_default() and callable(field.default) for field in rest]
    fresh = [(len(named) + at, rest[at].default) for at, is_fresh in enumerate(worked_out) if is_fresh]
    same = [None if is_fresh else field.get_default() for field, is_fresh in zip(rest, worked_out, strict=True)]
    rows = _filled(rows, same, fresh, adapt)
    table = connection.ops.quote_name(model._meta.db_table)
    names = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # The wrapper turns the driver's errors into Django's, as it does for every other statement.
            with connection.wrap_database_errors, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            holes = ", ".join(["%s"] * len(fields))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({holes})", rows)  # noqa: S608 - names of our own


def _filled(rows, same, fresh, adapt):
    for row in rows:
        row = [*row, *same]
        for at, default in fresh:
            row[at] = default()
        for at, adapter in adapt:
            row[at] = adapter(row[at])
        yield row


def _adapter(field):
    seen: dict = {}

    def plain(value):
        return field.get_db_prep_save(value, connection)

    def remembered(value):
        if value not in seen:
            seen[value] = plain(value)
        return seen[value]

    if field.get_internal_type() == "UUIDField" and not connection.features.has_native_uuid_field:
        return attrgetter("hex")
    return remembered if field.get_internal_type() in _REPEATED else plain
