"""Each metric defined once: what it is called, what it counts (口径), over what, and the rows behind the number.

The number shown is the number of its rows; a test holds every metric to that.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import QuerySet

from tongxin.people.models import Kind
from tongxin.places.models import Level, Place

from .counting import Headcount

RULES = "v1"  # of these definitions: a changed definition is a new version


def percent(part: int, whole: int) -> float | None:
    """A share in percent with one decimal, half up, exact in whole numbers; None when there is nothing to divide by."""
    if not whole:
        return None
    return (2000 * part + whole) // (2 * whole) / 10


@dataclass(frozen=True)
class Metric:
    """One metric (指标)."""

    key: str
    label: str
    unit: str
    definition: str
    denominator: str
    count: Callable[[Headcount], int | float | None]
    rows: Callable[[Headcount], QuerySet]
    people: bool = False  # the rows are people: their list opens to named permissions only
    kind: str = ""

    def at(self, place, as_of) -> int | float | None:
        """The number for a place as of a day."""
        return self.count(Headcount(place, as_of))

    def rows_at(self, place, as_of) -> QuerySet:
        """The rows behind it."""
        return self.rows(Headcount(place, as_of))


def _places(units) -> QuerySet:
    return Place.objects.filter(pk__in=[unit.pk for unit in units])


METRICS = {
    metric.key: metric
    for metric in [
        Metric(
            "subdistricts",
            "街镇",
            "个",
            "登记册在截止日有效的街道和镇。",
            "",
            lambda head: len(head.of_level(Level.SUBDISTRICT)),
            lambda head: _places(head.of_level(Level.SUBDISTRICT)),
        ),
        Metric(
            "neighbourhoods",
            "居村",
            "个",
            "登记册在截止日有效的居委会、村委会和类似单位。登记册的版次不同，这个数就不同。",
            "",
            lambda head: len(head.of_level(Level.NEIGHBOURHOOD)),
            lambda head: _places(head.of_level(Level.NEIGHBOURHOOD)),
        ),
        Metric(
            "covered_neighbourhoods",
            "覆盖居村",
            "个",
            "截止日在登记册内、且至少有一名在队成员的居村。没有覆盖的逐个列名。",
            "截止日登记册内的全部居村",
            lambda head: len(head.covered()),
            lambda head: _places(head.covered()),
        ),
        Metric(
            "buildings",
            "楼栋",
            "栋",
            "登记册在截止日有效的楼栋。",
            "",
            lambda head: head.buildings.count(),
            lambda head: head.buildings,
        ),
        Metric(
            "members",
            "第二梯队",
            "名",
            "截止日在册在队的人：已经入队，还没有退队；一人只计一次（按手机号查重）。退队当天起不再计入。",
            "",
            lambda head: head.number_of(),
            lambda head: head.memberships,
            people=True,
        ),
        Metric(
            "in_service_party_members",
            "在职党员",
            "名",
            "第二梯队中，截止日的主要人员类别是“在职党员”的人。每人只有一个主要类别。",
            "第二梯队",
            lambda head: head.number_of(Kind.PARTY),
            lambda head: head.rows_of(Kind.PARTY),
            people=True,
            kind=Kind.PARTY,
        ),
        Metric(
            "in_service_party_share",
            "在职党员占比",
            "%",
            "在职党员 ÷ 第二梯队，百分数，四舍五入到一位小数。没有成员时不计算。",
            "第二梯队",
            lambda head: percent(head.number_of(Kind.PARTY), head.number_of()),
            lambda head: head.rows_of(Kind.PARTY),
            people=True,
            kind=Kind.PARTY,
        ),
        Metric(
            "members_by_kind",
            "人员类别",
            "名",
            "第二梯队按主要人员类别分；各类之和等于第二梯队人数，还没有填写类别的单列。",
            "第二梯队",
            lambda head: sum(head.by_kind().values()),
            lambda head: head.memberships,
            people=True,
        ),
    ]
}


def figures_of(place, as_of) -> dict:
    """All figures of a place as of a day, nothing hidden: what the operator's command prints."""
    head = Headcount(place, as_of)
    district = place.district
    return {
        "district": district.code_on(as_of) or district.code,
        "code": place.code_on(as_of) or place.code,
        "name": place.name_on(as_of) or place.name,
        "as_of": as_of.isoformat(),
        **{key: metric.count(head) for key, metric in METRICS.items() if key != "members_by_kind"},
        "members_by_kind": head.by_kind(),
    }
