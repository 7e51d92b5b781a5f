"""What must hold in the ledger at any time; `tongxin verify` asks it. Every line names the row."""

from decimal import Decimal

from django.db.models import Case, Count, Exists, F, OuterRef, Q, Sum, When
from django.db.models.functions import Abs

from tongxin.journal.models import Event, kind_of

from .models import Entry, Statement, Year, half_up, sum_year

NOISE = Decimal("0.001")  # SQLite sums decimals as floating point
FIRST = 20  # of each kind: the first ones show where to look


def problems() -> list[str]:
    """What is broken in the ledger; an empty list when all is well."""
    return [*_reversals(), *_points(), *_caps(), *_unheard_of(), *_years()]


def counts() -> dict:
    """How much was looked at."""
    return {"entries": Entry.objects.count(), "statements": Statement.objects.count(), "years": Year.objects.count()}


def _reversals():
    """A mirror is its entry with the sign turned, of the same person and day."""
    wrong = Entry.objects.filter(reverses__isnull=False).exclude(
        person=F("reverses__person"), served_on=F("reverses__served_on"), source_kind=F("reverses__source_kind"),
        source_id=F("reverses__source_id"), hours=-F("reverses__hours"), points=-F("reverses__points"),
        counted=-F("reverses__counted"),
    )  # fmt: skip
    for entry in wrong.order_by("pk")[:FIRST]:
        yield f"service.entry {entry.pk}: is not the mirror of service.entry {entry.reverses_id}"


def _points():
    """points = counted × tariff, half up to the cent; and no more counts than was served."""
    suspect = Entry.objects.annotate(
        off=Abs(F("points") - F("counted") * F("tariff")),
        more=Case(When(hours__gt=0, then=F("counted") - F("hours")), default=F("hours") - F("counted")),
    ).filter(Q(off__gt=Decimal("0.004")) | Q(more__gt=0))
    for entry in suspect.order_by("pk").iterator():
        if entry.points != half_up(entry.counted * entry.tariff) or abs(entry.counted) > abs(entry.hours):
            yield f"service.entry {entry.pk}: points are not counted hours times tariff"


def _caps():
    """What earns points stays within the day's cap, and never falls below nothing."""
    days = (
        Entry.objects.order_by("person_id", "served_on")
        .values("person_id", "served_on", "rule__day_cap")
        .annotate(spent=Sum("counted"), lines=Count("pk"))
        .filter(Q(spent__gt=F("rule__day_cap") + NOISE) | Q(spent__lt=-NOISE))
    )
    for day in days[:FIRST]:
        yield f"service.entry of people.person {day['person_id']} on {day['served_on']}: counted hours outside the day's cap"


def _unheard_of():
    """No line without the event that made it: one written past the verbs has none."""
    made = Event.objects.filter(
        subject_kind=kind_of(Entry), subject_id=OuterRef("pk"), verb__in=["entry.award", "entry.reverse"]
    )
    for pk in Entry.objects.exclude(Exists(made)).order_by("pk").values_list("pk", flat=True)[:FIRST]:
        yield f"service.entry {pk}: nothing in the journal made it"


def _years():
    """A frozen year is what the ledger says, person by person."""
    for closed in Year.objects.select_related("place").order_by("year", "place_id"):
        statements = closed.statements.order_by("person_id")
        if closed.recomputed_digest() != closed.digest:
            yield f"service.year {closed.pk} ({closed.year}): the ledger no longer gives what was frozen"
        yield from _statements(closed, statements)


def _statements(closed, statements):
    ledger = {line[0]: line for line in sum_year(closed.place, closed.year)}
    columns = statements.values_list("pk", "person_id", "entries", "hours", "points", "points_shown")
    seen = set()
    for pk, person, *rest in columns.iterator(chunk_size=5000):
        seen.add(person)
        if ledger.get(person) != (person, *rest):
            yield f"service.statement {pk}: differs from the ledger of {closed.year}"
    for person in sorted(set(ledger) - seen):
        yield f"service.statement of people.person {person} for {closed.year}: missing"
