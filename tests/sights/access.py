"""The pages of `access`."""

from .finding import D, Sight, model


def _staff_post(person):
    """A post of staff that is not the reader's own."""
    posts = model("access.Appointment").objects.current().filter(role="secretary").exclude(person=person)
    post = posts.order_by("pk").first()
    return post and post.pk


def _own_post(person):
    from tongxin.access.deputies import posts_to_lend

    post = posts_to_lend(person).first()
    return post and post.pk


SIGHTS = [
    Sight("任职", "access:appointments", ("guan",), D),
    Sight("任职·快到期的", "access:appointments", ("guan",), D, query="?which=ending"),
    Sight("新任职", "access:new", ("guan",), D),
    Sight("给已有账号的同事任职", "access:existing", ("guan",), D),
    Sight("结束任职", "access:end", ("guan",), D, find=_staff_post),
    Sight("定任期", "access:term", ("guan",), D, find=_staff_post),
    Sight("请人代理", "access:deputies", ("wang", "shen"), D),
    Sight("请人代理·填写", "access:delegate", ("wang",), D, find=_own_post),
]
