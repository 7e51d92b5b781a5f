"""An uploaded table waits sealed on disk until it is imported, at most seven days; the file it came in is not kept."""

import datetime
import json
import time

from django.conf import settings

from tongxin.people.vault import seal, unseal
from tongxin.sheets.cells import Formula
from tongxin.sheets.tables import Table

from .columns import fill

KEEP_DAYS = 7
_FIELDS = ("sheet", "header_row", "header", "columns", "headers", "missing", "unmapped", "totals")


def _folder():
    return settings.DATA_DIR / "uploads"


def _bound_to(uid) -> str:
    return f"registrations_rosterimport:{uid}:table"


def save(uid, table: Table) -> None:
    """Keep a table. Only the owner of the data folder can read the file, and only with the key can anyone open it."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    plain = {name: getattr(table, name) for name in _FIELDS} | {"cells": list(table.cells.items())}
    words = json.dumps(plain, ensure_ascii=False, separators=(",", ":"), default=_plain)
    draft = folder / f".{uid}.tmp"
    draft.write_bytes(seal(words, _bound_to(uid)))
    draft.chmod(0o600)
    draft.replace(folder / str(uid))


def load(uid) -> Table | None:
    """The table, or None when it is gone. Raises BrokenSeal when the file was changed or belongs to another import."""
    try:
        blob = (_folder() / str(uid)).read_bytes()
    except FileNotFoundError:
        return None
    plain = json.loads(unseal(blob, _bound_to(uid)), object_hook=_thing)
    cells = dict(plain.pop("cells"))
    table = Table(**plain, cells=cells)
    fill(table)
    return table


def keep_only(uid, numbers) -> None:
    """Forget every row but these (the bad ones, to be mended)."""
    if table := load(uid):
        table.cells = {number: row for number, row in table.cells.items() if number in numbers}
        save(uid, table)


def delete(uid) -> None:
    (_folder() / str(uid)).unlink(missing_ok=True)


def sweep(*, now=None) -> int:
    """Delete what has waited longer than seven days; returns how many files."""
    before = (now or time.time()) - KEEP_DAYS * 86_400
    old = [path for path in _folder().glob("*") if path.stat().st_mtime < before] if _folder().is_dir() else []
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _plain(value):
    if isinstance(value, Formula):
        return {"f": value.value}
    if isinstance(value, datetime.datetime):
        return {"t": value.isoformat()}
    return {"d": value.isoformat()}


def _thing(value: dict):
    if value.keys() == {"f"}:
        return Formula(value["f"])
    if value.keys() == {"t"}:
        return datetime.datetime.fromisoformat(value["t"])
    if value.keys() == {"d"}:
        return datetime.date.fromisoformat(value["d"])
    return value
