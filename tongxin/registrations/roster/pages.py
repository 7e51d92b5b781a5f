"""What the pages of an import show: rows in words, and the bad rows as a workbook to mend."""

import io
from dataclasses import dataclass

from tongxin.people.phones import mask_phone
from tongxin.sheets.cells import text
from tongxin.sheets.writing import write_workbook

from . import store
from .check import DONE, DUPLICATE, ERROR, KNOWN, NEW
from .columns import LABELS
from .work import check_again

SHOWN = ("name", "phone", "subdistrict", "neighbourhood", "address", "kind", "since", "squad", "post")
WORDS = {
    NEW: ("done", "可以导入"),
    DONE: ("done", "已导入"),
    KNOWN: ("off", "已在册，不变"),
    DUPLICATE: ("wait", "重复，不导入"),
    ERROR: ("late", "要改"),
}
FILTERS = (
    ("look", "要改和重复", (ERROR, DUPLICATE)),
    ("new", "可以导入", (NEW, DONE)),
    ("known", "已在册", (KNOWN,)),
    ("all", "全部", (NEW, DONE, KNOWN, DUPLICATE, ERROR)),
)


@dataclass(slots=True)
class Cell:
    """One cell of the check page."""

    words: str
    reason: str = ""
    mark: str = ""  # "bad" must be mended, "warn" is worth a look


def masked(words: str) -> str:
    """A number as typed, hidden in the middle, also when it is too short to be one."""
    plain = "".join(words.split()).replace("-", "").removeprefix("+86")
    return (
        mask_phone(plain)
        if len(plain) == 11
        else f"{plain[:3]}****{plain[-3:]}"
        if len(plain) > 7
        else plain and "****"
    )


class CheckPage:
    """A kept roster, judged now, for its clerk."""

    def __init__(self, job):
        self.job = job
        self.check = check_again(job)
        self.keys = [key for key in SHOWN if self.check and key in self.check.headers]
        # What stands in a column the table does not show (工作单位) is told beside the row.
        self.head = ["行", *(self.check.headers[key] for key in self.keys), "处理"] if self.check else []

    def filters(self, current):
        items = []
        for key, label, states in FILTERS:
            count = sum(self.check.states[state] for state in states)
            items.append({"label": label, "url": f"?show={key}", "current": key == current, "count": count})
        return items

    def rows(self, show):
        states = next((states for key, _, states in FILTERS if key == show), FILTERS[0][2])
        return self.check.having(*states)

    def shown(self, rows):
        """Rows in words, for one page of the list."""
        return [self._shown(row) for row in rows]

    def _shown(self, row):
        said = {remark.key: (remark.reason, "warn") for remark in row.remarks}
        said |= {problem.key: (problem.reason, "bad") for problem in row.problems}
        cells = []
        for key in self.keys:
            words = text(row.cells.get(key))
            cells.append(Cell(masked(words) if key == "phone" else words, *said.pop(key, ("", ""))))
        beside = [f"{LABELS[key]}：{reason}" for key, (reason, _) in said.items()]
        kind, word = WORDS[row.state]
        return {"number": row.number, "cells": cells, "beside": beside, "kind": kind, "word": word}


def bad_rows(job) -> bytes:
    """The rows to mend as a workbook of the same columns, bad cells framed in red, each with its reason."""
    table, check = store.load(job.uid), check_again(job)
    rows = [row for row in check.rows if row.problems or _to_look_at(row)] if check else []
    bad, whole = {}, []
    for line, row in enumerate(rows):
        cells = table.cells[row.number]
        whole.append(cells + [""] * (len(table.header) - len(cells)))
        for problem in [*row.problems, *_to_look_at(row)]:
            bad[line, table.columns.get(problem.key, 0)] = f"{problem.column}：{problem.reason}"
    target = io.BytesIO()
    notes = ["请改好红框里的格，保存后再上传这份表格；最后一列“原因”不用删"]
    header = table.header if table else list(LABELS.values())
    write_workbook(
        target, header=header, rows=whole, title="名册里要改的行", notes=notes, bad_cells=bad, sheet_name="要改的行"
    )
    return target.getvalue()


def _to_look_at(row):
    return [remark for remark in row.remarks if remark.code == "same_phone_other_name"]
