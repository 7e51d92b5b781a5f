"""Two quick presses are one: the page takes the first, and the house would too."""

from tests.journeys.test_report_in import check_in
from tongxin.registrations.models import Registration
from tongxin.tasks.models import Claim


def press_twice(hand, words):
    """Two presses within a few milliseconds, as an impatient thumb makes them."""
    button = hand.page.get_by_role("button", name=words).first
    button.evaluate("button => { button.click(); button.click(); }")
    hand.page.wait_for_load_state("load")


def send_twice(hand, selector):
    """The same form sent twice at once, past the page's own care: two requests are on their way together."""
    return hand.page.evaluate(
        """async (selector) => {
          const form = document.querySelector(selector);
          const send = () => fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
          return (await Promise.all([send(), send()])).map((answer) => answer.status);
        }""",
        selector,
    )


def test_two_presses_make_one_registration(phone, live_world, sms):
    hand = phone()
    press = hand.tap
    hand.tap = lambda words: press_twice(hand, words) if words == "提交报到" else press(words)
    check_in(hand, sms, live_world)
    hand.reads("居委正在审核")
    assert Registration.objects.count() == 1


def test_two_presses_make_one_claim(phone, live_world):
    task = live_world.task()
    hand = phone(live_world.alan).open(f"/tasks/{task.pk}/")
    press_twice(hand, "认领这个任务")
    hand.reads("已认领，谢谢您")
    assert Claim.objects.count() == 1


def test_two_requests_at_once_make_one_claim(phone, live_world):
    """The house itself: nothing holds the second request back."""
    task = live_world.task(seats=1)
    hand = phone(live_world.alan, js=False).open(f"/tasks/{task.pk}/")
    assert send_twice(hand, "#claim") == [200, 200]
    task.refresh_from_db()
    assert (Claim.objects.count(), task.taken) == (1, 1)
