"""The doors of `feedback`: whoever has something to say, and the district's desk."""

from tongxin.feedback.models import Feedback

from .kinds import EVERYBODY, door, public

DESK = ["he"]

DOORS = [
    public("feedback:new"),
    public("feedback:follow", args="feedback_token"),
    public("feedback:rate", args="feedback_token", method="POST"),
    door("feedback:mine", EVERYBODY),
    door("feedback:rate_own", ["neighbour"], args="own_feedback", method="POST"),
    door("feedback:desk", DESK),
    door("feedback:detail", DESK, args="feedback"),
    door("feedback:let_in", DESK, args="feedback", method="POST"),
    door("feedback:set_aside", DESK, args="feedback", method="POST"),
    door("feedback:take_up", DESK, args="feedback", method="POST"),
    door("feedback:answer", DESK, args="feedback", method="POST"),
    door("feedback:contact", DESK, args="feedback", method="POST"),
]


def things(world) -> dict:
    """One left without an account about the neighbourhood of the cast, and one of somebody's own."""
    unit = {"about_kind": "unit", "about": world.neighbourhood}
    one, token = Feedback.send(kind="complaint", words="窗口中午没有人", **unit)
    own, _ = Feedback.send(kind="praise", words="修得很快", person=world.neighbour, **unit)
    return {"feedback": one.pk, "feedback_token": token, "own_feedback": own.pk}
