"""`tongxin figures CODE`: the figures of a district, 街镇 or 居村 as of a day. The operator's view: nothing is hidden."""

import json
from datetime import date

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tongxin.figures.metrics import METRICS, figures_of
from tongxin.places.models import Place


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"日期“{text}”看不懂，请写成 2023-03-03 这样") from None


class Command(BaseCommand):
    help = "按截止日列出一个区、街镇或居村的数据"
    requires_migrations_checks = False

    def add_arguments(self, parser):
        parser.add_argument("code", help="6位区代码、9位街镇代码或12位居村代码")
        parser.add_argument("--as-of", help="截止日，如 2023-03-03；不写就是今天")
        parser.add_argument("--json", action="store_true", help="只输出 JSON")

    def handle(self, *args, code, as_of=None, **options):
        day = _day(as_of) if as_of else timezone.localdate()
        place = Place.objects.by_code(code, on=day)
        if place is None:
            raise CommandError(f"登记册在{day}没有代码是“{code}”的区、街镇或居村，请核对代码和截止日")
        figures = figures_of(place, day)
        if options["json"]:
            self.stdout.write(json.dumps(figures, ensure_ascii=False, indent=2))
        else:
            self.stdout.write(_table(figures))


def _table(figures: dict) -> str:
    lines = [f"{figures['name']}（{figures['code']}） 截至{figures['as_of']}"]
    for key, metric in METRICS.items():
        if key != "members_by_kind":
            value = figures[key]
            lines.append(f"  {metric.label}  {'—' if value is None else value}{metric.unit}  {metric.definition}")
    lines.append("  人员类别")
    lines += [f"    {kind}  {n}" for kind, n in figures["members_by_kind"].items()]
    return "\n".join(lines)
