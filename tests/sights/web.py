"""The pages of `web`."""

from .finding import MEMBERS, OFFICES, D, Sight, building, first, model, seen_place


def _unit_query():
    unit = first(model("places.Place").objects.filter(team__memberships__person__demo_key="zhou"))
    return f"?place={unit}"


def _reorganised(person):
    return first(model("teams.Reorganisation").objects.all())


def trace(person):
    """The trace of something that is in the journal."""
    event = model("journal.Event").objects.filter(subject_kind="access.appointment").order_by("pk").first()
    return event and (event.subject_kind, event.subject_id)


SIGHTS = [
    Sight("欢迎", "web:home", ("visitor",)),
    Sight("首页", "web:home", (*MEMBERS, "returned", "refused", "resting")),
    Sight("楼门", "web:door", ("visitor", "alan"), find=lambda person: building().short_code),
    Sight("帮助", "web:help", ("visitor", "alan", "wang")),
    Sight("演示人物", "web:demo", ("visitor",)),
    Sight("待办", "web:desk", (*OFFICES, "guan"), D),
    Sight("登记册", "web:register", ("wang", "shen", "he", "yan", "guan"), D),
    Sight("登记册·找到的", "web:register", ("he",), D, query="?q=中浩"),
    Sight("登记册·居村", "web:register_place", ("shen", "he"), D, find=seen_place("neighbourhood")),
    Sight("撤并调整", "web:reorganise", ("he",), D),
    Sight("拆分居村", "web:reorganise_new", ("he",), D, find=lambda person: "split"),
    Sight("拆分居村·写方案", "web:reorganise_new", ("he",), D, find=lambda person: "split", query=_unit_query),
    Sight("撤并结果", "web:reorganised", ("he",), D, find=_reorganised),
    Sight("查阅记录", "web:journal", ("yan",), D),
    Sight("查阅记录·导出", "web:journal_export", ("yan",), D),
    Sight("查阅记录·抽样", "web:sample", ("yan",), D, query="?family=appointment&size=5&seed=7"),
    Sight("查阅记录·封存", "web:seals", ("yan",), D, query="?check=1"),
    Sight("查阅记录·经过", "web:trace", ("yan",), D, find=trace),
    Sight("工作日历", "web:calendar", ("he", "wang"), D),
    Sight("对外电话", "web:contacts", ("wang", "shen"), D),
    Sight("改对外电话", "web:contact", ("wang",), D, find=seen_place("neighbourhood")),
]
NO_PAGE = {  # GET addresses that are no page of their own
    "web:livez": "one word for a supervisor",
    "web:readyz": "one word for a supervisor",
}
