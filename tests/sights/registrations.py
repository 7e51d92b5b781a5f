"""The pages of `registrations`."""

from .finding import MEMBERS, D, Sight, building, picked_registrations, registration, roster_import


def refusal(person):
    """Whoever was refused has something to appeal."""
    refused = person.registrations.filter(status="refused").exists()
    return () if refused else None


SIGHTS = [
    Sight("报到", "registrations:start", ("visitor",)),
    Sight("报到·从楼门来", "registrations:start", ("visitor",), query=lambda: f"?building={building().pk}"),
    Sight("我的报到", "registrations:mine", (*MEMBERS, "returned", "refused", "resting")),
    Sight("确认入队", "registrations:join", ("newcomer",)),
    Sight("更正报到", "registrations:mend", ("returned",)),
    Sight("申诉", "registrations:appeal", ("refused",), find=refusal),
    Sight("我搬家了", "registrations:move", ("newcomer", "alan")),
    Sight("暂停参加", "registrations:pause", ("newcomer", "alan")),
    Sight("恢复参加", "registrations:resume", ("resting",)),
    Sight("退出队伍", "registrations:leave", ("newcomer",)),
    Sight("联络", "registrations:contacts", ("zhou",)),
    Sight("报到待审核", "registrations:queue", ("zhou", "wang", "shen"), D),
    Sight("报到·超期", "registrations:late", ("wang", "shen"), D),
    Sight("报到·转给对的居村", "registrations:redirect", ("wang",), D, find=registration("submitted")),
    Sight("报到·一位", "registrations:detail", ("wang", "shen"), D, find=registration("submitted")),
    Sight("报到·待联络的一位", "registrations:detail", ("zhou",), D, find=registration("accepted")),
    Sight("预览", "registrations:preview", ("wang",), D, query=picked_registrations("submitted")),
    Sight("导入名册", "registrations:imports", ("shen",), D),
    Sight("导入·检查", "registrations:import_check", ("shen",), D, find=roster_import(status="checked", missing=[])),
    Sight(
        "导入·指定列",
        "registrations:import_check",
        ("shen",),
        D,
        find=roster_import(status="checked", missing=["phone"]),
    ),
    Sight(
        "导入·完成", "registrations:import_progress", ("shen",), D, find=roster_import(status__in=["done", "undone"])
    ),
]
NO_PAGE = {  # GET addresses that are no page of their own
    "registrations:where": "lines inside the form of 报到, pictured there",
    "registrations:import_bad_rows": "a file",
}
