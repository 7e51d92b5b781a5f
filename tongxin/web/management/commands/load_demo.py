"""`tongxin load_demo`: the demo district through the product's own importers, then a little life in one neighbourhood.

May be called at every start: what is there is kept, a load that was killed half-way is begun again where it stood.
"""

from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from tongxin.journal.models import Event, record
from tongxin.journal.seals import seal_now
from tongxin.places.models import Place
from tongxin.web import demo_story

FOLDER = settings.BASE_DIR / "demo" / "putuo"
DISTRICT = "310107"


class Command(BaseCommand):
    help = "Load the demo district (invented people, real places); does nothing when it is loaded."

    def add_arguments(self, parser):
        parser.add_argument("--folder", type=Path, default=FOLDER)

    def handle(self, *, folder, **options):
        if Event.objects.filter(verb="demo.load").exists():
            self.stdout.write("演示数据已在，不重复导入")
            return
        if Event.objects.filter(verb="person.second_factor").exists():
            raise CommandError("这里已有真实使用记录，不能再导入演示数据")
        quiet = {"stdout": open("/dev/null", "w")}  # noqa: SIM115 - the commands' own summaries; progress is on stderr
        steps = [
            (
                "登记册：街镇和居村",
                lambda: call_command("import_places", folder / "places.csv", edition="2023-06-30", **quiet),
            ),
            ("登记册：小区和楼栋", lambda: call_command("import_buildings", folder / "buildings.csv", **quiet)),
            (
                "名册：8,957人",
                lambda: call_command("import_roster", folder / "roster.xlsx", district=DISTRICT, **quiet),
            ),
            ("人物和日常", self.bring_to_life),
        ]
        with tqdm(
            total=len(steps), unit="步", bar_format="演示数据 {bar:24} {n}/{total} {desc}", file=self.stderr._out
        ) as bar:
            for words, step in steps:
                bar.set_description_str(words)
                step()
                bar.update()
            bar.set_description_str("完成")
        seal_now()

    def bring_to_life(self):
        district = Place.objects.get(code=DISTRICT, until=None)
        demo_story.begin(district)
        record("demo.load", subject=district, place=district)
