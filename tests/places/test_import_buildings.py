import io
import json
from decimal import Decimal

from django.conf import settings
from django.core.management import call_command

from tests.sheets import books
from tongxin.journal.models import Event
from tongxin.places.buildings import import_buildings
from tongxin.places.models import Level, Place

PUTUO = settings.BASE_DIR / "demo" / "putuo"
HEAD = "居村代码,居村,小区,地址,楼栋,层数,户数,经度,纬度\n"
GOOD = HEAD + "310107021008,中浩云居委会,中浩云苑,富平路18弄2号,2号楼,6,24,121.364191,31.221184\n"


def codes(report):
    return [(row["row"], row["column"], row["code"]) for row in report.as_dict()["error_rows"]]


def test_buildings_of_the_demo_have_codes_estates_and_positions(putuo):
    buildings = Place.objects.at_level(Level.BUILDING)
    assert buildings.exclude(short_code=None).values("short_code").distinct().count() == 6285
    assert set(buildings.values_list("parent__level", flat=True)) == {"estate"}
    assert set(buildings.values_list("datum", flat=True)) == {"unknown"}
    one = Place.objects.search("曹杨路217弄1号").first()
    assert (one.name, one.floors, one.households, one.longitude) == ("1号楼", 6, 24, Decimal("121.364191"))
    assert one.label == "曹杨新村街道·源园居委会·曹杨路217弄1号"
    kept = dict(buildings.values_list("pk", "short_code"))
    again = import_buildings(PUTUO / "buildings.csv")
    assert again.counts == {"rows": 6285, "imported": 0, "known": 6285, "updated": 0, "estates": 0}
    assert dict(Place.objects.at_level(Level.BUILDING).values_list("pk", "short_code")) == kept


def test_a_list_is_taken_in_with_few_queries(land, csv, django_assert_max_num_queries):
    rows = "".join(f"310107021008,,苑{n % 5},路{n}号,,,,,\n" for n in range(400))
    file = csv(HEAD + rows)
    with django_assert_max_num_queries(25):
        report = import_buildings(file)
    assert (report.counts["imported"], report.counts["estates"]) == (400, 5)


def test_positions_estates_and_names_may_be_left_out(land, csv):
    report = import_buildings(csv("居村代码,地址\n310107021009,真北路99弄1号\n"))
    assert (report.counts["imported"], report.counts["estates"], codes(report)) == (1, 0, [])
    building = Place.objects.get(address="真北路99弄1号")
    assert (building.parent, building.name, building.longitude) == (land.mingxuan, "真北路99弄1号", None)


def test_the_datum_is_kept_when_it_is_told(land, csv):
    import_buildings(csv(GOOD), datum="gcj02")
    assert Place.objects.get(address="富平路18弄2号").datum == "gcj02"


def test_a_known_building_gets_new_facts_and_keeps_what_the_list_leaves_out(land, csv):
    import_buildings(csv(GOOD))
    file = csv("居村代码,地址,层数,户数\n310107021008,富平路18弄2号,7,\n")
    report = import_buildings(file)
    building = Place.objects.get(address="富平路18弄2号")
    assert (building.floors, building.households, building.estate) == (7, 24, land.estate)
    assert (report.counts["known"], report.counts["updated"]) == (1, 1)
    assert import_buildings(file).counts["updated"] == 0


def test_bad_rows_are_listed_and_the_others_taken(land, csv):
    rows = [
        "310107999001,,苑,路1号,,,,,",
        "310107021008,,苑,,,,,,",
        "310107021008,,苑,路2号,,高,,,",
        "310107021008,,苑,路3号,,,0,,",
        "310107021008,,苑,路4号,,,,321,31",
        "310107021008,,苑,路5号,,,,121,",
        "310107021008,,中浩云苑,富平路18弄2号,,,,,",
        "310107021008,,另一苑,富平路18弄1号,,,,,",
        "310107021008,,苑,路6号,,,,NaN,31",
    ]
    report = import_buildings(csv(GOOD + "\n".join(rows)))
    assert codes(report) == [
        (3, "居村代码", "unknown_place"),
        (4, "地址", "no_address"),
        (5, "层数", "bad_number"),
        (6, "户数", "bad_number"),
        (7, "经度", "bad_position"),
        (8, "纬度", "half_position"),
        (9, "地址", "duplicate"),
        (10, "小区", "other_estate"),
        (11, "经度", "bad_position"),
    ]
    assert report.counts["imported"] == 1


def test_a_workbook_does_as_well_and_formula_cells_are_named(land, tmp_path):
    cells = "".join(
        f'<c r="{column}1" t="inlineStr"><is><t>{title}</t></is></c>'
        for column, title in zip("AB", ["居村代码", "地址"], strict=True)
    )
    code = '<c r="A{0}" t="inlineStr"><is><t>310107021008</t></is></c>'
    rows = (
        f'<row r="1">{cells}</row><row r="2">{code.format(2)}<c r="B2" t="str"><f>"a"</f><v>路1号</v></c></row>'
        f'<row r="3">{code.format(3)}<c r="B3" t="inlineStr"><is><t>路2号</t></is></c></row>'
    )
    (tmp_path / "a.xlsx").write_bytes(books.raw(rows))
    report = import_buildings(tmp_path / "a.xlsx")
    assert (codes(report), report.counts["imported"]) == ([(2, "地址", "formula")], 1)


def test_numbers_that_look_alike_stay_apart(land, csv):
    report = import_buildings(csv("居村代码,地址\n310107021008,路7-2号\n310107021008,路72号\n"))
    assert (report.counts["imported"], codes(report)) == (2, [])


def test_the_command_prints_json_alone_and_journals(land, csv):
    out = io.StringIO()
    call_command("import_buildings", csv(GOOD), json=True, stdout=out)
    assert json.loads(out.getvalue()) == {
        "rows": 1, "imported": 1, "known": 0, "updated": 0, "estates": 0, "errors": 0, "error_rows": [],
    }  # fmt: skip
    event = Event.objects.get(verb="place.import_buildings")
    assert (event.place_id, event.seal_id is not None) == (land.district.pk, True)
