"""The pages of `web`."""

from .finding import MEMBERS, OFFICES, D, Sight, building, seen_place

SIGHTS = [
    Sight("欢迎", "web:home", ("visitor",)),
    Sight("首页", "web:home", MEMBERS),
    Sight("楼门", "web:door", ("visitor", "alan"), find=lambda person: building().short_code),
    Sight("帮助", "web:help", ("visitor", "alan", "wang")),
    Sight("演示人物", "web:demo", ("visitor",)),
    Sight("待办", "web:desk", (*OFFICES, "guan"), D),
    Sight("登记册", "web:register", ("wang", "shen", "he", "yan", "guan"), D),
    Sight("登记册·找到的", "web:register", ("he",), D, query="?q=中浩"),
    Sight("登记册·居村", "web:register_place", ("shen", "he"), D, find=seen_place("neighbourhood")),
    Sight("查阅记录", "web:journal", ("yan",), D),
]
NO_PAGE = {  # GET addresses that are no page of their own
    "web:livez": "one word for a supervisor",
    "web:readyz": "one word for a supervisor",
}
