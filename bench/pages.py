"""S3, S4, S5, S7 and the counts of queries: what a page costs beside a bare one, on the wire, and as the data grow."""

import http.client
import re

import brotli

from .ground import FLOORS, Ground
from .load import get, press
from .report import Report, Rounds

AT_ONCE = 6
REQUESTS = 240  # a burst
HELLO = 600
KB = 1024
COUNTED = {  # the pages that every member opens, and those with a list behind them
    "tasks": "/tasks/", "claims": "/tasks/mine/", "home": "/", "hours": "/service/", "notices": "/notifications/",
    "me": "/people/me/", "check-in": "/registrations/start/",
}  # fmt: skip
FIRST_MOST, OTHER_MOST, LATER_MOST = 60 * KB, 100 * KB, 15 * KB  # residents and riders, others, every page after


def phone_list(report: Report, ground: Ground, week: dict, *, rounds: int) -> Rounds:
    """S3: the list of what one may take, beside the floor page. Returns its p95 by round."""
    sessions = week["sessions"]
    hello, ours, floor, rates = report.hello.setdefault("S3", []), [], [], {"ours": [], "floor": []}
    busy: dict[str, list[float]] = {"ours": [], "floor": []}
    with ground.serve() as product, ground.serve(FLOORS) as base:
        ours_burst, floor_burst = (
            [get(path, sessions[n % len(sessions)]) for n in range(REQUESTS)] for path in ("/tasks/", "/page/")
        )
        for server, burst in ((product, ours_burst), (base, floor_burst)):
            press(server.port, burst[:80], at_once=16, renew=5)
        for _ in range(rounds):
            hello.append(press(base.port, [get("/hello/")] * HELLO, at_once=AT_ONCE, renew=10).rate)
            for values, key, server, burst in (
                (floor, "floor", base, floor_burst),
                (ours, "ours", product, ours_burst),
            ):
                before = server.busy()
                outcome = press(server.port, burst, at_once=AT_ONCE, renew=10)
                busy[key].append(server.busy() - before)
                if set(outcome.statuses) != {200}:
                    raise RuntimeError(f"{key}: {dict(outcome.statuses)}")
                values.append(outcome.p95 * 1000)
                rates[key].append(outcome.rate)
        size = max(press(product.port, ours_burst[:1], at_once=1).sizes)
    ours, floor = Rounds(ours), Rounds(floor)
    report.show("S3", "hello view, requests/s", Rounds(hello).text(), values=hello)
    report.show(
        "S3",
        "floor page, p95 ms (requests/s)",
        f"{floor.text('{:.1f}')} ({Rounds(rates['floor']).median:,.0f})",
        **rates,
    )
    report.show("S3", "task list, p95 ms (requests/s)", f"{ours.text('{:.1f}')} ({Rounds(rates['ours']).median:,.0f})")
    report.ratio(
        "S3", "task list p95 ÷ floor page p95", ours.over(floor), "≤ 3", most=3, ours=ours.values, floor=floor.values
    )
    report.show(
        "S3", "the same by the servers' processor time", Rounds(busy["ours"]).over(Rounds(busy["floor"])).text("{:.2f}")
    )
    report.exact("S3", "task list, raw KB", f"{size / KB:.1f}", "≤ 60", size <= 60 * KB, bytes=size)
    return ours


def counts(report: Report, ground: Ground, week: dict) -> None:
    """Queries of each page, for a reader with a full list and for one whose list has one line."""
    told = ground.run("inside:queries", pages=COUNTED, people=[week["readers"][1], week["few"][0]])
    same = all(len(set(numbers)) == 1 for numbers in told.values())
    words = ", ".join(f"{name} {'/'.join(map(str, dict.fromkeys(numbers)))}" for name, numbers in told.items())
    report.exact("S3", "task list, queries", str(told["tasks"][0]), "≤ 12", max(told["tasks"]) <= 12)
    report.exact("S4", "queries with many and few rows", words, "the same", same, counts=told)


