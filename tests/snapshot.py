"""The world is made once a process; later tests get its rows back by one INSERT a table and a copy of its objects.

Making it takes a fifth of a second of honest verbs, and a thousand tests want it. Rows keep their ids: both engines
check foreign keys at the end of the transaction, so the order of tables does not matter.
"""

import copy

from django.db import connection

from tests.world import World

_kept: dict = {}


def fresh_world() -> World:
    """A world in the current transaction."""
    if not _kept:
        before = _rows()
        world = World()
        after = _rows()
        _kept["tables"] = [
            (table, columns, [row for row in rows if row not in before[table][1]])
            for table, (columns, rows) in after.items()
            if len(rows) > len(before[table][1])
        ]
        _kept["world"] = copy.deepcopy(world)
        return world
    with connection.cursor() as cursor:
        for table, columns, rows in _kept["tables"]:
            one = f"({', '.join(['%s'] * len(columns))})"
            names = ", ".join(connection.ops.quote_name(name) for name in columns)
            values = [value for row in rows for value in row]
            cursor.execute(f"INSERT INTO {table} ({names}) VALUES {', '.join([one] * len(rows))}", values)
    return copy.deepcopy(_kept["world"])


def _rows() -> dict:
    with connection.cursor() as cursor:
        found = {}
        for table in connection.introspection.django_table_names(only_existing=True):
            cursor.execute(f"SELECT * FROM {table}")
            columns = [column[0] for column in cursor.description]
            found[table] = (columns, [tuple(map(_plain, row)) for row in cursor.fetchall()])
        return found


def _plain(value):
    return bytes(value) if isinstance(value, memoryview) else value
