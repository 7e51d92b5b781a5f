"""Closed years and statements: what the ledger came to, and the lock that keeps a line out of a year being summed."""

from django.conf import settings
from django.db import connection, models
from django.utils import timezone

from tongxin.places.models import Place

YEARS_LOCK = 0x79656172  # any number that nobody else uses


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
        from .year import digest_of, sum_year  # they read the ledger, which asks here whether a year is closed

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


def counting_year(place, served_on) -> int:
    """The year a line counts in: its own, or the running one when its own is closed."""
    hold_years(place, shared=True)
    frozen = Year.objects.filter(place_id=district_id(place), year=served_on.year).exists()
    return timezone.localdate().year if frozen else served_on.year


def district_id(place) -> int:
    return int(place.path.split("/")[1])


def hold_years(place, *, shared: bool) -> None:
    """Hold the district's years until the commit: lines share them, closing one has them alone."""
    # A line written while its year is being summed would be in the ledger and not in the statement. SQLite has one writer.
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            lock = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
            cursor.execute(f"SELECT {lock}(%s, %s)", [YEARS_LOCK, district_id(place)])
