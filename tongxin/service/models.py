"""The append-only ledger of hours and points (时长与积分), and the yearly statement made from it.

A balance is a sum; a mistake is answered by a reversing entry. The tariff is copied into the entry, so that a new rule
never rewrites history. Hours come first; points are for oneself only (mission.md §0.2, §4).
"""

import datetime as dt
import hashlib
from decimal import ROUND_HALF_UP, Decimal

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import Case, Count, F, Q, Sum, When
from django.db.models.functions import Coalesce, ExtractMonth
from django.utils import timezone

from tongxin.journal.models import kind_of, record
from tongxin.people.models import Person
from tongxin.places.models import Place
from tongxin.workflow.transitions import Refused

YEARS_LOCK = 0x79656172  # any number that nobody else uses
CENT = Decimal("0.01")
STEP = Decimal("0.5")


def half_up(value) -> Decimal:
    """Two decimals, half up."""
    return Decimal(value).quantize(CENT, rounding=ROUND_HALF_UP)


class Factor(models.TextChoices):
    """What kind of service it was (服务类型); the tariff gives each a factor."""

    ORDINARY = "ordinary", "普通"
    SKILLED = "skilled", "专业技能"
    HARD = "hard", "夜间或恶劣天气"


class Rule(models.Model):
    """A version of the points rule (积分规则): factors and caps, valid from a day on."""

    version = models.CharField(max_length=20, unique=True)
    since = models.DateField(unique=True)
    factors = models.JSONField()  # {"ordinary": "1.0", …}
    day_cap = models.DecimalField(max_digits=5, decimal_places=2)  # hours a day that earn points
    year_cap = models.DecimalField(max_digits=7, decimal_places=2)  # points a year that a statement shows

    @classmethod
    def on(cls, day) -> "Rule":
        """The rule in force on that day. Raises Rule.DoesNotExist for a day before the first rule."""
        return cls.objects.filter(since__lte=day).latest("since")


class EntryQuerySet(models.QuerySet):
    def update(self, **changes):
        raise TypeError("Ledger entries are never changed; reverse them.")

    def delete(self):
        raise TypeError("Ledger entries are never deleted; reverse them.")

    def in_year(self, year: int):
        return self.filter(year=year)

    def for_reading(self):
        """Newest first, with who verified and what a correction corrects."""
        return self.select_related("by", "rule", "reverses").order_by("-served_on", "-pk")

    def totals(self) -> dict:
        """Hours, points and times of these lines; reversals count negative."""
        sums = self.aggregate(
            hours=Coalesce(Sum("hours"), Decimal(0)),
            points=Coalesce(Sum("points"), Decimal(0)),
            entries=Count("pk", filter=Q(reverses=None)),
            reversals=Count("pk", filter=Q(reverses__isnull=False)),
        )
        return {
            "hours": half_up(sums["hours"]),
            "points": half_up(sums["points"]),
            "times": sums["entries"] - sums["reversals"],
        }

    def by_month(self, year: int) -> list[Decimal]:
        """Hours of the twelve months of a year. What was entered after its own year closed stands where it was entered."""
        month = Case(When(served_on__year=year, then=ExtractMonth("served_on")), default=ExtractMonth("at"))
        rows = self.in_year(year).order_by().annotate(month=month).values_list("month").annotate(hours=Sum("hours"))
        hours = dict(rows)
        return [half_up(hours.get(month, 0)) for month in range(1, 13)]


