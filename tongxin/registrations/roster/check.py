"""Judging a roster row by row; nothing is written here.

Every row ends in one state: "new", "known" (the phone was in the register before this run), "duplicate" (it repeats an
earlier good row of the same file), "error", or "done" (this very import brought it in before it was interrupted).
`errors` counts rows: a row with two bad cells is one error with two problems.
"""

import datetime
from collections import Counter
from dataclasses import dataclass, field

from django.utils import timezone

from tongxin.people.models import Kind, Merge, Person
from tongxin.people.names import LONGEST, clean_name
from tongxin.people.phones import PhoneProblem, normalise_phone
from tongxin.people.vault import blind_index, unseal
from tongxin.places.models import Level, Place
from tongxin.sheets.cells import CellProblem, Formula, parse_date, text
from tongxin.sheets.tables import Table

from .bulk import uncollected
from .columns import LABELS, NO_POST, POSTS, squad_name
from .gazetteer import Gazetteer

NEW, KNOWN, DUPLICATE, ERROR, DONE = "new", "known", "duplicate", "error", "done"
LOOKUP = 5_000  # phone numbers asked for in one statement
LONG_REASON = 150
EARLIEST = datetime.date(1950, 1, 1)
FORMULA = "这一格是公式，请复制后“选择性粘贴”为数值，再上传"


@dataclass(slots=True)
class Problem:
    """One bad cell (or, as a remark, one worth a look): its column here and in the file, a code, and the reason in Chinese."""

    key: str
    column: str
    code: str
    reason: str


@dataclass(slots=True)
class Row:
    """One row of the roster as it was understood."""

    number: int
    cells: dict
    state: str = NEW
    problems: list = field(default_factory=list)
    remarks: list = field(default_factory=list)
    name: str = ""
    phone: str = ""
    index: str = ""
    place: Place | None = None
    home: int | None = None
    at_door: bool = False
    kind: str = ""
    employer: str = ""
    address: str = ""
    skills: str = ""
    times: str = ""
    since: datetime.date | None = None
    squad: str = ""
    post: tuple | None = None
    note: str = ""


@dataclass
class Check:
    """The verdict on a whole roster."""

    rows: list[Row]
    headers: dict[str, str]

    def __post_init__(self):
        self.states = Counter(row.state for row in self.rows)

    def having(self, *states) -> list[Row]:
        return [row for row in self.rows if row.state in states]

    def counts(self) -> dict[str, int]:
        """rows = imported + known + duplicates + errors, always."""
        return {
            "rows": len(self.rows),
            "imported": self.states[NEW] + self.states[DONE],
            "known": self.states[KNOWN],
            "duplicates": self.states[DUPLICATE],
            "errors": self.states[ERROR],
        }

    def error_rows(self) -> list[dict]:
        """Every bad cell, in the order of the file."""
        return [
            {"row": row.number, "column": problem.column, "code": problem.code, "reason": problem.reason}
            for row in self.rows
            for problem in row.problems
        ]

    def remarks(self) -> Counter:
        return Counter(remark.code for row in self.rows for remark in row.remarks)


def check_roster(table: Table, *, place: Place, mine=frozenset(), today=None) -> Check:
    """Judge every row of a roster that may bring in people at `place` and below.

    `mine` holds the blind indexes of the phones this very import has brought in already.
    """
    with uncollected():
        reader = _Reader(table, place, today or timezone.localdate())
        rows = [reader.read(number, cells) for number, cells in table.rows]
        _settle(rows, mine, table.headers)
    return Check(rows, table.headers)


