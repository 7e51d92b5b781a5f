"""Finding the table in a sheet: under title and note rows, with headers as each office words them."""

import re
import unicodedata
from dataclasses import dataclass, field

from .cells import Cell, is_formula, text
from .problems import SheetProblem
from .reading import Sheet, Workbook

LOOK_AT = 20  # rows from the top among which the header row is sought
_TOTALS = re.compile(r"(合计|总计|共计|小计)[:\uff1a]?\d*")
_NOTE = re.compile(r"[(\[【〔].*?[)\]】〕]")  # after NFKC: full-width brackets are ASCII by then
_DECORATION = re.compile(r"[\s*★:;,、。.“”\"'_\-—]+")


@dataclass
class Table:
    """A table found in a sheet.

    `columns` and `headers` say for each key where its column is and what the file calls it; `missing` are the required
    keys without a column, and `unmapped` the headers left over, to be offered for them. `rows` pairs the row number as
    Excel shows it with the cells by key (absent optional columns are absent keys). `totals` are the row numbers of total
    rows, which were left out.
    """

    sheet: str
    header_row: int
    header: list[str]
    columns: dict[str, int]
    headers: dict[str, str]
    missing: list[str]
    unmapped: list[str]
    rows: list[tuple[int, dict[str, Cell]]] = field(default_factory=list)
    totals: list[int] = field(default_factory=list)
    cells: dict[int, list[Cell]] = field(default_factory=dict)  # whole rows by row number, for handing bad ones back

    def missing_message(self, required) -> str:
        """What to say when columns are missing: which, and what to do."""
        named = "、".join(f"“{required[key][0]}”" for key in self.missing)
        offer = f"；表中还有这些列未使用：{'、'.join(self.unmapped)}，可以指定其中一列" if self.unmapped else ""
        return f"缺少{named}列{offer}"

    def formulas(self) -> list[tuple[int, str]]:
        """(row number, key) of the cells that hold a formula."""
        return [(number, key) for number, row in self.rows for key, cell in row.items() if is_formula(cell)]


def find_table(source: Sheet | Workbook, required, optional=None, mapping=None) -> Table:
    """The table of a sheet, or the best fitting one of a workbook.

    `required` and `optional`: {key: [accepted header texts, the usual one first]}; `mapping`: {key: header text in this
    file}, chosen by a person. Headers are compared without blanks, full-width forms, stars and remarks in brackets.
    Raises SheetProblem "no_table" when no sheet has a row that could be a header; missing columns do not raise.
    """
    wanted = {**required, **(optional or {})}
    for key, header in (mapping or {}).items():
        wanted[key] = [header]
    accepted = {key: [_plain(header) for header in headers] for key, headers in wanted.items()}
    sheets = source.sheets if isinstance(source, Workbook) else [source]
    best, best_score = None, None
    for sheet in sheets:
        for at, (_, cells) in enumerate(sheet.rows[:LOOK_AT]):
            columns = _columns(cells, accepted)
            score = (len(columns.keys() & required.keys()), len(columns), len(sheet.rows))
            if columns and (best_score is None or score > best_score):
                best, best_score = (sheet, at, columns), score
    if best is None or (best_score[1] < 2 <= len(wanted)):
        # One match may be a word in a note. The first row with several texts is the header, in words of its own.
        best = next(filter(None, map(_likely, sheets)), None) or best
    if best is None:
        usual = "、".join(headers[0] for headers in required.values())
        raise SheetProblem("no_table", f"没有找到表头行，请确认选对了表格；表头应有：{usual}")
    sheet, at, columns = best
    columns = _columns(sheet.rows[at][1], accepted)
    return _table(sheet, at, columns, required)


def _columns(cells, accepted) -> dict[str, int]:
    """Key → index of its column in this row, were it the header; the usual wording wins over the others."""
    there: dict[str, int] = {}
    for index, cell in enumerate(cells):
        if isinstance(cell, str) and (header := _plain(cell)):
            there.setdefault(header, index)
    columns = {}
    for key, headers in accepted.items():
        index = next((there[header] for header in headers if header in there), None)
        if index is not None and index not in columns.values():
            columns[key] = index
    return columns


def _likely(sheet: Sheet):
    for at, (_, cells) in enumerate(sheet.rows[:LOOK_AT]):
        if sum(isinstance(cell, str) and bool(cell.strip()) for cell in cells) >= 3:
            return sheet, at, {}
    return None


def _table(sheet: Sheet, at: int, columns, required) -> Table:
    header_row, header_cells = sheet.rows[at]
    header = [text(cell) for cell in header_cells]
    used = set(columns.values())
    table = Table(
        sheet=sheet.name,
        header_row=header_row,
        header=header,
        columns=columns,
        headers={key: header[index] for key, index in columns.items()},
        missing=[key for key in required if key not in columns],
        unmapped=[title for index, title in enumerate(header) if title and index not in used],
    )
    pairs = list(columns.items())
    for number, cells in sheet.rows[at + 1 :]:
        if _is_total(cells):
            table.totals.append(number)
            continue
        width = len(cells)
        table.rows.append((number, {key: cells[index] if index < width else "" for key, index in pairs}))
        table.cells[number] = cells
    return table


def _is_total(cells) -> bool:
    for cell in cells:
        if isinstance(cell, str):
            word = cell.strip()
            if word:
                return len(word) < 12 and _TOTALS.fullmatch("".join(word.split())) is not None
        elif cell is not None:
            return False
    return False


def _plain(header: str) -> str:
    """A header as it is compared: "* 联系电话(必填)" is "联系电话"."""
    folded = unicodedata.normalize("NFKC", header).lower()
    return _DECORATION.sub("", _NOTE.sub("", folded)) or _DECORATION.sub("", folded)