def larger_list(report: Report, small: Ground, large: Ground, weeks: tuple[dict, dict], *, rounds: int) -> None:
    """S4: the same list in the city beside the same list in the district."""
    paths = [[get("/tasks/", week["sessions"][n % len(week["sessions"])]) for n in range(REQUESTS)] for week in weeks]
    p95: list[list[float]] = [[], []]
    with small.serve() as one, large.serve() as other:
        for number in range(rounds + 1):
            for values, server, burst in zip(p95, (one, other), paths, strict=True):
                outcome = press(server.port, burst, at_once=AT_ONCE, renew=10)
                if number:  # the first round warms up
                    values.append(outcome.p95 * 1000)
    ratio = Rounds(p95[1]).over(Rounds(p95[0]))
    what = f"task list at {weeks[1]['members']:,} members ÷ at {weeks[0]['members']:,}, p95"
    report.ratio("S4", what, ratio, "≤ 1.3", most=1.3, small=p95[0], large=p95[1])


def first_loads(report: Report, ground: Ground, cast: dict) -> None:
    """S5: what a phone loads on its first page, everything counted, and on the next ones."""
    with ground.serve() as server:
        port = server.port
        for page in cast["pages"]:
            html, size, sent = _fetch(port, page["path"], page["session"])
            parts = {path: _fetch(port, path)[1] for path in sorted(_parts(port, html))}
            first, most = size + sum(parts.values()), FIRST_MOST if page["first"] else OTHER_MOST
            report.exact(
                "S5", f"{page['name']}: KB of a first load, of a later one", f"{first / KB:.1f}, {size / KB:.1f}",
                f"≤ {most // KB}, ≤ {LATER_MOST // KB}", first <= most and size <= LATER_MOST,
                bytes=first, page=size, sent=sent, parts=parts,
            )  # fmt: skip


def _fetch(port, path, session="") -> tuple[bytes, int, str]:
    """The body in clear, its size on the wire with head, and how it was sent."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    cookies = {"Cookie": f"sessionid={session}"} if session else {}
    connection.request("GET", path, headers={"Accept-Encoding": "br"} | cookies)
    answer = connection.getresponse()
    body, head = answer.read(), sum(len(name) + len(value) + 4 for name, value in answer.getheaders())
    connection.close()
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status}")
    coded = answer.headers.get("Content-Encoding")
    return brotli.decompress(body) if coded == "br" else body, len(body) + head, coded or "not compressed"


def _parts(port, html: bytes) -> set[str]:
    """Addresses of everything the page loads by itself: style, script, icons, pictures, and what the style names."""
    text = html.decode()
    found = {path.partition("#")[0] for path in re.findall(r'(?:src|href)="(/static/[^"]+)"', text)}
    for sheet in [path for path in found if path.endswith(".css")]:
        style = _fetch(port, sheet)[0].decode()
        found |= set(re.findall(r"url\(\"?(/static/[^\")]+)", style))
    return found


def district_page(report: Report, ground: Ground, week: dict, *, rounds: int) -> None:
    """S7, the part that exists: the district's figures beside the floor page."""
    reader = ground.run("data:district_reader")
    page, p95 = get("/figures/", reader), {"ours": [], "floor": []}
    with ground.serve() as product, ground.serve(FLOORS) as base:
        for number in range(rounds + 1):
            for key, server, burst in (
                ("floor", base, [get("/page/", week["sessions"][0])] * 60),
                ("ours", product, [page] * 60),
            ):
                outcome = press(server.port, burst, at_once=2, renew=10)
                if set(outcome.statuses) != {200}:
                    raise RuntimeError(f"{key}: {dict(outcome.statuses)}")
                if number:
                    p95[key].append(outcome.p95 * 1000)
    report.ratio(
        "S7", "district page p95 ÷ floor page p95", Rounds(p95["ours"]).over(Rounds(p95["floor"])), "≤ 3", most=3, **p95
    )
