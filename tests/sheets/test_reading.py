import datetime
import io
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.sheets import books
from tongxin.sheets import child, reading
from tongxin.sheets.cells import Formula
from tongxin.sheets.problems import SheetProblem
from tongxin.sheets.reading import read_workbook

ROSTER = Path(__file__).parents[2] / "demo" / "putuo" / "roster.xlsx"
FORMULAS = (
    '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><f>A1+1</f><v>2</v></c></row>'
    '<row r="3"><c r="AA3" t="str" s="0"><f t="shared" si="0"/><v>三</v></c></row>'
)


def refusal(source, filename="名册.xlsx") -> SheetProblem:
    with pytest.raises(SheetProblem) as caught:
        read_workbook(source, filename)
    return caught.value


def test_cells_keep_their_types_and_rows_their_excel_numbers():
    day = datetime.date(2022, 5, 4)
    data = books.book(
        ["姓名", "电话", "日期"], [["阿兰", 13800001234, day], ["", "", ""], ["老周", "0138", ""]], title="名册"
    )
    sheet = read_workbook(data, "a.xlsx").sheets[0]
    assert sheet.rows == [
        (1, ["名册", "", ""]),
        (2, ["姓名", "电话", "日期"]),
        (3, ["阿兰", 13800001234.0, day]),
        (5, ["老周", "0138", ""]),
    ]


def test_a_path_bytes_and_an_open_file_read_the_same(tmp_path):
    data = books.book(["姓名"], [["阿兰"]])
    (tmp_path / "a.xlsx").write_bytes(data)
    from_bytes = read_workbook(data, "a.xlsx")
    assert read_workbook(tmp_path / "a.xlsx") == from_bytes
    assert read_workbook(io.BytesIO(data), "a.xlsx") == from_bytes


def test_the_roster_of_the_demo_is_read_whole():
    sheet = read_workbook(ROSTER).sheets[0]
    assert (sheet.name, len(sheet.rows), sheet.rows[-1][0]) == ("第二梯队名册", 9027, 9027)
    assert sheet.rows[10][1][-1] == "=1+1"  # typed text, no formula


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_tables_are_read_in_the_encodings_offices_save_them_in(encoding):
    data = '姓名,单位\r\n\r\n阿兰,"易动力,公司"\r\n𠮷田,\r\n'.encode(encoding)
    assert read_workbook(data, "名册.csv").sheets[0].rows == [
        (1, ["姓名", "单位"]),
        (3, ["阿兰", "易动力,公司"]),
        (4, ["𠮷田", ""]),
    ]


def test_tabs_and_semicolons_part_columns_too():
    assert read_workbook("姓名\t电话\n阿兰\t1\n".encode(), "a.txt").sheets[0].rows[0] == (1, ["姓名", "电话"])
    assert read_workbook("姓名;电话\n阿兰;1\n".encode(), "a.csv").sheets[0].rows[0] == (1, ["姓名", "电话"])


@pytest.mark.parametrize(
    ("data", "code", "word"),
    [
        (b"", "empty", "空的"),
        (b"%PDF-1.7\n...", "not_a_sheet", "PDF"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "not_a_sheet", "图片"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "not_a_sheet", "网页"),
        (bytes(range(256)) * 4, "not_a_sheet", "无法识别"),
        (books.package("word/document.xml"), "not_a_sheet", "Word"),
        (books.package("ppt/presentation.xml"), "not_a_sheet", "演示文稿"),
        (books.package("a.txt"), "not_a_sheet", "压缩包"),
        (books.ole("WordDocument"), "not_a_sheet", "旧版文档"),
        (books.ole("EncryptedPackage"), "protected", "密码"),
        (books.ole("Workbook"), "broken", "损坏"),
        (b"PK\x03\x04 and nothing else", "broken", "损坏"),
        (books.package("xl/workbook.xml"), "broken", "损坏"),
        (books.raw(""), "empty", "空的"),
        (b"\n , ,\n", "empty", "空的"),
    ],
)
def test_what_is_not_a_readable_table_is_refused_with_the_way_to_mend_it(data, code, word):
    problem = refusal(data)
    assert (problem.code, word in problem.message, "请" in problem.message) == (code, True, True)


def test_a_file_that_is_not_there_is_named():
    problem = refusal("/nowhere/名册.xlsx")
    assert (problem.code, "名册.xlsx" in problem.message) == ("unreadable", True)


def test_an_encrypted_package_is_called_protected():
    data = bytearray(books.book(["姓名"], [["阿兰"]]))
    at = data.index(b"PK\x01\x02")  # the first entry of the directory; bit 0 of its flags says "encrypted"
    data[at + 8] |= 1
    assert refusal(bytes(data)).code == "protected"


def test_a_workbook_with_a_document_type_is_refused():
    evil = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><workbook xmlns="http://x"><sheets>&e;</sheets></workbook>'
    assert refusal(books.raw("<row/>", workbook=evil)).code == "broken"


