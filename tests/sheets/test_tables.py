from pathlib import Path

import pytest

from tests.sheets import books
from tongxin.sheets.problems import CellProblem, SheetProblem
from tongxin.sheets.reading import Sheet, Workbook, read_workbook
from tongxin.sheets.tables import find_table

ROSTER = Path(__file__).parents[2] / "demo" / "putuo" / "roster.xlsx"
REQUIRED = {"name": ["姓名"], "phone": ["联系电话", "手机号", "电话"]}
OPTIONAL = {"note": ["备注"]}


def sheet(*rows, name="表1") -> Sheet:
    return Sheet(name, list(enumerate(map(list, rows), 1)))


def test_the_header_is_found_under_title_and_notes():
    table = find_table(
        sheet(
            ["第二梯队登记表", "", ""],
            ["填表说明:联系电话为必填", "", ""],
            ["序号", "姓 名", "＊电话（必填）"],
            [1.0, "阿兰", "138"],
        ),
        REQUIRED,
        OPTIONAL,
    )
    assert (table.header_row, table.columns) == (3, {"name": 1, "phone": 2})
    assert table.headers == {"name": "姓 名", "phone": "＊电话（必填）"}
    assert table.rows == [(4, {"name": "阿兰", "phone": "138"})]
    assert (table.missing, table.unmapped) == ([], ["序号"])
    assert table.cells[4] == [1.0, "阿兰", "138"]


def test_the_usual_wording_wins_when_two_columns_fit():
    assert find_table(sheet(["电话", "姓名", "联系电话"]), REQUIRED).columns["phone"] == 2


def test_a_missing_column_is_named_and_others_are_offered():
    table = find_table(sheet(["姓名", "联系方式", "备注"], ["阿兰", "138", ""]), REQUIRED, OPTIONAL)
    assert (table.missing, table.unmapped) == (["phone"], ["联系方式"])
    assert table.missing_message(REQUIRED) == "缺少“联系电话”列；表中还有这些列未使用：联系方式，可以指定其中一列"


def test_a_column_can_be_named_by_hand():
    source = sheet(["姓名", "联系方式"], ["阿兰", "138"])
    table = find_table(source, REQUIRED, OPTIONAL, mapping={"phone": "联系方式"})
    assert (table.missing, table.rows) == ([], [(2, {"name": "阿兰", "phone": "138"})])


def test_a_header_in_words_of_its_own_is_still_offered():
    table = find_table(sheet(["登记表", "", ""], ["人员", "号码", "说明"], ["阿兰", "138", ""]), REQUIRED)
    assert (table.header_row, table.missing, table.unmapped) == (2, ["name", "phone"], ["人员", "号码", "说明"])


def test_the_best_fitting_sheet_is_taken():
    book = Workbook(
        "a.xlsx", [sheet(["说明"], ["姓名"], name="说明"), sheet(["姓名", "电话"], ["阿兰", "1"], name="名册")]
    )
    assert find_table(book, REQUIRED).sheet == "名册"


def test_a_workbook_without_any_table_is_refused():
    with pytest.raises(SheetProblem, match="姓名、联系电话") as caught:
        find_table(sheet(["说明"], ["无"]), REQUIRED)
    assert caught.value.code == "no_table"


@pytest.mark.parametrize("word", ["合计", " 总 计 ", "合计：", "共计", "小计"])
def test_total_rows_are_left_out_and_named(word):
    table = find_table(sheet(["姓名", "电话"], ["阿兰", "1"], [word, 1.0]), REQUIRED)
    assert (len(table.rows), table.totals) == (1, [3])


def test_red_twin_without_it_the_total_would_be_a_person(monkeypatch):
    monkeypatch.setattr("tongxin.sheets.tables._is_total", lambda cells: False)
    table = find_table(sheet(["姓名", "电话"], ["阿兰", "1"], ["合计", 1.0]), REQUIRED)
    assert table.rows[-1] == (3, {"name": "合计", "phone": 1.0})


def test_a_name_that_holds_the_word_is_a_person():
    assert find_table(sheet(["姓名", "电话"], ["合计生", "1"]), REQUIRED).totals == []


def test_short_rows_and_blank_rows_do_no_harm():
    source = Sheet("表1", [(1, ["姓名", "电话"]), (2, ["阿兰"]), (5, ["老周", "2"])])
    assert find_table(source, REQUIRED).rows == [
        (2, {"name": "阿兰", "phone": ""}),
        (5, {"name": "老周", "phone": "2"}),
    ]


def test_formulas_are_listed_by_row_and_column():
    head = '<row r="1"><c r="A1" t="inlineStr"><is><t>姓名</t></is></c><c r="B1" t="inlineStr"><is><t>电话</t></is></c></row>'
    book = read_workbook(
        books.raw(head + '<row r="2"><c r="A2"><v>1</v></c><c r="B2"><f>A2</f><v>1</v></c></row>'), "a.xlsx"
    )
    assert find_table(book, REQUIRED).formulas() == [(2, "phone")]


def test_the_roster_of_the_demo_gives_every_row_and_no_total():
    import datetime

    from tongxin.sheets.cells import parse_date

    table = find_table(read_workbook(ROSTER), {**REQUIRED, "since": ["入队日期"]}, OPTIONAL)
    assert (table.header_row, len(table.rows), table.totals, table.formulas()) == (3, 9023, [9027], [])
    bad = 0
    for _, row in table.rows:
        try:
            parse_date(row["since"], not_after=datetime.date(2026, 11, 23))
        except CellProblem:
            bad += 1
    assert bad == 5
