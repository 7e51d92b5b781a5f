"""What offices really write, row by row: understood, or named with a reason a clerk can act on."""

import datetime as dt
import io
import zipfile

import pytest
from django.utils import timezone

from tests.registrations.rosters import GOOD, HEADER, checked, row, workbook
from tongxin.access.policy import Role
from tongxin.places.models import Level, Place
from tongxin.registrations.roster import check as checking
from tongxin.registrations.roster.columns import find_roster, locate, numeral, point_out, squad_name, squad_order
from tongxin.sheets.problems import SheetProblem
from tongxin.sheets.reading import read_workbook


def codes(check):
    return [(bad["row"], bad["column"], bad["code"]) for bad in check.error_rows()]


def one(world, **changes):
    """The verdict on one row."""
    return checked([row(**changes)], world.district).rows[0]


@pytest.mark.parametrize(
    "unit",
    ["中浩云居委会", "中浩云居民区", " 中浩云居委会 ", "中浩云", "中浩云居委", "中浩云社区居委会", "中浩云　居委会"],
)
def test_a_neighbourhood_is_known_by_whatever_the_office_calls_it(world, unit):
    assert one(world, 居村=unit).place == world.neighbourhood


@pytest.mark.parametrize("street", ["万里街道", "万里", "万里街道办事处", " 万里街道 "])
def test_so_is_a_subdistrict(world, street):
    assert one(world, 街镇=street).place == world.neighbourhood


def test_namesakes_are_told_apart_by_the_subdistrict(world):
    twin = Place.objects.create(
        level=Level.NEIGHBOURHOOD, name="中浩云居委会", code="310107014002", parent=world.far_subdistrict
    )
    assert one(world, 街镇="长风新村街道").place == twin
    assert one(world, 街镇="万里街道", 居村="中浩云").place == world.neighbourhood
    unsure = one(world, 街镇="", 居村="中浩云居民区")
    assert [problem.code for problem in unsure.problems] == ["ambiguous_place"] and "填写街镇" in unsure.problems[
        0
    ].reason


@pytest.mark.parametrize(
    ("changes", "offers"),
    [
        ({"居村": "中浩运居委会"}, "中浩云居委会"),  # sounds the same
        ({"居村": "万里名轩一居委会"}, "万里名轩居委会"),
        ({"居村": "师大一村居委会"}, "长风新村街道有“师大一村居委会”，请核对街镇"),
        ({"街镇": "万理街道"}, "万里街道"),
    ],
)
def test_an_unknown_place_offers_the_nearest(world, changes, offers):
    bad = one(world, **changes).problems
    assert [problem.code for problem in bad] == ["unknown_place"] and offers in bad[0].reason


def test_a_place_like_no_other_offers_nothing(world):
    assert one(world, 居村="不存在的居委会").problems[0].reason == "万里街道没有“不存在的居委会”，请核对居村名称"


@pytest.mark.parametrize(
    "address", ["富平路18弄1号", "富平路18弄1号302室", " 富平路 18弄1号楼", "富平路１８弄１号", "1号楼"]
)
def test_a_building_is_found_by_its_address(world, address):
    assert one(world, 楼栋地址=address).home == world.buildings[0].pk


def test_an_address_that_is_not_there_is_no_error(world):
    found = one(world, 楼栋地址="富平路18弄99号", 职务="楼组长")
    assert (found.state, found.home, found.post) == ("new", world.estate.pk, None)
    assert {remark.code for remark in found.remarks} == {"no_building", "post_without_building"}
    assert one(world, 楼栋地址="富平路18弄99号", 小区="哪里").home == world.neighbourhood.pk