def test_size_rows_and_columns_have_limits(monkeypatch):
    monkeypatch.setattr(reading, "MAX_ROWS", 3)
    monkeypatch.setattr(reading, "MAX_COLUMNS", 4)
    assert refusal(books.book(["甲"], [["乙"]] * 3)).code == "too_many_rows"
    assert refusal(books.book(list("甲乙丙丁戊"), [])).code == "too_many_columns"
    assert refusal(b"a\nb\nc\nd\n").code == "too_many_rows"
    assert refusal(b"a,b,c,d,e\n").code == "too_many_columns"
    monkeypatch.setattr(reading, "MAX_BYTES", 100)
    assert refusal(b"a" * 101).code == "too_large"
    assert refusal(io.BytesIO(b"a" * 101)).code == "too_large"


def test_a_bomb_is_refused_before_anything_is_unpacked(monkeypatch):
    monkeypatch.setattr(reading, "_read_in_child", lambda *_: pytest.fail("unpacked"))
    big = books.bomb(reading.SMALL * 2)
    assert len(big) < 100_000
    problem = refusal(big)
    assert (problem.code, "20MB" in problem.message) == ("too_large", True)


def test_red_twin_without_the_check_the_childs_memory_is_what_stops_a_bomb(monkeypatch):
    monkeypatch.setattr(reading, "check_package", lambda data: None)
    monkeypatch.setattr(reading, "MEMORY", 160 * 1024 * 1024)
    assert refusal(books.bomb(100_000_000)).code == "too_large"


def test_red_twin_without_check_and_limit_the_bomb_comes_through(monkeypatch):
    monkeypatch.setattr(reading, "check_package", lambda data: None)
    size = reading.SMALL * 3
    assert len(read_workbook(books.bomb(size), "a.xlsx").sheets[0].rows[0][1][0]) == size


def test_one_cell_in_the_farthest_corner_costs_the_child_only():
    corner = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    assert refusal(books.raw(corner)).code in ("too_large", "too_many_rows")


def test_the_child_is_stopped_when_it_takes_too_long(monkeypatch):
    def never_ends(command, timeout, **_):
        raise subprocess.TimeoutExpired(command, timeout)

    monkeypatch.setattr(subprocess, "run", never_ends)
    assert refusal(books.book(["姓名"], [])).code == "too_slow"


def test_the_child_gets_nothing_of_our_environment(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://secret")
    seen = {}
    run = subprocess.run
    monkeypatch.setattr(subprocess, "run", lambda *args, **options: seen.update(options) or run(*args, **options))
    read_workbook(books.book(["姓名"], []), "a.xlsx")
    assert "DATABASE_URL" not in seen["env"]


def test_formula_cells_are_marked_with_their_last_value():
    rows = read_workbook(books.raw('<row r="1"><c r="A1"><v>7</v></c></row>', FORMULAS), "a.xlsx").sheets[1].rows
    assert rows[0] == (1, [1.0, Formula(2.0), *[""] * 25])
    assert rows[1][1][26] == Formula("三")


def test_a_formula_that_was_never_computed_is_marked_too():
    rows = read_workbook(books.raw('<row r="2"><c r="B2"><f>1+1</f></c></row>'), "a.xlsx").sheets[0].rows
    assert rows[0][0] == 2
    assert isinstance(rows[0][1][1], Formula)


def test_red_twin_without_the_scan_a_formula_looks_like_a_number(tmp_path, monkeypatch):
    file = tmp_path / "a.xlsx"
    file.write_bytes(books.raw(FORMULAS))
    assert child.read(str(file), 10, 30)[0]["formulas"] == [[0, 1], [2, 26]]
    monkeypatch.setattr(child, "formulas_of", lambda file: {})
    sheet = child.read(str(file), 10, 30)[0]
    assert (sheet["rows"][0][1], sheet["formulas"]) == (2.0, [])


@pytest.mark.parametrize("chunk", [1, 7, 64, 150])
def test_a_formula_cut_in_two_by_a_chunk_is_found_once(tmp_path, monkeypatch, chunk):
    file = tmp_path / "a.xlsx"
    file.write_bytes(books.raw(FORMULAS))
    monkeypatch.setattr(child, "CHUNK", chunk)
    assert child.formulas_of(str(file)) == {"表1": [[0, 1], [2, 26]]}


def test_chart_sheets_and_empty_sheets_are_left_out():
    book = read_workbook(books.raw("", '<row r="1"><c r="A1"><v>1</v></c></row>'), "a.xlsx")
    assert [sheet.name for sheet in book.sheets] == ["表2"]


def test_our_own_workbooks_open_as_packages():
    data = books.book(["姓名"], [["阿兰"]])
    assert zipfile.ZipFile(io.BytesIO(data)).testzip() is None
