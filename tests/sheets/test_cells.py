import datetime

import pytest

from tongxin.sheets.cells import Formula, parse_date, text
from tongxin.sheets.problems import CellProblem

DAY = datetime.date(2022, 5, 4)


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        (" 阿兰\u3000", "阿兰"),
        ("１３８-0000\u200b", "138-0000"),
        ("＋86１３８", "+86138"),
        ("（备注）：甲，乙", "（备注）：甲，乙"),  # Chinese punctuation is meant
        (13800001234.0, "13800001234"),
        (1e15, "1000000000000000"),
        (0.5, "0.5"),
        (7, "7"),
        (True, "是"),
        (None, ""),
        ("", ""),
        ("=1+1", "=1+1"),
        (DAY, "2022-05-04"),
        (datetime.datetime(2022, 5, 4, 9, 30), "2022-05-04 09:30"),
        (Formula(3.0), "3"),
    ],
)
def test_a_cell_reads_as_the_text_a_person_sees(cell, written):
    assert text(cell) == written


@pytest.mark.parametrize(
    "cell",
    [
        "2022-05-04",
        "2022-5-4",
        "2022/05/04",
        "2022.5.4",
        "2022年5月4日",
        "２０２２年５月４日",
        " 2022 年 5 月 4 日 ",
        "2022-05-04 00:00:00",
        "20220504",
        DAY,
        datetime.datetime(2022, 5, 4, 9, 30),
        44685.0,
        44685,
        "44685",
        Formula("2022-05-04"),
    ],
)
def test_every_style_of_date_the_offices_use_is_that_day(cell):
    assert parse_date(cell) == DAY


@pytest.mark.parametrize("cell", ["", None, "  "])
def test_no_date_is_no_date(cell):
    assert parse_date(cell) is None


@pytest.mark.parametrize(
    "cell",
    [
        "2022-02-30",
        "2022.13.45",
        "2022年0月1日",
        "去年",
        "5月4日",
        "22-5-4",
        12.0,
        "12",
        9e9,
        "0022-05-04",
        "2022-05-04-1",
    ],
)
def test_impossible_dates_are_refused_in_chinese(cell):
    with pytest.raises(CellProblem) as caught:
        parse_date(cell)
    assert caught.value.code == "bad_date"
    assert any("\u4e00" <= char <= "\u9fff" for char in caught.value.message)


@pytest.mark.parametrize("cell", ["2052-05-04", datetime.date(2052, 5, 4), 55_000.0])
def test_a_day_that_has_not_come_is_refused_where_asked(cell):
    with pytest.raises(CellProblem, match="晚于2026年11月23日"):
        parse_date(cell, not_after=datetime.date(2026, 11, 23))
    assert parse_date(cell) > DAY
