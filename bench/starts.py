"""S12: how long a newcomer waits for the demo, the first time and the second."""

import time
from pathlib import Path

from .ground import Ground
from .report import Report

FIRST_MOST, SECOND_MOST = 120, 5  # seconds


def demo(report: Report, folder: Path) -> Ground:
    """Start the demo twice on an empty folder, as bin/run does: migrate, load, serve. Returns it."""
    ground = Ground(folder)
    for name, most in (("first", FIRST_MOST), ("second", SECOND_MOST)):
        started = time.perf_counter()
        ground.tongxin("migrate", "--verbosity", "0", TONGXIN_DEMO="1")
        ground.tongxin("load_demo", TONGXIN_DEMO="1")
        with ground.serve(TONGXIN_DEMO="1"):
            seconds = time.perf_counter() - started
        report.exact(
            "S12", f"{name} start of the demo, seconds", f"{seconds:.1f}", f"≤ {most}", seconds <= most, seconds=seconds
        )
    return ground
