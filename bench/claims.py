"""S0, S1, S2: claiming a seat. Nobody is given a seat too many, every seat is filled, and it costs little more than it must."""

from .ground import FLOORS, Ground
from .load import Outcome, get, post, press
from .report import Report, Rounds

AT_ONCE = 48
PEOPLE, SEATS = 200, 20
MANY, MANY_TASKS, MANY_SEATS = 2_000, 500, 4
HELLO = 400  # requests a reading
SERVED = {302}  # a claim ends with a redirect to the task


def races(report: Report, grounds: dict, *, rounds: int) -> None:
    """S0: two hundred people on twenty seats again and again, then two thousand on five hundred times four."""
    for ground, people in grounds.values():
        small = _tasks(ground, people, rounds, SEATS)
        large = _tasks(ground, people, MANY_TASKS, MANY_SEATS)
        with ground.serve() as server:
            out = [press(server.port, _everybody(people["sessions"][:PEOPLE], task), at_once=AT_ONCE) for task in small]
            crowd = [post(f"/tasks/{large[n % MANY_TASKS]}/claim/", who) for n, who in enumerate(people["sessions"])]
            out.append(press(server.port, crowd, at_once=AT_ONCE))
        _judge_races(report, ground, f"{rounds} races {PEOPLE}/{SEATS}", out[:-1], small, SEATS)
        _judge_races(report, ground, f"{MANY:,} on {MANY_TASKS}×{MANY_SEATS}", out[-1:], large, MANY_SEATS)


def _judge_races(report, ground, what, outcomes: list[Outcome], tasks, seats):
    pressed = sum(len(outcome.waits) for outcome in outcomes)
    truth = ground.run("data:settled", tasks=tasks, seats=seats, pressed=pressed)
    broken = sum(outcome.refused_or_broken() for outcome in outcomes)
    odd = sum(n for outcome in outcomes for status, n in outcome.statuses.items() if status not in SERVED) - broken
    good = not (truth["over"] or truth["empty"] or truth["drift"] or truth["problems"] or broken or odd)
    told = f"over {truth['over']}, empty {truth['empty']}, drift {truth['drift']}, 5xx {broken}"
    report.exact(
        "S0", f"{what}, {ground.kind}", told + (f", other answers {odd}" if odd else ""), "all 0", good,
        rate=[outcome.rate for outcome in outcomes], p95=[outcome.p95 for outcome in outcomes], problems=truth["problems"],
    )  # fmt: skip


def over_http(report: Report, ground: Ground, people: dict, *, rounds: int, races: int = 3) -> None:
    """S1: the product's claim and the floor's in turn; then one race in which everybody presses in the same moment."""
    ours, floor = (_tasks(ground, people, rounds * (races + 1), SEATS) for _ in range(2))
    sessions = people["sessions"][:PEOPLE]
    told: dict[str, list[float]] = {
        key: []
        for key in ("ours", "floor", "ours_race", "floor_race", "ours_p95", "floor_p95", "ours_busy", "floor_busy")
    }
    hello = report.hello.setdefault("S1", [])
    with ground.serve() as product, ground.serve(FLOORS) as base:
        _warm(product, base, sessions)
        for _ in range(rounds):
            hello.append(press(base.port, [get("/hello/")] * HELLO, at_once=8).rate)
            for key, server, tasks, at in (
                ("floor", base, floor, "/claim/{}/"),
                ("ours", product, ours, "/tasks/{}/claim/"),
            ):
                crowd = [post(at.format(task), who) for task in _some(tasks, races) for who in sessions]
                before = server.busy()
                outcome = _served(press(server.port, crowd, at_once=AT_ONCE))
                told[f"{key}_busy"].append((server.busy() - before) / len(crowd) * 1000)
                told[key].append(outcome.rate)
                told[f"{key}_p95"].append(outcome.p95)
                race = [post(at.format(task), who) for task in _some(tasks, 1) for who in sessions]
                told[f"{key}_race"].append(_served(press(server.port, race, at_once=len(race))).seconds)
    figures = {key: Rounds(values) for key, values in told.items()}
    report.show("S1", "hello view, requests/s", Rounds(hello).text(), values=hello)
    report.show("S1", f"floor claim, requests/s ({ground.kind})", figures["floor"].text(), values=told["floor"])
    report.show("S1", f"our claim, requests/s ({ground.kind})", figures["ours"].text(), values=told["ours"])
    busy = figures["floor_busy"].over(figures["ours_busy"])
    report.ratio(
        "S1", "claim over HTTP ÷ floor claim", figures["ours"].over(figures["floor"]), "≥ 0.5", least=0.5, **told
    )
    report.show("S1", "the same by the servers' processor time", busy.text("{:.2f}"))
    race = figures["ours_race"].over(figures["floor_race"])
    report.ratio("S1", f"race of {PEOPLE}: time to the last answer ÷ floor", race, "≤ 2", most=2)


def in_process(report: Report, grounds: dict, *, rounds: int) -> None:
    """S2: the verb itself beside three raw statements, one process, one connection."""
    for ground, people in grounds.values():
        least = 0.3 if ground.server else 0.2
        told = ground.run("inside:claims", place=people["place"], people=people["people"][:MANY], rounds=rounds)
        ours, raw = Rounds(told["ours"]), Rounds(told["raw"])
        report.show("S2", f"raw claims/s, ours/s ({ground.kind})", f"{raw.text()}, {ours.text()}", **told)
        report.ratio("S2", f"claim in process ÷ raw SQL, {ground.kind}", ours.over(raw), f"≥ {least}", least=least)
    report.exact("S2", "queries of a claim", str(told["queries"]), "≤ 10", told["queries"] <= 10)


def _everybody(sessions, task):
    return [post(f"/tasks/{task}/claim/", who) for who in sessions]


def _tasks(ground, people, count, seats) -> list[int]:
    return ground.run("data:open_tasks", place=people["place"], count=count, seats=seats, contact=people["people"][0])


def _some(tasks: list, count: int) -> list:
    return [tasks.pop() for _ in range(count)]


def _warm(product, base, sessions):
    press(product.port, [get("/tasks/", who) for who in sessions[:80]], at_once=16, renew=5)
    press(base.port, [get("/page/", who) for who in sessions[:80]], at_once=16, renew=5)


def _served(outcome: Outcome) -> Outcome:
    if broken := outcome.refused_or_broken():
        raise RuntimeError(f"{broken} of {len(outcome.waits)} answers failed: {dict(outcome.statuses)}")
    return outcome
