"""The path of a place: "/1/14/302/", its own ids from the top down, so that "this place and everything below" is one prefix.

`path__under` is one range on the index of the column, on both databases, also through a join (`place__path__under=…`).
A plain `startswith` would be `LIKE … ESCAPE` on SQLite, which reads the whole table.
"""

from django.db import models
from django.db.models import Lookup

# Paths are made of digits and slashes only, and both sort before "~": the end of the range of everything below.
END = "~"


class PathField(models.CharField):
    """A path of ids; unique, and indexed for byte order (Django adds the pattern index on PostgreSQL)."""

    def __init__(self, **kwargs):
        super().__init__(**{"max_length": 120, "unique": True, **kwargs})


@PathField.register_lookup
class Under(Lookup):
    """`path__under="/1/14/"`: that place and everything below it."""

    lookup_name = "under"

    def _bounds(self, compiler, connection, lower: str, upper: str):
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        if self.rhs_is_direct_value():
            end, end_params = "%s", [f"{right_params[0]}{END}"]
        else:
            end, end_params = f"({right} || '{END}')", list(right_params)
        sql = f"({left} {lower} {right} AND {left} {upper} {end})"
        return sql, [*left_params, *right_params, *left_params, *end_params]

    def as_sql(self, compiler, connection):
        return self._bounds(compiler, connection, ">=", "<")  # SQLite compares text byte by byte

    def as_postgresql(self, compiler, connection):
        return self._bounds(compiler, connection, "~>=~", "~<~")  # byte order whatever the locale: the pattern index
