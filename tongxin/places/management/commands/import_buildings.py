import json
import sys

from django.core.management.base import BaseCommand, CommandError

from tongxin.journal.seals import seal_now
from tongxin.places.buildings import WORDS, import_buildings
from tongxin.places.models import Datum
from tongxin.sheets.problems import SheetProblem


class Command(BaseCommand):
    help = "导入小区和楼栋（居村代码、小区、地址、楼栋、层数、户数、经度、纬度）。重复导入不会重复登记。"

    def add_arguments(self, parser):
        parser.add_argument("file", help="楼栋文件：.csv 或 .xlsx")
        parser.add_argument("--datum", choices=Datum.values, default=Datum.UNKNOWN, help="经纬度所用的坐标系")
        parser.add_argument("--json", action="store_true", help="只输出 JSON")

    def handle(self, *, file, datum, **options):
        try:
            report = import_buildings(file, datum=datum, progress=_bar)
        except SheetProblem as problem:
            raise CommandError(problem.message) from None
        seal_now()
        if options["json"]:
            return self.stdout.write(json.dumps(report.as_dict(), ensure_ascii=False))
        for line in report.lines(WORDS):
            self.stdout.write(line)


def _bar(rows):
    from tqdm import tqdm

    return tqdm(rows, desc="楼栋", unit="行", disable=not sys.stderr.isatty(), file=sys.stderr)
