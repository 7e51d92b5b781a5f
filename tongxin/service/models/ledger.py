"""The append-only ledger of hours and points (时长与积分).

A balance is a sum; a mistake is answered by a reversing entry. The tariff is copied into the entry, so that a new rule
never rewrites history. Hours come first; points are for oneself only (mission.md §0.2, §4).
"""

from decimal import Decimal

from django.conf import settings
from django.db import models, transaction
from django.db.models import Case, Count, F, Q, Sum, When
from django.db.models.functions import Coalesce, ExtractMonth
from django.utils import timezone

from tongxin.journal.models import kind_of, record
from tongxin.people.models import Merge, Person, selves
from tongxin.places.models import Place
from tongxin.workflow.transitions import Refused

from .frozen import counting_year
from .rule import STEP, Factor, Rule, half_up


class EntryQuerySet(models.QuerySet):
    def update(self, **changes):
        raise TypeError("Ledger entries are never changed; reverse them.")

    def delete(self):
        raise TypeError("Ledger entries are never deleted; reverse them.")

    def of(self, person):
        """The lines of a person, also of the rows merged into it."""
        return self.filter(person__in=selves(person))

    def in_year(self, year: int):
        return self.filter(year=year)

    def for_reading(self):
        """Newest first, with who verified and what a correction corrects."""
        return self.select_related("by", "rule", "reverses", "reversed_by").order_by("-served_on", "-pk")

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
        whole = _hold(person)
        if (there := Entry.objects.filter(**key).first()) is not None:
            return there
        rule = Rule.on(served_on)
        counted = min(hours, max(rule.day_cap - _counted_on(whole, served_on), Decimal(0)))
        tariff = rule.tariff(factor)
        entry = Entry.objects.create(
            **key, place=place, served_on=served_on, year=counting_year(place, served_on), hours=hours, counted=counted,
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
                "year": counting_year(entry.place, entry.served_on), "hours": -entry.hours, "counted": -entry.counted,
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


def _hold(person) -> list[int]:
    """Lock every row that is this human being, the smallest number first, and say which they are: one cap for all of them.

    Nobody joins or parts rows that are held here; whoever was joined just before is locked in the second round.
    """
    held: list[int] = []
    while set(whole := _whole(person)) - set(held):
        rows = Person.objects.select_for_update(no_key=True).filter(pk__in=set(whole) - set(held)).order_by("pk")
        held += [row.pk for row in rows]
    return whole


def _whole(person) -> list[int]:
    merge = Merge.objects.filter(gone=person.pk, undone_at=None).select_related("kept").first()
    return sorted(selves(merge.kept if merge else person))


def _counted_on(whole, day) -> Decimal:
    return Entry.objects.filter(person__in=whole, served_on=day).aggregate(s=Sum("counted"))["s"] or Decimal(0)
