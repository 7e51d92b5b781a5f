"""The pages of `tasks`."""

from .finding import MEMBERS, D, Sight, coming, done_claim, task

SIGHTS = [
    Sight("任务", "tasks:list", MEMBERS),
    Sight("我认领的", "tasks:mine", ("alan", "zhou")),
    Sight("我做过的", "tasks:mine", ("alan",), query="?which=over"),
    Sight("任务·可认领", "tasks:detail", ("alan", "zhou", "wang"), find=lambda p: coming(p, risk="low")),
    Sight("任务·先读说明", "tasks:detail", ("alan",), find=lambda p: coming(p, risk="some")),
    Sight("任务·已认领", "tasks:detail", ("alan",), find=lambda p: coming(p, claimed="claimed")),
    Sight("任务·已登记", "tasks:detail", ("alan",), find=lambda p: task(p, claimed="reported")),
    Sight("登记时长", "tasks:report", ("alan",), find=done_claim),
    Sight("任务板", "tasks:board", ("zhou", "wang"), D),
    Sight("发布任务", "tasks:new", ("zhou", "wang"), D),
    Sight("取消任务", "tasks:cancel", ("zhou", "wang"), D, find=lambda p: coming(p)),
    Sight("时长核验", "tasks:verify", ("zhou", "wang"), D),
]
