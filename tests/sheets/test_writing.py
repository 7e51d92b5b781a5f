import datetime
import io
import zipfile

import pytest
import xlsxwriter

from tests.sheets import books
from tongxin.sheets.reading import read_workbook

SEEDS = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    "+86138",
    "-1",
    "@SUM(A1)",
    "'quoted",
    'say "so"',
    "two\nlines",
    "\ttab",
    "007",
    "310107198001010011",
    "https://example.org/",
    "上海😀𠮷",
    "<b>&amp;",
    "{=A1}",
]


def parts(data: bytes, ending: str) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return "".join(package.read(name).decode() for name in package.namelist() if name.endswith(ending))


def test_every_text_stays_the_text_it_was():
    data = books.book(SEEDS, [SEEDS], title=SEEDS[0], notes=[SEEDS[1]])
    rows = read_workbook(data, "a.xlsx").sheets[0].rows
    assert rows[3][1] == SEEDS
    assert rows[2][1] == SEEDS
    assert "<f>" not in parts(data, "sheet1.xml")
    assert "hyperlink" not in parts(data, "sheet1.xml")


def test_red_twin_a_writer_that_guesses_makes_a_live_formula():
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        book.add_worksheet().write(0, 0, SEEDS[1])
    assert "<f>" in parts(target.getvalue(), "sheet1.xml")


def test_numbers_and_dates_are_typed_and_long_numbers_keep_their_tail():
    row = [1, 2.5, datetime.date(2022, 5, 4), datetime.datetime(2022, 5, 4, 9, 30), 310107198001010011, None, True]
    read = read_workbook(books.book(list("甲乙丙丁戊己庚"), [row]), "a.xlsx").sheets[0].rows[1][1]
    assert read == [1.0, 2.5, row[2], row[3], "310107198001010011", "", "是"]


def test_bad_cells_are_framed_and_say_why():
    bad = {(1, 1): "手机号少1位，请检查", (1, 0): "没有姓名，请补填"}
    data = books.book(["姓名", "电话"], [["阿兰", "13800001234"], ["", "1380000123"]], bad_cells=bad)
    rows = read_workbook(data, "a.xlsx").sheets[0].rows
    assert rows[0][1] == ["姓名", "电话", "原因"]
    assert rows[1][1] == ["阿兰", "13800001234", ""]
    assert rows[2][1] == ["", "1380000123", "没有姓名，请补填；手机号少1位，请检查"]
    comments = parts(data, "comments1.xml")
    assert "手机号少1位" in comments
    assert "没有姓名" in comments
    assert "FFB42318" in parts(data, "styles.xml")


def test_without_bad_cells_there_is_no_column_for_reasons():
    assert read_workbook(books.book(["姓名"], [["阿兰"]]), "a.xlsx").sheets[0].rows[0][1] == ["姓名"]


@pytest.mark.parametrize("text", ["a\x00b\x0bc", "\ud800x", "长" * 40_000])
def test_what_a_workbook_cannot_carry_does_not_break_it(text):
    read = read_workbook(books.book(["甲"], [[text]]), "a.xlsx").sheets[0].rows[1][1][0]
    assert read == text.replace("\x00", "").replace("\x0b", "").replace("\ud800", "")[:32_767]
