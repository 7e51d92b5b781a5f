"""Writing workbooks that open cleanly: every text is a typed text cell, so that nothing in it becomes a formula or a link."""

import datetime
import re

import xlsxwriter

LONGEST = 32_767  # characters Excel keeps in one cell
REASON = "原因"
MARK_PRINTED = 220  # Excel takes 255 characters in a header, codes included
# What XML cannot carry. Tab and newline stay.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def write_workbook(
    target, *, header, rows, title="", notes=(), bad_cells=None, widths=None, sheet_name="Sheet1", mark=""
):
    """Write one sheet: title row, note rows, header row, data rows.

    `target` is a path or an open binary file. `bad_cells` maps (row, column), both counted from 0 within the data, to
    the reason: those cells get a red frame and the reason as a comment, and a last column 原因 lists the reasons of the
    row. `widths` are in characters; without them columns follow the header. `mark` says whose copy this is: it is
    printed at the head and foot of every page and stands on a sheet of its own.
    """
    bad_cells = bad_cells or {}
    book = xlsxwriter.Workbook(
        target, {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    book.set_calc_mode("auto")
    sheet = book.add_worksheet(sheet_name)
    base = {"font_name": "等线", "font_size": 11, "valign": "vcenter"}
    bad = {"border": 2, "border_color": "#B42318", "bg_color": "#FEF3F2"}
    formats = {
        "title": book.add_format({**base, "bold": True, "font_size": 14}),
        "note": book.add_format({**base, "font_color": "#555555"}),
        "header": book.add_format({**base, "bold": True, "bg_color": "#F2F2F2", "border": 1, "text_wrap": True}),
        "plain": book.add_format(base),
        "date": book.add_format({**base, "num_format": "yyyy-mm-dd"}),
        "moment": book.add_format({**base, "num_format": "yyyy-mm-dd hh:mm"}),
        "bad": book.add_format({**base, **bad}),
        "bad date": book.add_format({**base, **bad, "num_format": "yyyy-mm-dd"}),
        "bad moment": book.add_format({**base, **bad, "num_format": "yyyy-mm-dd hh:mm"}),
        "reason": book.add_format({**base, "font_color": "#B42318", "text_wrap": True}),
    }
    line = 0
    for words, kind in [(title, "title"), *((note, "note") for note in notes)]:
        if words:
            sheet.write_string(line, 0, _clean(words), formats[kind])
            line += 1
    reasons = _reasons(bad_cells)
    columns = [*header, REASON] if reasons else list(header)
    for column, words in enumerate(columns):
        sheet.write_string(line, column, _clean(words), formats["header"])
        width = widths[column] if widths and column < len(widths) else max(8, min(30, 2 * len(words) + 4))
        sheet.set_column(column, column, 40 if reasons and column == len(header) else width)
    sheet.freeze_panes(line + 1, 0)
    for number, row in enumerate(rows):
        line += 1
        for column, value in enumerate(row):
            reason = bad_cells.get((number, column))
            _write(sheet, line, column, value, formats, "bad" if reason else "")
            if reason:
                sheet.write_comment(line, column, _clean(reason), {"x_scale": 1.5})
        if number in reasons:
            sheet.write_string(line, len(header), _clean("；".join(reasons[number])), formats["reason"])
    if mark:
        _put_mark(book, sheet, _clean(mark), formats)
    book.close()


def _put_mark(book, sheet, mark, formats):
    about = book.add_worksheet("导出说明")
    about.set_column(0, 0, 100)
    about.write_string(0, 0, mark, formats["note"])
    printed = mark.replace("&", "&&")[:MARK_PRINTED]
    for page in (sheet, about):
        page.set_header(f"&C&9{printed}")
        page.set_footer(f"&L&8{printed}&R&8&P/&N")


def _reasons(bad_cells) -> dict[int, list[str]]:
    reasons: dict[int, list[str]] = {}
    for (row, _), reason in sorted(bad_cells.items()):
        if reason not in reasons.setdefault(row, []):
            reasons[row].append(reason)
    return reasons


def _write(sheet, line, column, value, formats, mark):
    if value is None or value == "":
        sheet.write_blank(line, column, None, formats[mark or "plain"])
    elif isinstance(value, datetime.datetime):
        sheet.write_datetime(line, column, value.replace(tzinfo=None), formats[f"{mark} moment".strip()])
    elif isinstance(value, datetime.date):
        sheet.write_datetime(line, column, value, formats[f"{mark} date".strip()])
    elif isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15 and value == value:
        sheet.write_number(line, column, value, formats[mark or "plain"])
    else:
        # Text, yes/no, and numbers too long for Excel's fifteen digits (an identity number would lose its tail).
        sheet.write_string(line, column, _clean(_words(value)), formats[mark or "plain"])


def _words(value) -> str:
    from .cells import text

    return value if isinstance(value, str) else text(value)


def _clean(words: str) -> str:
    return _UNWRITABLE.sub("", words)[:LONGEST]