class Entry(models.Model):
    """One line of the ledger (一笔时长)."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="entries")
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    served_on = models.DateField(db_index=True)
    year = models.PositiveSmallIntegerField()  # the year it counts in: the next one when its own was frozen already
    hours = models.DecimalField(max_digits=6, decimal_places=2)
    counted = models.DecimalField(max_digits=6, decimal_places=2)  # hours after the day's cap: these earn points
    factor = models.CharField(max_length=12, choices=Factor)
    tariff = models.DecimalField(max_digits=4, decimal_places=2)
    points = models.DecimalField(max_digits=8, decimal_places=2)
    rule = models.ForeignKey(Rule, models.PROTECT)
    reason = models.CharField(max_length=80)
    source_kind = models.CharField(max_length=60)
    source_id = models.BigIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversed_by")

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ["served_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "source_kind", "source_id"], condition=Q(reverses=None), name="entry_once_per_source"
            ),
            models.CheckConstraint(condition=~Q(by=F("person")), name="entry_not_by_oneself"),
            models.CheckConstraint(condition=Q(factor__in=Factor.values), name="entry_factor_known"),
            models.CheckConstraint(
                condition=Q(reverses=None, hours__gt=0) | Q(reverses__isnull=False, hours__lt=0), name="entry_sign"
            ),
        ]
        indexes = [
            models.Index(fields=["person", "served_on"], name="entry_person_day"),
            models.Index(fields=["year", "person"], name="entry_year_person"),
        ]

    def save(self, *args, **kwargs):
        if self.pk:
            raise TypeError("Ledger entries are never changed; reverse them.")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise TypeError("Ledger entries are never deleted; reverse them.")


def award(person, *, hours, factor, place, served_on, reason, source, by) -> Entry:
    """Enter verified hours, once per source: asking again returns the entry that is there.

    `hours` in steps of half an hour, `served_on` a calendar day in Shanghai. The day's cap limits what earns points, never
    the hours. Hours of a year that is frozen already are not lost: they count in the year they were verified in. Raises
    Refused for hours that are none.
    """
    hours = Decimal(hours)
    if hours <= 0 or hours % STEP:
        raise Refused("时长请按半小时填，至少0.5小时")
    key = {"person": person, "source_kind": kind_of(source), "source_id": source.pk, "reverses": None}
    with transaction.atomic():
        # Two verifiers at once would each find the day's cap untouched: the person's lines are written one after the other.
        Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        if (there := Entry.objects.filter(**key).first()) is not None:
            return there
        rule = Rule.on(served_on)
        counted = min(hours, max(rule.day_cap - _counted_on(person, served_on), Decimal(0)))
        tariff = Decimal(rule.factors[factor])
        entry = Entry.objects.create(
            **key, place=place, served_on=served_on, year=_counting_year(place, served_on), hours=hours, counted=counted,
            factor=factor, tariff=tariff, points=half_up(counted * tariff), rule=rule, reason=reason[:80], by=by,
        )  # fmt: skip
        record("entry.award", subject=entry, by=by, place=place, facts={"hours": str(hours), "rule": rule.version})
    return entry


def reverse(entry, *, by, reason) -> Entry:
    """Take an entry back by its mirror; both stay readable. Reversing twice is reversing once. Raises Refused."""
    if entry.reverses_id:
        raise Refused("这一笔本身就是更正，不能再更正；请重新登记")
    if by is not None and by.pk == entry.person_id:
        raise Refused("自己的时长请别人更正")
    if not reason.strip():
        raise Refused("请写明更正的原因，本人会看到")
    with transaction.atomic():
        Person.objects.select_for_update(no_key=True).get(pk=entry.person_id)
        mirror, made = Entry.objects.get_or_create(
            reverses=entry,
            defaults={
                "person": entry.person, "place": entry.place, "served_on": entry.served_on,
                "year": _counting_year(entry.place, entry.served_on), "hours": -entry.hours, "counted": -entry.counted,
                "factor": entry.factor, "tariff": entry.tariff, "points": -entry.points, "rule": entry.rule,
                "reason": reason.strip()[:80], "source_kind": entry.source_kind, "source_id": entry.source_id, "by": by,
            },
        )  # fmt: skip
        if made:
            record("entry.reverse", subject=mirror, by=by, place=entry.place, reason=reason.strip())
    return mirror


def show_points(person, *, shown: bool) -> None:
    """Whether a person sees points beside the hours; the ledger is the same either way."""
    Person.objects.filter(pk=person.pk).update(points_shown=shown)


def _counted_on(person, day) -> Decimal:
    return Entry.objects.filter(person=person, served_on=day).aggregate(s=Sum("counted"))["s"] or Decimal(0)


def _counting_year(place, served_on) -> int:
    _hold_years(place, shared=True)
    frozen = Year.objects.filter(place_id=_district_id(place), year=served_on.year).exists()
    return timezone.localdate().year if frozen else served_on.year


def _district_id(place) -> int:
    return int(place.path.split("/")[1])


def _hold_years(place, *, shared: bool) -> None:
    # A line written while its year is being summed would be in the ledger and not in the statement. SQLite has one writer.
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            lock = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
            cursor.execute(f"SELECT {lock}(%s, %s)", [YEARS_LOCK, _district_id(place)])


class Year(models.Model):
    """A closed year of a district (年终封账): made once, from the ledger alone."""

    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    frozen_at = models.DateTimeField(default=timezone.now)
    people = models.PositiveIntegerField()
    hours = models.DecimalField(max_digits=12, decimal_places=2)
    points = models.DecimalField(max_digits=12, decimal_places=2)
    digest = models.CharField(max_length=64)  # sha256 over the statements' lines: the same ledger gives the same digest

    class Meta:
        constraints = [models.UniqueConstraint(fields=["place", "year"], name="year_closed_once")]

    def recomputed_digest(self) -> str:
        """The digest of the same year summed from the ledger as it is now; differs from `digest` if the ledger was changed."""
        return digest_of(sum_year(self.place, self.year))


class Statement(models.Model):
    """What one person's year came to (年度时长单); seen by that person."""

    year = models.ForeignKey(Year, models.PROTECT, related_name="statements")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="statements")
    entries = models.PositiveIntegerField()
    hours = models.DecimalField(max_digits=9, decimal_places=2)
    points = models.DecimalField(max_digits=9, decimal_places=2)
    points_shown = models.DecimalField(max_digits=9, decimal_places=2)  # after the year's cap

    class Meta:
        constraints = [models.UniqueConstraint(fields=["year", "person"], name="statement_once")]


