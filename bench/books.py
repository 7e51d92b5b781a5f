"""S6 and S8: the long commands. Importing a roster and closing a year, beside the least that any program would have to do."""

import math
from pathlib import Path

from .data import FOLDER
from .ground import Ground
from .report import Report, Rounds

ROSTER = FOLDER / "roster.xlsx"
TIMES = 10  # how much larger the larger workbook is


def roster(report: Report, registered: Ground, folder: Path, *, rounds: int) -> tuple[Ground, list[float]]:
    """S6: every round on a fresh copy of the register. Returns the last one, with its people, and our seconds."""
    ours, floor = [], []
    for number in range(rounds):
        ground = registered.copy(folder / f"roster{registered.kind}{number}")
        floor.append(ground.run("inside:read_and_insert", file=str(ROSTER))["seconds"])
        told = ground.run("inside:import_roster", file=str(ROSTER))
        ours.append(told["seconds"])
    ratio = Rounds(ours).over(Rounds(floor))
    words = f"{Rounds(ours).text('{:.2f}')}; floor {Rounds(floor).text('{:.2f}')}"
    report.show("S6", f"roster of {told['rows']:,} rows, seconds ({registered.kind})", words, ours=ours, floor=floor)
    report.ratio("S6", f"import ÷ (read + bulk-insert raw rows), {registered.kind}", ratio, "≤ 8", most=8)
    good = (told["imported"], told["duplicates"], told["errors"]) == (8957, 41, 25)
    report.exact("S6", "imported, duplicates, errors", f"{told['imported']:,}, {told['duplicates']}, {told['errors']}",
                 "8,957, 41, 25", good)  # fmt: skip
    return ground, ours


def larger_roster(report: Report, registered: Ground, folder: Path, small: list[float]) -> None:
    """S6: ten times the rows; the slope is that of the logarithms, 1 where ten times the rows take ten times as long."""
    book = folder / "larger.xlsx"
    rows = registered.run("inside:larger_workbook", file=str(ROSTER), to=str(book), times=TIMES)
    told = registered.copy(folder / "larger").run("inside:import_roster", file=str(book))
    slope = Rounds([math.log(told["seconds"] / seconds) / math.log(TIMES) for seconds in small])
    what = f"roster of {rows:,} rows ({told['imported']:,} imported in {told['seconds']:.1f} s): slope"
    report.ratio("S6", what, slope, "≤ 1.1", most=1.1)


def year(report: Report, ground: Ground, *, rows: int, rounds: int) -> None:
    """S8: closing a year of a million lines, taken back after each round; the digest has to be the same every time."""
    ground.run("data:ledger", rows=rows, year=2024)
    told = [ground.run("inside:close_year", year=2024) for _ in range(rounds)]
    ours, raw = (Rounds([one[key] for one in told]) for key in ("ours", "raw"))
    report.show(
        "S8", f"closing a year of {rows:,} lines, seconds; bare sums", f"{ours.text('{:.2f}')}; {raw.text('{:.2f}')}"
    )
    report.ratio("S8", "year-end ÷ bare SUM … GROUP BY", ours.over(raw), "≤ 5", most=5)
    digests = {one[key] for one in told for key in ("digest", "again")}
    report.exact("S8", "different digests", str(len(digests)), "1", len(digests) == 1)
