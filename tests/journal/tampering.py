"""A database administrator at work: the triggers are lifted, and rows are changed by plain SQL."""

from contextlib import contextmanager

from django.db import connection


@contextmanager
def triggers_lifted(table: str):
    """Inside the block raw SQL may change the append-only table; afterwards it may not."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Not ALTER TABLE: it would wait for this transaction's own foreign keys.
            cursor.execute("SET LOCAL session_replication_role = replica")
            yield cursor
            cursor.execute("SET LOCAL session_replication_role = origin")
            return
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
        triggers = cursor.fetchall()
        assert triggers, f"{table} has no trigger"
        for name, _ in triggers:
            cursor.execute(f"DROP TRIGGER {name}")
        yield cursor
        for _, sql in triggers:
            cursor.execute(sql)


def raw(sql: str, *params) -> None:
    """One statement past the models."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