@pytest.mark.parametrize(
    ("changes", "column", "code", "says"),
    [
        ({"姓名": "  "}, "姓名", "no_name", "请补上"),
        ({"姓名": "=1+1"}, "姓名", "bad_name", "请检查"),
        ({"姓名": "长" * 26}, "姓名", "long_name", "25个字"),
        ({"联系电话": ""}, "联系电话", "no_phone", "请补上"),
        ({"联系电话": "1991000100"}, "联系电话", "short_phone", "少1位"),
        ({"联系电话": "199100010012"}, "联系电话", "long_phone", "多1位"),
        ({"联系电话": "02162000000"}, "联系电话", "bad_phone", "请检查"),
        ({"街镇": "", "居村": ""}, "居村", "no_place", "请补上"),
        ({"人员类别": "好人"}, "人员类别", "unknown_kind", "可填：在职党员"),
        ({"入队日期": "2022.13.45"}, "入队日期", "bad_date", "没有“2022.13.45”这一天"),
        ({"入队日期": "2052-03-01"}, "入队日期", "bad_date", "晚于"),
        ({"入队日期": "1900-03-01"}, "入队日期", "bad_date", "年份"),
        ({"入队日期": "去年"}, "入队日期", "bad_date", "不是日期"),
    ],
)
def test_each_bad_cell_is_named_with_its_reason(world, changes, column, code, says):
    check = checked([row(**changes)], world.district)
    assert codes(check) == [(4, column, code)] and says in check.error_rows()[0]["reason"]


@pytest.mark.parametrize(
    "number", ["199-1000-1001", "199 1000 1001", "+8619910001001", "１９９１０００１００１", 19910001001]
)
def test_one_person_is_one_number_however_it_is_written(world, number):
    check = checked([row(), row(联系电话=number, 姓名="白 洋".replace(" ", ""))], world.district)
    assert [found.state for found in check.rows] == ["new", "duplicate"] and check.rows[1].phone == "+8619910001001"


@pytest.mark.parametrize(
    "day", ["2022-05-04", "2022/5/4", "2022.5.4", "2022年5月4日", "2022年05月04日", "20220504", "２０２２－０５－０４"]
)
def test_five_date_styles_mean_one_day(world, day):
    assert one(world, 入队日期=day).since == dt.date(2022, 5, 4)


def test_a_row_with_two_bad_cells_is_one_error(world):
    check = checked([row(姓名="", 入队日期="2052-03-01"), row()], world.district)
    assert check.counts() == {"rows": 2, "imported": 1, "known": 0, "duplicates": 0, "errors": 1}
    assert codes(check) == [(4, "姓名", "no_name"), (4, "入队日期", "bad_date")]


def test_a_bad_row_does_not_make_the_next_one_a_duplicate(world):
    check = checked([row(姓名=""), row(), row(街镇="长风新村街道", 居村="师大一村居委会")], world.district)
    assert [found.state for found in check.rows] == ["error", "new", "duplicate"]  # the second office repeats the first


def test_the_same_number_under_another_name_is_one_person_and_a_remark(world):
    check = checked([row(联系电话=world.alan.local_phone), row(), row(姓名="乌有")], world.district)
    assert [found.state for found in check.rows] == ["known", "new", "duplicate"]
    assert [found.remarks[0].code for found in (check.rows[0], check.rows[2])] == ["same_phone_other_name"] * 2
    assert world.alan.name not in check.rows[0].remarks[0].reason  # whose number it is stays with the register


def test_formula_cells_are_named_and_text_with_an_equals_sign_is_text(world):
    check = checked(
        [row(), row(联系电话="19910001002", 备注="=1+1")], world.district, formulas={(0, "联系电话"): "=A1"}
    )
    assert codes(check) == [(4, "联系电话", "formula")] and check.rows[1].note == "=1+1"


def test_row_numbers_counted_by_formula_hurt_nobody(world):
    assert checked([row()], world.district, formulas={(0, "序号"): "=ROW()-3"}).counts()["imported"] == 1


def test_blank_kind_date_and_post_take_the_plainest_reading(world):
    found = one(world, 人员类别="", 入队日期="", 职务="", 所在分队="", 楼栋地址="")
    assert (found.kind, found.since, found.post, found.squad) == ("社区志愿者", timezone.localdate(), None, "")
    assert one(world, 职务="副主任").remarks[0].code == "unknown_post"


