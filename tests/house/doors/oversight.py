"""The doors of `oversight`."""

from tongxin.oversight.models import Export, Finding, Glass, Reset

from .kinds import door

ANY_EXPORT = ["wang", "shen", "he", "auditor", "far_secretary"]
DOORS = [
    door("oversight:resets", ["admin", "security"]),
    door("oversight:reset_new", ["admin"]),
    door("oversight:reset_approve", ["security"], args="reset", method="POST"),
    door("oversight:reset_decline", ["security"], args="reset", method="POST", data={"reason": "请当面核对"}),
    door("oversight:accounts", ["security"]),
    door("oversight:account", ["security"], args="wang"),
    door("oversight:account", ["security"], args="wang", method="POST", data={"reason": "手机丢了"}),
    door("oversight:security", ["auditor", "security"]),
    door("oversight:glasses", ["shen", "he", "auditor"]),
    door("oversight:glass_new", ["shen", "he"]),
    door("oversight:glass_open", ["shen", "he"], args="member"),
    door(
        "oversight:glass_open", ["shen", "he"], args="member", method="POST",
        data={"case": "missing", "reason": "电话一直打不通"},
    ),
    door("oversight:glass_review", ["auditor"], args="glass", method="POST", data={"verdict": "fine"}),
    door("oversight:findings", ["wang", "shen", "he", "auditor", "far_secretary"]),
    door("oversight:finding_new", ["auditor"]),
    door("oversight:finding_answer", ["shen", "he"], args="finding", method="POST", data={"reason": "已核实，已改好"}),
    door("oversight:exports", ANY_EXPORT),
    door("oversight:export_approve", ["shen", "he"], args="export", method="POST"),
    door("oversight:export_decline", ["shen", "he"], args="export", method="POST", data={"reason": "范围太大"}),
    door("oversight:export_take", ["wang"], args="approved", method="POST"),
]  # fmt: skip


def things(world) -> dict:
    """One of everything of this room, all of it at the neighbourhood of the cast."""
    asked = {"person": world.wang, "what": "figures", "permission": "view_figures", "place": world.neighbourhood,
             "purpose": "年终汇总", "params": {"as_of": "2026-11-20"}, "rows": 3000}  # fmt: skip
    return {
        "reset": Reset.ask(person=world.wang, how="face", by=world.admin).pk,
        "wang": world.wang.pk, "member": world.alan.pk,
        "glass": Glass.open(person=world.wu, case="injury", reason="在活动中受伤，要联系家人", by=world.he).pk,
        "finding": Finding.note(unit=world.neighbourhood, words="有三条记录原因写得太短", by=world.auditor).pk,
        "export": Export.objects.create(**asked).pk,
        "approved": Export.objects.create(**asked, status="approved", decided_by=world.shen).pk,
    }  # fmt: skip
