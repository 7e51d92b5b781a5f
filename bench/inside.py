"""What is measured inside one process, on the ground's database (`Ground.run`)."""

import datetime as dt
import math
import time

from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from .data import DISTRICT, open_tasks
from .floor_claim import claim_with

SEATS = 4


def claims(place: int, people: list[int], rounds: int) -> dict:
    """Claims a second: the verb with task and person at hand, its permission asked anew; the three statements on the driver.

    The queries counted are those of a whole claim, the task's own included.
    """
    from tongxin.people.models import Person
    from tongxin.tasks.models import Task

    tasks = open_tasks(place, math.ceil(len(people) / SEATS) * rounds * 2, SEATS, people[0])
    told: dict = {"ours": [], "raw": []}
    who = Person.objects.in_bulk(people)

    known: dict = {}

    def ours(task, person):
        who[person].__dict__.pop("_held", None)  # what a request would have to find out
        (known.get(task) or Task.objects.select_related("place").get(pk=task)).claim(by=who[person])

    for _ in range(rounds):
        for name, one in (("raw", _raw()), ("ours", ours)):
            pairs = [(tasks[-1 - n // SEATS], person) for n, person in enumerate(people)]
            known = Task.objects.select_related("place").in_bulk({task for task, _ in pairs})
            del tasks[-math.ceil(len(people) / SEATS) :]
            started = time.perf_counter()
            for task, person in pairs:
                one(task, person)
            told[name].append(len(pairs) / (time.perf_counter() - started))
    (last,) = open_tasks(place, 1, SEATS, people[0])
    with CaptureQueriesContext(connection) as queries:
        ours(last, people[0])
    return told | {"queries": len(queries)}


def _raw():
    """A claim by three statements on the driver's own connection."""
    connection.ensure_connection()
    driver = connection.connection
    if connection.vendor == "postgresql":
        cursor = driver.cursor()

        def one(task, person):
            with driver.transaction():
                claim_with(cursor.execute, lambda: cursor.rowcount, task, person, timezone.now())
    else:
        cursor = driver.cursor()

        def execute(sql, values):
            cursor.execute(sql.replace("%s", "?"), [str(v) if isinstance(v, dt.datetime) else v for v in values])

        def one(task, person):
            cursor.execute("BEGIN IMMEDIATE")
            claim_with(execute, lambda: cursor.rowcount, task, person, timezone.now())
            cursor.execute("COMMIT")

    return one


def queries(pages: dict[str, str], people: list[int]) -> dict[str, list[int]]:
    """How many queries each page takes, for each of these readers in turn."""
    from django.test import Client

    from tongxin.people.models import Person

    told = {}
    clients = []
    for person in Person.objects.filter(pk__in=people).order_by("pk"):
        client = Client(headers={"host": "127.0.0.1"})
        client.force_login(person)
        clients.append((person.pk, client))
    for name, page in pages.items():
        told[name] = []
        for pk, client in sorted(clients, key=lambda pair: people.index(pair[0])):
            client.get(page)
            with CaptureQueriesContext(connection) as counted:
                answer = client.get(page)
            if answer.status_code != 200:
                raise RuntimeError(f"{page} for {pk}: {answer.status_code}")
            told[name].append(len(counted))
    return told


def import_roster(file: str) -> dict:
    """Seconds of the product's own import, and what it counted."""
    import io
    import json

    out = io.StringIO()
    started = time.perf_counter()
    call_command("import_roster", file, district=DISTRICT, json=True, stdout=out)
    seconds = time.perf_counter() - started
    answer = json.loads(out.getvalue())
    answer.pop("error_rows")
    return {"seconds": seconds} | answer


def read_and_insert(file: str) -> dict:
    """Seconds of the least that an import could do: read the file, bulk-insert the raw rows in one transaction."""
    import python_calamine

    connection.ensure_connection()
    started = time.perf_counter()
    rows = python_calamine.CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python()
    width = max(map(len, rows))
    rows = [[str(value) for value in row] for row in rows]
    names, holes = (", ".join(words) for words in ([f"c{n} text" for n in range(width)], ["%s"] * width))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE bench_raw ({names})")
        cursor.executemany(f"INSERT INTO bench_raw VALUES ({holes})", rows)
    seconds = time.perf_counter() - started
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bench_raw")
    return {"seconds": seconds, "rows": len(rows)}


def larger_workbook(file: str, to: str, times: int) -> int:
    """The same roster so many times over, every copy with phone numbers of its own. Returns the number of data rows."""
    import python_calamine
    import xlsxwriter

    rows = python_calamine.CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python(skip_empty_area=False)
    header = next(n for n, row in enumerate(rows) if "联系电话" in row)
    phone = rows[header].index("联系电话")
    body = [row for row in rows[header + 1 :] if row[0] != "合计"]
    with xlsxwriter.Workbook(to, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet("第二梯队名册")
        for n, row in enumerate(rows[: header + 1]):
            _write(sheet, n, row)
        n = header
        for copy in range(times):
            for row in body:
                n += 1
                _write(sheet, n, [*row[:phone], _other_number(row[phone], copy), *row[phone + 1 :]])
    return len(body) * times


def _write(sheet, n, row):
    for column, value in enumerate(row):
        if isinstance(value, dt.date):
            sheet.write_datetime(n, column, value)
        elif isinstance(value, float):
            sheet.write_number(n, column, value)
        elif value != "":
            sheet.write_string(n, column, str(value))


def _other_number(text, copy):
    """The number with another network code: 199… becomes 190…, 191… and so on; the last copy keeps its own."""
    digits = "".join(letter for letter in str(int(text) if isinstance(text, float) else text) if letter.isdecimal())
    local = str(int(digits))[-11:] if digits else ""
    return f"19{copy % 10}{local[3:]}" if len(local) == 11 and local.startswith("199") else text


def close_year(year: int) -> dict:
    """Seconds of closing a year, and of a bare sum over the same rows; the second time of each is measured with warm pages."""
    from tongxin.places.models import Place
    from tongxin.service.models import close_year as close

    place = Place.objects.get(code=DISTRICT, until=None)
    with connection.cursor() as cursor:
        sums = (
            "SELECT person_id, count(*), sum(hours), sum(points) FROM service_entry WHERE year = %s GROUP BY person_id"
        )
        cursor.execute(sums, [year])
        started = time.perf_counter()
        cursor.execute(sums, [year])
        cursor.fetchall()
        raw = time.perf_counter() - started
    started = time.perf_counter()
    with transaction.atomic():
        closed = close(place, year)
        seconds = time.perf_counter() - started
        told = {"digest": closed.digest, "again": closed.recomputed_digest(), "people": closed.people}
        transaction.set_rollback(True)
    return told | {"ours": seconds, "raw": raw}
