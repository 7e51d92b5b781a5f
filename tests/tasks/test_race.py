"""Two hundred people press at once, through real HTTP and two processes: no oversell, and every seat filled."""

import pytest

from tests import races

pytestmark = pytest.mark.xdist_group("race")


@pytest.fixture(scope="module")
def ground(tmp_path_factory):
    """Two hundred and thirty people and two tasks of twenty seats: one for the product, one for its red twin."""
    with races.ground(tmp_path_factory.mktemp("race")) as ground:
        ground.people, ground.tasks = ground.prepare(people=230, seats=[20, 20])
        yield ground


def claims_of(state, task):
    return [claim for claim in state["claims"] if claim["task"] == task]


def by_status(state, task, status):
    return [claim["pk"] for claim in claims_of(state, task) if claim["status"] == status]


def taken(state, task):
    return next(row["taken"] for row in state["tasks"] if row["pk"] == task)


def test_two_hundred_people_on_twenty_seats(ground):
    task, first, late = ground.tasks[0], ground.people[:200], ground.people[200:]
    with ground.server():
        answers = ground.press([(person, f"/tasks/{task}/claim/") for person in first])
        claimed = ground.state()
        # Everybody who has a seat withdraws while others come: the seats go to the first in line, none stays empty.
        seated, waiting = by_status(claimed, task, "claimed"), by_status(claimed, task, "waiting")
        session_of = dict(zip(sorted({c["person"] for c in claimed["claims"]}), first, strict=True))
        person_of = {claim["pk"]: claim["person"] for claim in claimed["claims"]}
        leaving = [(session_of[person_of[pk]], f"/tasks/claims/{pk}/withdraw/") for pk in seated]
        coming = [(person, f"/tasks/{task}/claim/") for person in late]
        mixed = [press for pair in zip(leaving, coming, strict=False) for press in pair] + coming[len(leaving) :]
        more_answers = ground.press(mixed)
        # The same person presses eight times at once.
        again = ground.press([(late[0], f"/tasks/{task}/claim/")] * 8)
    settled = ground.state()

    assert set(answers) == set(more_answers) == set(again) == {302}
    assert taken(claimed, task) == len(seated) == 20
    assert len(waiting) == 180
    assert claimed["events"] == 200
    assert claimed["problems"] == []

    assert taken(settled, task) == len(by_status(settled, task, "claimed")) == 20
    assert by_status(settled, task, "claimed") == waiting[:20]
    assert len(by_status(settled, task, "withdrawn")) == 20
    assert len(settled["claims"]) == 230
    assert settled["problems"] == []


def test_red_twin_looking_before_writing_oversells(ground):
    task = ground.tasks[1]
    with ground.server("tests.races_naive:application"):
        answers = ground.press([(person, f"/tasks/{task}/claim/") for person in ground.people[:60]])
    state = ground.state()

    assert answers.count(302) > 20
    assert len(by_status(state, task, "claimed")) > 20
    assert any(f"tasks.task {task}" in line and "实际在册" in line for line in state["problems"])
