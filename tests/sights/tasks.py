"""The pages of `tasks`."""

from django.utils import timezone

from .finding import MEMBERS, D, Sight, coming, done_claim, first, model, task


def template(person):
    """The first template this reader may use."""
    from tongxin.tasks.models import TaskTemplate

    return TaskTemplate.objects.usable_by(person).values_list("pk", flat=True).first()


def series(person):
    """A running series of this reader's place."""
    from tongxin.tasks.models import Series

    return Series.objects.published_by(person).filter(status="running").values_list("pk", flat=True).first()


def to_answer(person):
    return first(model("tasks.Claim").objects.filter(person=person, status="corrected"))


def to_correct(person):
    return first(model("tasks.Claim").objects.to_verify(person).exclude(person=person))


def to_decide(person):
    return first(model("tasks.Claim").objects.to_decide(person))


def on_now(person):
    """A task whose help button this person has."""
    from tongxin.tasks.models.incident import is_on, may_note

    near = model("tasks.Task").objects.visible_to(person).filter(starts_at__lt=timezone.now()).order_by("-starts_at")
    return next((task.pk for task in near[:20] if is_on(task) and may_note(task, person)), None)


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
    Sight("年龄段", "tasks:age", ("alan",)),
    Sight("任务模板", "tasks:templates", ("zhou", "wang"), D),
    Sight("用模板发布", "tasks:use_template", ("zhou",), D, find=template),
    Sight("重复的任务", "tasks:series", ("zhou", "wang"), D),
    Sight("停止重复的任务", "tasks:stop_series", ("zhou",), D, find=series),
    Sight("改任务", "tasks:change", ("zhou", "wang"), D, find=lambda p: coming(p)),
    Sight("取消任务", "tasks:cancel", ("zhou", "wang"), D, find=lambda p: coming(p)),
    Sight("时长核验", "tasks:verify", ("zhou", "wang"), D),
    Sight("时长的更正", "tasks:answer", ("alan",), find=to_answer),
    Sight("更正时长", "tasks:correct", ("zhou",), D, find=to_correct),
    Sight("时长异议", "tasks:disputes", ("wang", "shen"), D),
    Sight("裁定时长", "tasks:decide", ("wang",), D, find=to_decide),
    Sight("时长抽查", "tasks:sample", ("wang", "shen", "yan"), D),
    Sight("受伤或求助", "tasks:help", ("alan", "zhou"), find=on_now),
    Sight("受伤求助", "tasks:incidents", ("alan", "zhou", "wang")),
]
