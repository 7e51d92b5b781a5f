"""S12: how long a newcomer waits for the demo, the first time and the second."""

import time
from pathlib import Path

from .ground import FLOORS, Ground
from .load import get, press
from .report import Report

FIRST_MOST, SECOND_MOST = 120, 5  # seconds
HELLO = 400


def demo(report: Report, folder: Path) -> Ground:
    """Start the demo twice on an empty folder, as bin/run does: migrate, load, serve. Returns it."""
    ground = Ground(folder)
    hello, waits = report.hello.setdefault("S12", []), []
    for _ in range(2):
        started = time.perf_counter()
        ground.tongxin("migrate", "--verbosity", "0", TONGXIN_DEMO="1")
        ground.tongxin("load_demo", TONGXIN_DEMO="1")
        with ground.serve(TONGXIN_DEMO="1"):
            waits.append(time.perf_counter() - started)
        with ground.serve(FLOORS) as base:
            press(base.port, [get("/hello/")] * 100, at_once=8)
            hello.append(press(base.port, [get("/hello/")] * HELLO, at_once=8).rate)
    report.timed("S12", "first start of the demo, seconds", waits[0], FIRST_MOST)
    report.timed("S12", "second start of the demo, seconds", waits[1], SECOND_MOST)
    return ground
