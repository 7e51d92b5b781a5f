"""The doors of `service`."""

import datetime as dt

from django.utils import timezone

from tongxin.service.models import BackEntry, Dispute, Rule, award, close_year

from .kinds import EVERYBODY, door

ANSWERERS = ["zhou", "wu", "wang", "shen", "far_secretary"]
ENTERERS = ["zhou", "wang", "far_secretary"]
WORDS = {"words": "多记了", "hours": "1.5", "factor": "ordinary"}
VERDICT = {"verdict": "as_asked", "reason": "对过签到表"}

DOORS = [
    door("service:mine", EVERYBODY),
    door("service:download", EVERYBODY),
    door("service:points", EVERYBODY, method="POST"),
    door("service:rules", EVERYBODY),
    door("service:statement", ["alan"], args="old_year"),
    door("service:dispute_new", ["alan"], args="entry"),
    door("service:dispute_new", ["alan"], args="entry", method="POST", data=WORDS),
    door("service:missing_new", EVERYBODY),
    door("service:dispute", ["alan"], args="dispute"),
    door("service:dispute_act", ["alan"], args="own_act", method="POST"),
    door("service:disputes", ANSWERERS),
    door("service:dispute_desk", ["zhou", "wu", "wang", "shen"], args="dispute"),
    door("service:dispute_desk", ["zhou", "wu", "wang", "shen"], args="dispute", method="POST", data=VERDICT),
    door("service:back_entries", [*ENTERERS, "shen"]),
    door("service:back_new", ENTERERS),
    door("service:back_return", ["wang", "shen"], args="back"),
    door("service:back_return", ["wang", "shen"], args="back", method="POST", data={"reason": "页码不对"}),
    door("service:back_again", ["zhou", "wang"], args="returned"),
    door("service:check_list", ["wang", "shen", "auditor", "far_secretary"]),
    door("service:check_note", [], method="POST", data={"key": "none:1", "result": "fine"}),  # no such row: 404 for all
    door("service:years", ["he"]),
    door("service:year_confirm", ["he"], args="review"),
    door("service:rules_desk", ["he"]),
    door("service:rule_new", ["he"]),
    door("service:rule_act", ["he"], args="rule_act", method="POST"),
    door("service:points_switch", ["he"], args="district", method="POST", data={"reason": "上级要求"}),
    door("service:thanks", ["wang", "shen", "he"], args="thanked"),
]


def things(world) -> dict:
    """One of everything of this room, all of it at the neighbourhood of the cast."""
    facts = {"factor": "ordinary", "place": world.neighbourhood, "by": world.zhou}
    last = timezone.localdate().year - 1
    award(world.alan, hours=3, reason="去年的事", served_on=dt.date(last, 5, 4), source=world.task(), **facts)
    closed = close_year(world.district, last)
    today = timezone.localdate()
    entry, disputed = (
        award(world.alan, hours=2, reason="巡看", served_on=today, source=world.task(), **facts) for _ in range(2)
    )
    dispute = Dispute.raise_on(disputed, by=world.alan, words="少记了", hours=3)
    paper = {"by": world.zhou, "place": world.neighbourhood, "served_on": today, "evidence": "签到表第2页"}
    back = BackEntry.enter([(world.alan, 1)], what="送水", sheet="a", **paper)[0]
    returned = BackEntry.enter([(world.alan, 1)], what="扫雪", sheet="b", **paper)[0]
    returned.send_back(by=world.wang, reason="页码不对")
    rule = Rule.draft(
        by=world.he, place=world.district, version="v9", since=today + dt.timedelta(days=30), day_cap=8, year_cap=200,
        factors={"ordinary": 1, "skilled": 1, "hard": 1},
    )  # fmt: skip
    return {
        "entry": entry.pk, "dispute": dispute.pk, "own_act": (dispute.pk, "withdraw"), "back": back.pk, "returned": returned.pk,
        "old_year": last, "review": closed.review.pk, "rule_act": (rule.pk, "approve"), "district": world.district.pk,
        "thanked": world.neighbourhood.pk,
    }  # fmt: skip
