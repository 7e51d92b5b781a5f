"""Seals: a hash chain over the journal, closed in batches so that the hot path takes no global lock.

The digest is an HMAC with a key that is not in the database, so that whoever can only write to the database cannot make
a new chain that fits. The number of the newest seal is also kept in a file, so that a cut-off tail is seen.
"""

import hmac
import json
import os

from django.conf import settings
from django.db import connection, transaction

from .models import Event, Seal

BATCH = 2_000
LOCK = 0x746F6E67  # of the database, for the length of one sealing; any number that nobody else uses
START = "0" * 64
_encode = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":")
).encode  # made once: imports seal thousands
FIELDS = ["id", "at", *"actor_id verb subject_kind subject_id place_id came_from went_to reason facts".split()]


def _digest(text: str) -> str:
    return hmac.digest(settings.KEYS.raw("seal"), text.encode(), "sha256").hex()


def row_digest(row: dict) -> str:
    """The keyed digest of one event's immutable columns."""
    plain = [row["id"], _stamp(row["at"]), *(row[name] for name in FIELDS[2:])]
    return _digest(_encode(plain))


def _seal_digest(seal: Seal) -> str:
    return _digest(f"{seal.number}\n{seal.previous}\n{seal.count}\n{_stamp(seal.at)}\n{seal.rows}")


def _stamp(moment) -> str:
    return f"{moment.timestamp():.6f}"


def _head_file():
    return settings.DATA_DIR / "journal-head.txt"


def seal_now() -> int:
    """Close every open event into sealed batches; returns how many events were sealed."""
    total = 0
    while Event.objects.filter(seal=None).exists():
        with transaction.atomic():
            _one_sealer_at_a_time()
            rows = list(Event.objects.filter(seal=None).order_by("id")[:BATCH].values(*FIELDS))
            if not rows:
                break
            seal = _seal(rows)
        _note_head(seal)
        total += len(rows)
    return total


def _one_sealer_at_a_time() -> None:
    # SQLite has one writer anyway. A row lock would not do: the first seal of all has no row to lock before it.
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _seal(rows: list[dict]) -> Seal:
    last = Seal.objects.order_by("-number").first()
    number, previous = (last.number + 1, last.digest) if last else (1, START)
    body = "\n".join(f"{row['id']}:{row_digest(row)[:16]}" for row in rows)
    seal = Seal(number=number, previous=previous, rows=body, count=len(rows))
    seal.digest = _seal_digest(seal)
    seal.save(force_insert=True)
    Event.objects.filter(pk__in=[row["id"] for row in rows]).update(seal=seal)
    return seal


def _note_head(seal: Seal) -> None:
    # Written after the commit, apart and moved into place; two sealers never move the head back.
    known = _head()
    if known and known[0] >= seal.number:
        return
    draft = _head_file().with_suffix(f".{os.getpid()}.new")
    draft.write_text(f"{seal.number} {seal.digest}\n")
    draft.replace(_head_file())


def _head() -> tuple[int, str] | None:
    try:
        number, digest = _head_file().read_text().split()
        return int(number), digest
    except (FileNotFoundError, ValueError):
        return None


def verify_chain() -> list[str]:
    """What is broken in the journal, each line naming the row; an empty list when all is well."""
    problems: list[str] = []
    previous, number = START, 0
    digests: dict[int, str] = {}
    for seal in Seal.objects.order_by("number").iterator(chunk_size=50):
        number += 1
        if seal.number != number:
            problems.append(f"journal.seal {number}: missing")
            number = seal.number
        if seal.previous != previous or seal.digest != _seal_digest(seal):
            problems.append(f"journal.seal {seal.number}: changed, or does not follow from the seal before it")
        previous, digests[seal.number] = seal.digest, seal.digest
        problems += _check_rows(seal)
    problems += _check_head(digests)
    return problems


def verify_seals(numbers) -> list[str]:
    """What is broken in some seals alone: one thing's trace is checked without reading the whole journal."""
    problems = []
    for seal in Seal.objects.filter(number__in=list(numbers)).order_by("number"):
        before = Seal.objects.filter(number=seal.number - 1).values_list("digest", flat=True).first()
        follows = seal.previous == (before or START) and (before is not None or seal.number == 1)
        if not follows or seal.digest != _seal_digest(seal):
            problems.append(f"journal.seal {seal.number}: changed, or does not follow from the seal before it")
        problems += _check_rows(seal)
    return problems


def head() -> tuple[int, str] | None:
    """Number and digest of the newest seal as the file beside the database knows it."""
    return _head()


def _check_rows(seal: Seal) -> list[str]:
    sealed = {pk: digest for pk, _, digest in (line.partition(":") for line in seal.rows.splitlines())}
    found = {str(row["id"]): row for row in Event.objects.filter(seal=seal).values(*FIELDS)}
    problems = [f"journal.event {pk}: deleted or moved out of seal {seal.number}" for pk in sealed if pk not in found]
    problems += [f"journal.event {pk}: added to seal {seal.number} later" for pk in found if pk not in sealed]
    problems += [
        f"journal.event {pk}: changed after it was sealed"
        for pk, row in found.items()
        if pk in sealed and row_digest(row)[:16] != sealed[pk]
    ]
    return problems


def _check_head(digests: dict[int, str]) -> list[str]:
    head = _head()
    if head is None:
        return ["journal.seal: journal-head.txt is gone, a cut-off tail could not be seen"] if digests else []
    number, digest = head
    if digests.get(number) != digest:
        return [f"journal.seal {number}: was sealed once and is gone or different now (tail cut off?)"]
    return []
