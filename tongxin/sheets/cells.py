"""What stands in one cell, whatever the office typed it as: text, number, date, full-width digits, formula."""

import datetime
import math
import re
from dataclasses import dataclass

from .problems import CellProblem

EXAMPLE = "请写成 2022-05-04 这样"
_EPOCH = datetime.date(1899, 12, 30)  # day 0 of Excel's serial numbers, as they count after February 1900
_SERIALS = range(7_306, 73_051)  # 1920 to 2099: a whole number outside this is not meant as a date
_FULL_WIDTH = {code: code - 0xFEE0 for code in [*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B)]}
_FULL_WIDTH |= {0xFF0B: "+", 0xFF0D: "-", 0xFF0F: "/", 0xFF0E: ".", 0x3000: " ", 0xA0: " "}
_FULL_WIDTH |= dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))  # invisible: pasted along from web pages
# Control characters (a database refuses NUL) and signs that turn the writing round; tab and newline stay.
UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]+\d{1,2}:\d{2}(?::\d{2})?)?")
_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})")


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell that holds a formula; `value` is what Excel computed last. Importers name it instead of trusting it."""

    value: object


Cell = str | float | int | bool | datetime.date | datetime.datetime | datetime.time | Formula | None


def is_formula(cell: Cell) -> bool:
    return isinstance(cell, Formula)


def text(cell: Cell) -> str:
    """The cell as one line of text: blanks around it gone, full-width digits and letters half-width, "" when empty.

    A number is written out (13800001234.0 is "13800001234", never "1.38e10"), a date is written year-month-day.
    """
    if isinstance(cell, str):
        return UNSEEN.sub("", cell).translate(_FULL_WIDTH).strip()
    if isinstance(cell, Formula):
        return text(cell.value)
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return format(cell, ".0f") if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime.datetime):
        return cell.strftime("%Y-%m-%d %H:%M")
    if isinstance(cell, datetime.date | datetime.time):
        return cell.isoformat()
    return str(cell)


def parse_date(cell: Cell, *, not_after: datetime.date | None = None) -> datetime.date | None:
    """The day a cell means, None when it is empty.

    Takes date cells, Excel's serial numbers, 2022-05-04, 2022/11/23, 2022.5.7, 2022年7月8日 and 20220504.
    Raises CellProblem "bad_date" for anything else, for a day that does not exist and for one later than `not_after`.
    """
    if isinstance(cell, Formula):
        cell = cell.value
    day = _day_of(cell)
    if day is not None and not_after is not None and day > not_after:
        raise CellProblem("bad_date", f"“{_short(text(cell))}”晚于{_chinese(not_after)}，请核对日期")
    return day


def _day_of(cell) -> datetime.date | None:
    if isinstance(cell, datetime.datetime):
        return cell.date()
    if isinstance(cell, datetime.date):
        return cell
    if isinstance(cell, int | float) and not isinstance(cell, bool) and math.isfinite(cell) and int(cell) in _SERIALS:
        return _EPOCH + datetime.timedelta(days=int(cell))
    written = text(cell)
    if not written:
        return None
    if re.fullmatch(r"\d{4,5}", written) and int(written) in _SERIALS:  # a serial number that was stored as text
        return _EPOCH + datetime.timedelta(days=int(written))
    parts = _DATE.fullmatch(written) or _DIGITS.fullmatch(written)
    if parts is None:
        raise CellProblem("bad_date", f"“{_short(written)}”不是日期，{EXAMPLE}")
    try:
        day = datetime.date(*map(int, parts.groups()))
    except ValueError:
        raise CellProblem("bad_date", f"没有“{_short(written)}”这一天，{EXAMPLE}") from None
    if day.year < 1900:
        raise CellProblem("bad_date", f"“{_short(written)}”太早，请核对年份")
    return day


def _short(written: str) -> str:
    return written if len(written) <= 20 else written[:20] + "…"


def _chinese(day: datetime.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
