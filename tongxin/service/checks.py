"""What must hold in the ledger at any time; `tongxin verify` asks it. Every line names the row."""

from decimal import Decimal

from django.db.models import Case, Count, Exists, F, OuterRef, Q, Sum, When
from django.db.models.functions import Abs

from tongxin.journal.models import Event, kind_of

from .models import BackEntry, Correction, Dispute, Entry, Review, Rule, Statement, Year, half_up, sum_year

NOISE = Decimal("0.001")  # SQLite sums decimals as floating point
FIRST = 20  # of each kind: the first ones show where to look


def problems() -> list[str]:
    """What is broken in the ledger; an empty list when all is well."""
    return [
        *_reversals(), *_points(), *_caps(), *_unheard_of(), *_years(), *_reviews(), *_rules(), *_disputes(), *_corrections(),
        *_back_entries(),
    ]  # fmt: skip


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


def _reviews():
    """A frozen year is being looked at or was confirmed by a person; nothing in between."""
    wrong = Review.objects.filter(
        Q(status=Review.Status.REVIEW, due_at=None)
        | Q(status=Review.Status.CONFIRMED, confirmed_by=None)
        | Q(status=Review.Status.FROZEN, due_at__isnull=False)
    )
    for review in wrong.order_by("pk")[:FIRST]:
        yield f"service.review {review.pk}: {review.status} without what belongs to it"


def _rules():
    """What was drafted here came into force by a second person, and not before its day."""
    in_force = Rule.objects.in_force().exclude(drafted_by=None)
    for rule in in_force.filter(Q(approved_by=None) | Q(approved_by=F("drafted_by"))).order_by("pk")[:FIRST]:
        yield f"service.rule {rule.pk}: nobody else approved it"


def _disputes():
    """Whoever has to act has a day to do it by; nobody decides what they verified, answered or are the person of."""
    for dispute in Dispute.objects.filter(status__in=Dispute.ACTIVE, due_at=None).order_by("pk")[:FIRST]:
        yield f"service.dispute {dispute.pk}: {dispute.status} without a day"
    own = Q(answered_by=F("person")) | Q(decided_by=F("person")) | Q(final_by=F("person"))
    twice = Q(decided_by=F("answered_by")) | Q(final_by=F("decided_by")) | Q(final_by=F("answered_by"))
    verified = Q(decided_by=F("entry__by")) | Q(final_by=F("entry__by"))
    for dispute in Dispute.objects.filter(own | twice | verified).order_by("pk")[:FIRST]:
        yield f"service.dispute {dispute.pk}: decided by somebody who had a hand in it"
    stages = (
        Q(status="answered", answered_by=None) | Q(status="decided", decided_by=None) | Q(status="final", final_by=None)
    )
    for dispute in Dispute.objects.filter(stages).order_by("pk")[:FIRST]:
        yield f"service.dispute {dispute.pk}: {dispute.status} by nobody"


def _corrections():
    """The last correction of a dispute is the line that stands, by its hours; older ones and the disputed line are taken back."""
    for fix in Correction.objects.select_related("entry", "dispute").order_by("pk").iterator():
        if fix.hours != (fix.entry.hours if fix.entry_id else 0):
            yield f"service.correction {fix.pk}: its line does not say its hours"
    disputed = Q(disputes__corrections__isnull=False, reversed_by=None, reverses=None)
    for entry in Entry.objects.filter(disputed).distinct().order_by("pk")[:FIRST]:
        yield f"service.entry {entry.pk}: corrected by a dispute, but it still stands"


def _back_entries():
    """Confirmed by a second person and in the ledger once; anything else is in no ledger."""
    line = Entry.objects.filter(source_kind=kind_of(BackEntry), source_id=OuterRef("pk"), reverses=None)
    same = line.filter(person=OuterRef("person"), hours=OuterRef("hours"), served_on=OuterRef("served_on"))
    confirmed = BackEntry.objects.filter(status=BackEntry.Status.CONFIRMED)
    for back in confirmed.exclude(Exists(same)).order_by("pk")[:FIRST]:
        yield f"service.backentry {back.pk}: confirmed, but the ledger has no such line"
    for back in (
        BackEntry.objects.exclude(status=BackEntry.Status.CONFIRMED).filter(Exists(line)).order_by("pk")[:FIRST]
    ):
        yield f"service.backentry {back.pk}: in the ledger without having been confirmed"
    alone = Q(confirmed_by=F("entered_by")) | Q(confirmed_by=F("person")) | Q(entered_by=F("person"))
    for back in BackEntry.objects.filter(alone).order_by("pk")[:FIRST]:
        yield f"service.backentry {back.pk}: not by two people"
