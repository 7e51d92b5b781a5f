"""tongxin close_year YEAR --district CODE: freeze a district's year of the ledger, once."""

import json

from django.core.management.base import BaseCommand, CommandError

from tongxin.journal.seals import seal_now
from tongxin.places.models import Level, Place
from tongxin.places.spelling import division_code
from tongxin.service.models import Unfinished, close_year


class Command(BaseCommand):
    help = "Freeze a finished year: one statement a person. Running it again prints the same totals."

    def add_arguments(self, parser):
        parser.add_argument("year", type=int)
        parser.add_argument("--district", required=True, metavar="CODE")
        parser.add_argument("--json", action="store_true")

    def handle(self, *, year, district, **options):
        if not 2020 <= year <= 2200:
            raise CommandError(f"年份不对：{year}")
        place = Place.objects.filter(level=Level.DISTRICT, code=division_code(district)).first()
        if place is None:
            raise CommandError(f"登记册里没有代码为 {district} 的区")
        try:
            closed = close_year(place, year)
        except Unfinished as unfinished:
            raise CommandError(str(unfinished)) from None
        finally:
            seal_now()
        if closed.recomputed_digest() != closed.digest:
            raise CommandError(f"{year}年的时长账与封账时不一致，请运行 tongxin verify")
        self._print(closed, options["json"])

    def _print(self, closed, as_json):
        result = {
            "district": closed.place.code, "year": closed.year, "people": closed.people, "hours": str(closed.hours),
            "points": str(closed.points), "digest": closed.digest, "frozen_at": closed.frozen_at.isoformat(),
        }  # fmt: skip
        if as_json:
            self.stdout.write(json.dumps(result, ensure_ascii=False))
            return
        self.stdout.write(
            f"{closed.place.name} {closed.year}年已封账：{closed.people}人，{closed.hours}小时，{closed.points}分"
        )
        self.stdout.write(f"摘要 {closed.digest}")
