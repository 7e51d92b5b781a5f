"""`bin/bench`: measures what docs/speed.md promises, beside the floors, and says where it is over."""

import argparse
import os
import signal
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from tests.postgres import NoPostgres, running

from . import books, claims, data, pages, starts
from .ground import ROOT, Failed, Ground, new_database
from .report import Report, about

CORES = 2  # the targets are for two
SHORT = ["S0", "S1", "S2", "S3", "S5", "S6", "S12"]
LONG = ["S4", "S7", "S8"]


def main() -> int:
    """Measure, print, write. Returns 0 when nothing judged is over its target, else 1."""
    wanted = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    parts = wanted.only or (SHORT + LONG if wanted.full else SHORT)
    cores = sorted(os.sched_getaffinity(0))[-CORES:]
    os.sched_setaffinity(0, cores)  # the loader, the servers and the database share them
    sizes = "S 2,000 people, M 8,957 people and 2,000 tasks" + (
        ", L 200,000 and 50,000, 1M ledger rows" if wanted.full else ""
    )
    facts = about(cores, sizes, data.SEED)
    report, started = Report(), time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix="tongxin-bench-") as folder, running() as server:
            _Bench(report, Path(folder), server, wanted).run(parts)
    except (NoPostgres, Failed) as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    facts["took"] = f"{time.monotonic() - started:.0f} s"
    unsteady = [part for part in report.hello if not report.steady(part)]
    if unsteady:
        facts["unjudged"] = (
            f"the hello view varied by more than a quarter ({', '.join(unsteady)}): ratios are shown, not judged"
        )
    print("\n" + report.table(facts))
    report.write(wanted.json, facts)
    return 1 if report.over else 0


class _Bench:
    """The parts in an order in which one can use what another made."""

    def __init__(self, report, folder, server, wanted):
        self.report, self.folder, self.server = report, folder, server
        self.full, self.rounds = wanted.full, wanted.rounds

    def run(self, parts: list[str]) -> None:
        if {"S12", "S5"} & set(parts):
            demo = starts.demo(self.report, self.folder / "demo")
            if "S5" in parts:
                pages.first_loads(self.report, demo, demo.run("data:cast"))
        if {"S0", "S1", "S2"} & set(parts):
            self._claims(parts)
        if {"S3", "S4", "S6", "S7", "S8"} & set(parts):
            self._district(parts)

    def _claims(self, parts):
        with self._step("one neighbourhood, 2,000 people, both databases"):
            grounds = {"PostgreSQL": self._postgres("claims"), "SQLite": Ground(self.folder / "claims-sqlite")}
            grounds = {
                kind: (ground, ground.run("data:neighbourhood", people=claims.MANY)) for kind, ground in grounds.items()
            }
        if "S1" in parts:
            claims.over_http(self.report, *grounds["PostgreSQL"], rounds=self.rounds)
        if "S2" in parts:
            claims.in_process(self.report, grounds, rounds=max(3, self.rounds - 2))
        if "S0" in parts:
            claims.races(self.report, grounds, rounds=20 if self.full else 5)

    def _district(self, parts):
        with self._step("the register of Putuo"):
            registered = self._postgres("register")
            registered.run("data:registered")
        district, seconds = books.roster(self.report, registered, self.folder, rounds=3)
        week = district.run("data:week", tasks=2000)
        district.run("data:analyze")
        if "S3" in parts:
            pages.phone_list(self.report, district, week, rounds=self.rounds)
            pages.counts(self.report, district, week)
        if "S7" in parts:
            pages.district_page(self.report, district, week, rounds=self.rounds)
        if "S6" in parts and self.full:
            books.larger_roster(self.report, registered, self.folder, seconds)
        if "S4" in parts:
            with self._step("the city, 200,000 people"):
                city = self._postgres("city")
                city.run("data:city", people=200_000)
                large = city.run("data:week", tasks=50_000)
                city.run("data:analyze")
            pages.larger_list(self.report, district, city, (week, large), rounds=self.rounds)
        if "S8" in parts:
            books.year(self.report, district, rows=1_000_000, rounds=3)

    def _postgres(self, name) -> Ground:
        return Ground(self.folder / name, server=self.server, database=new_database(self.server))

    @contextmanager
    def _step(self, words):
        started = time.monotonic()
        yield
        print(f"  made {words} in {time.monotonic() - started:.0f} s", flush=True)


def _arguments():
    parser = argparse.ArgumentParser(
        prog="bin/bench", description="Ratios to the floors, on two cores; docs/speed.md explains."
    )
    parser.add_argument("--full", action="store_true", help=f"also {', '.join(LONG)}, 20 races, the larger roster")
    parser.add_argument("--only", type=lambda text: text.upper().split(","), metavar="S1,S3", help="these parts alone")
    parser.add_argument("--rounds", type=int, default=5, help="of A-B-A-B (5)")
    parser.add_argument(
        "--json", type=Path, default=ROOT / "build" / "bench.json", help="where the figures are written"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