@pytest.mark.parametrize(
    ("post", "role", "where"),
    [("队长", Role.CAPTAIN, "neighbourhood"), ("分队长", Role.SQUAD_LEADER, "neighbourhood"),
     ("楼组长", Role.RESIDENT_LEADER, "building"), ("线上楼长", Role.ONLINE_LEADER, "building")],
)  # fmt: skip
def test_posts_come_out_of_the_roster(world, post, role, where):
    place = world.neighbourhood if where == "neighbourhood" else world.buildings[0]
    assert one(world, 职务=post).post == (role, place.pk)


def test_squads_have_one_name_each():
    assert {squad_name(text) for text in ("1分队", "一分队", "第1分队", "第一分队", "第一小队")} == {"第一分队"}
    assert [numeral(n) for n in (1, 10, 11, 20, 34)] == ["一", "十", "十一", "二十", "三十四"]
    assert sorted(["第十分队", "先锋队", "第二分队", "第十二分队"], key=squad_order) == [
        "第二分队",
        "第十分队",
        "第十二分队",
        "先锋队",
    ]


def test_rows_outside_ones_place_are_listed_and_the_red_twin_imports_them(world, monkeypatch):
    rows = [row(), row(联系电话="19910001002", 街镇="长风新村街道", 居村="师大一村居委会")]
    check = checked(rows, world.subdistrict)
    assert codes(check) == [(5, "街镇", "outside_place")] and "不在您负责的街镇" in check.error_rows()[0]["reason"]
    monkeypatch.setattr(Place, "is_under", lambda self, other: True)
    assert checked(rows, world.subdistrict).rows[1].place == world.far


def test_without_the_question_what_is_known_the_same_people_would_come_twice(world, monkeypatch):
    assert checked([row(联系电话=world.alan.local_phone)], world.district).counts()["known"] == 1
    monkeypatch.setattr(checking, "known_names", lambda indexes: {})
    assert checked([row(联系电话=world.alan.local_phone)], world.district).counts()["imported"] == 1


# columns and files


def test_other_words_for_the_columns(world):
    words = {"联系电话": "手机号（必填）", "居村": "所属居村", "姓名": "* 姓 名", "入队日期": "加入日期"}
    header = [words.get(name, name) for name in HEADER]
    rows = [{words.get(name, name): value for name, value in GOOD.items()}]
    check = checked(rows, world.district, header=header)
    assert check.counts()["imported"] == 1 and check.headers["since"] == "加入日期"


def test_a_missing_column_is_named_and_can_be_pointed_out(world):
    header = ["人员" if name == "姓名" else name for name in HEADER]
    book = read_workbook(workbook([GOOD | {"人员": "白洋"}], header=header), "名册.xlsx")
    with pytest.raises(SheetProblem) as refused:
        find_roster(book)
    assert (
        refused.value.code == "missing_column" and "“姓名”" in refused.value.message and "人员" in refused.value.message
    )
    assert find_roster(book, {"name": "人员"}).missing == []
    table = locate(book)
    point_out(table, {"name": "人员"})
    assert table.missing == [] and checking.check_roster(table, place=world.district).rows[0].name == "白洋"


def _bomb():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", "<workbook/>")
        package.writestr("xl/worksheets/sheet1.xml", b" " * (250 * 1024 * 1024))
    return target.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"%PDF-1.7 ...", "not_a_sheet"),
        (b"PK\x03\x04 torn", "broken"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "protected"),
        (_bomb, "too_large"),
    ],
    ids=["empty", "pdf", "torn", "protected", "bomb"],
)
def test_files_that_are_no_roster_are_refused_with_a_message(data, code):
    with pytest.raises(SheetProblem) as refused:
        read_workbook(data() if callable(data) else data, "名册.xlsx")
    assert refused.value.code == code and not refused.value.message.isascii()
