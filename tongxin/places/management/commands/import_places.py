import argparse
import datetime
import json

from django.core.management.base import BaseCommand, CommandError

from tongxin.journal.seals import seal_now
from tongxin.places.divisions import WORDS, import_places
from tongxin.sheets.problems import SheetProblem


class Command(BaseCommand):
    help = "导入区、街镇、居村名录（6、9、12位统计用区划代码）。重复导入不会重复登记。"

    def add_arguments(self, parser):
        parser.add_argument("file", help="名录文件：.csv 或 .xlsx，列为 code,name,parent_code,level")
        parser.add_argument("--valid-from", type=_day, help="从哪一天起有效，如 2024-01-01；不写表示一直有效")
        parser.add_argument("--edition", default="", help="名录的版本，如 2023-06-30")
        parser.add_argument("--close-missing", action="store_true", help="文件中没有的地方，从这一天起撤销")
        parser.add_argument("--json", action="store_true", help="只输出 JSON")

    def handle(self, *, file, valid_from, edition, close_missing, **options):
        try:
            report = import_places(file, valid_from=valid_from, edition=edition[:100], close_missing=close_missing)
        except SheetProblem as problem:
            raise CommandError(problem.message) from None
        seal_now()
        if options["json"]:
            return self.stdout.write(json.dumps(report.as_dict(), ensure_ascii=False))
        for line in report.lines(WORDS):
            self.stdout.write(line)
        for place in report.listed["missing_places"]:
            self.stdout.write(f"  文件中没有：{place['code']} {place['name']}")


def _day(written: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(written)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{written}”不是日期，请写成 2024-01-01 这样") from None
