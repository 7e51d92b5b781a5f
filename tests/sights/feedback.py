"""The pages of `feedback`."""

from .finding import Sight, first, model


def own(person):
    """The one at the desk that is due first; None when there is none."""
    return first(model("feedback.Feedback").objects.for_handler(person).waiting().order_by("due_at"))


SIGHTS = [
    Sight("投诉建议", "feedback:new", ("visitor", "alan")),
    Sight("我的留言", "feedback:mine", ("alan",)),
    Sight("投诉建议办理", "feedback:desk", ("he",), "desk"),
    Sight("一条投诉建议", "feedback:detail", ("he",), "desk", find=own),
]

NO_PAGE = {  # GET addresses that are no page of their own
    "feedback:follow": "behind a secret link that the house itself does not know",
}