class Unfinished(Exception):
    """The year is not over yet."""


def sum_year(place, year: int) -> list[tuple]:
    """A year of a district from the ledger alone: (person id, lines, hours, points, points shown), by person id."""
    cap = Rule.on(dt.date(year, 12, 31)).year_cap
    rows = (
        Entry.objects.in_year(year)
        .filter(place__in=Place.objects.filter(path__under=place.path).order_by().values("pk"))
        .order_by("person_id")
        .values_list("person_id")
        .annotate(Count("pk"), Sum("hours"), Sum("points"))
    )
    return [
        (person, count, half_up(hours), half_up(points), min(half_up(points), half_up(cap)))
        for person, count, hours, points in rows.iterator(chunk_size=5000)
    ]


def digest_of(lines: list[tuple]) -> str:
    """sha256 over one line a statement, tab between its columns."""
    return hashlib.sha256("".join("\t".join(map(str, line)) + "\n" for line in lines).encode()).hexdigest()


def close_year(place, year: int, *, by=None) -> Year:
    """Freeze a district's year: one statement a person, set-based. Raises Unfinished; closing twice is closing once."""
    if timezone.localdate() <= dt.date(year, 12, 31):
        raise Unfinished(f"{year}年还没有结束，最早可在{year + 1}年1月1日封账")
    with transaction.atomic():
        _hold_years(place, shared=False)
        if (there := Year.objects.filter(place=place, year=year).first()) is not None:
            return there
        lines = sum_year(place, year)
        closed = Year.objects.create(
            place=place, year=year, people=len(lines), hours=sum((line[2] for line in lines), Decimal(0)),
            points=sum((line[3] for line in lines), Decimal(0)), digest=digest_of(lines),
        )  # fmt: skip
        Statement.objects.bulk_create(
            (
                Statement(year=closed, person_id=person, entries=count, hours=hours, points=points, points_shown=shown)
                for person, count, hours, points, shown in lines
            ),
            batch_size=2000,
        )
        facts = {"year": year, "people": closed.people, "digest": closed.digest}
        record("year.close", subject=closed, by=by, place=place, facts=facts)
    return closed
