"""What an import did, row by row where something was wrong: for programs as JSON, for people as a few lines."""

from dataclasses import dataclass, field

from tongxin.sheets.problems import SheetProblem
from tongxin.sheets.reading import read_workbook
from tongxin.sheets.tables import Table, find_table


class RowProblem(Exception):
    """One row cannot be taken: which column (its key), a code, and why in Chinese."""

    def __init__(self, column: str, code: str, reason: str):
        super().__init__(reason)
        self.column, self.code, self.reason = column, code, reason


@dataclass
class Report:
    """Counts by name, in the order they are shown, and the rows that were left out."""

    counts: dict[str, int]
    headers: dict[str, str] = field(default_factory=dict)
    error_rows: list[dict] = field(default_factory=list)
    listed: dict[str, list] = field(default_factory=dict)  # further lists: what is missing, and so on

    def refuse(self, row: int, problem: RowProblem) -> None:
        header = self.headers.get(problem.column, problem.column)
        self.error_rows.append({"row": row, "column": header, "code": problem.code, "reason": problem.reason})

    def as_dict(self) -> dict:
        rows = sorted(self.error_rows, key=lambda each: each["row"])
        return {**self.counts, "errors": len(rows), "error_rows": rows, **self.listed}

    def lines(self, words: dict[str, str]) -> list[str]:
        """The same in Chinese; `words` names the counts."""
        said = [f"{words[name]}{count}" for name, count in self.counts.items() if name in words]
        rows = self.as_dict()["error_rows"]
        lines = ["，".join([*said, f"有问题{len(rows)}行"])]
        return lines + [f"  第{each['row']}行“{each['column']}”：{each['reason']}" for each in rows]


def table_of(file, required, optional) -> Table:
    """The table in a file; raises SheetProblem when it cannot be read or a required column is not there."""
    table = find_table(read_workbook(file), required, optional)
    if table.missing:
        raise SheetProblem("missing_column", table.missing_message(required))
    return table