class _Reader:
    """Reads cells into a Row, and says what is wrong with them."""

    def __init__(self, table, place, today):
        self.headers, self.place, self.today = table.headers, place, today
        self.gazetteer = Gazetteer(place.ancestor(Level.DISTRICT) or place, within=place)
        self.has_street = "subdistrict" in table.columns
        self.kinds = set(Kind.values)

    def read(self, number, cells) -> Row:
        row = Row(number, cells)
        for key, cell in cells.items():
            if isinstance(cell, Formula) and key != "number":  # row numbers are often counted by formula, and unused
                self._problem(row, key, "formula", FORMULA)
        self._person(row, cells)
        self._where(row, cells)
        self._what(row, cells)
        if row.problems:
            row.state = ERROR
        return row

    def _person(self, row, cells):
        row.name = clean_name(text(cells["name"]))
        if not row.name:
            self._problem(row, "name", "no_name", "姓名空着，请补上")
        elif len(row.name) > LONGEST:
            self._problem(row, "name", "long_name", f"姓名超过{LONGEST}个字，请检查")
        elif not any(map(str.isalpha, row.name)):
            self._problem(row, "name", "bad_name", "姓名里没有字，请检查")
        try:
            row.phone = normalise_phone(text(cells["phone"]))
            row.index = blind_index(row.phone)
        except PhoneProblem as problem:
            self._problem(row, "phone", problem.code, problem.message)

    def _where(self, row, cells):
        street = text(cells["subdistrict"]) if self.has_street else ""
        answer = self.gazetteer.neighbourhood(street, text(cells["neighbourhood"]))
        if answer.place is None:
            key = answer.column if answer.column in self.headers else "neighbourhood"
            return self._problem(row, key, answer.code, answer.reason)
        row.place = answer.place
        if not row.place.is_under(self.place):
            key = "subdistrict" if self.has_street else "neighbourhood"
            return self._problem(row, key, "outside_place", "不在您负责的街镇，请交给当地街镇导入")
        estate, row.address = text(cells.get("estate")), text(cells.get("address"))
        row.home, row.at_door = self.gazetteer.home(row.place, estate, row.address)
        if row.address and not row.at_door:
            self._remark(row, "address", "no_building", "登记册里没有这个楼栋，先记到小区或居村")
        return None

    def _what(self, row, cells):
        row.kind = text(cells.get("kind"))
        if not row.kind:
            row.kind = Kind.VOLUNTEER.value
            self._remark(row, "kind", "no_kind", "没有填人员类别，按社区志愿者登记")
        elif row.kind not in self.kinds:
            self._problem(row, "kind", "unknown_kind", f"没有“{row.kind[:20]}”这一类，可填：{'、'.join(Kind.values)}")
        try:
            row.since = parse_date(cells.get("since"), not_after=self.today)
        except CellProblem as problem:
            self._problem(row, "since", problem.code, problem.message)
        if row.since is None:
            row.since = self.today
        elif row.since < EARLIEST:
            self._problem(row, "since", "bad_date", "日期太早，请核对年份")
        row.squad = squad_name(text(cells.get("squad")))[:30]
        self._post(row, text(cells.get("post")))
        row.employer, row.note = text(cells.get("employer"))[:200], text(cells.get("note"))[:500]
        row.skills, row.times = text(cells.get("skills"))[:120], text(cells.get("times"))[:60]

    def _post(self, row, post):
        if post in NO_POST:
            return
        if post not in POSTS:
            self._remark(row, "post", "unknown_post", f"职务“{post[:20]}”没有对应的岗位，按队员导入")
            return
        role, at_building = POSTS[post]
        if not at_building:
            row.post = (role, row.place.pk) if row.place else None
        elif row.at_door:
            row.post = (role, row.home)
        else:
            self._remark(row, "post", "post_without_building", f"楼栋没有对上，“{post}”先不登记")

    def _problem(self, row, key, code, reason):
        if any(problem.key == key for problem in row.problems):
            return  # one reason a cell is enough to mend it
        if len(reason) > LONG_REASON:  # a whole essay in a cell is not repeated
            reason = f"{reason[:LONG_REASON]}…"
        row.problems.append(Problem(key, self.headers.get(key) or LABELS[key], code, reason))

    def _remark(self, row, key, code, reason):
        row.remarks.append(Problem(key, self.headers.get(key) or LABELS[key], code, reason))


def _settle(rows, mine, headers) -> None:
    """Tell the good rows apart: repeated in this file, in the register already, or new."""
    phone_column = headers["phone"]
    known = known_names({row.index for row in rows if row.state == NEW})
    first: dict[str, Row] = {}
    for row in rows:
        if row.state != NEW:
            continue
        if earlier := first.get(row.index):
            row.state = DUPLICATE
            same = "" if earlier.name == row.name else "，但姓名不同，请核对"
            code = "repeated" if not same else "same_phone_other_name"
            row.remarks.append(Problem("phone", phone_column, code, f"与第{earlier.number}行手机号相同{same}"))
            continue
        first[row.index] = row
        if row.index in mine:
            row.state = DONE
        elif row.index in known:
            row.state = KNOWN
            if known[row.index] != row.name:
                row.remarks.append(
                    Problem(
                        "phone", phone_column, "same_phone_other_name", "手机号已在册，但姓名不同；在册信息不变，请核对"
                    )
                )


def known_names(indexes) -> dict[str, str]:
    """Blind index → name, of those phones that are in the register: of two rows that are one person, the one kept.

    A person who was erased holds no number any more: a roster with it brings in a new person.
    """
    found, wanted = {}, sorted(indexes)
    for start in range(0, len(wanted), LOOKUP):
        some = wanted[start : start + LOOKUP]
        for index, uid, name in Person.objects.filter(phone_index__in=some).values_list("phone_index", "uid", "name"):
            found[index] = _opened(uid, name)
        merged = Merge.objects.filter(gone__phone_index__in=some, undone_at=None)
        for index, uid, name in merged.values_list("gone__phone_index", "kept__uid", "kept__name"):
            found[index] = _opened(uid, name)
    return found


def _opened(uid, name) -> str:
    return "" if name is None else unseal(name, Person._meta.get_field("name").bound_to(uid))
