"""The table and the file at the end: what was measured, beside what, and whether it is good enough."""

import json
import os
import platform
import statistics
import subprocess
import unicodedata
from dataclasses import asdict, dataclass, field
from pathlib import Path

from .ground import ROOT

STEADY = 0.25  # how much the hello view may vary between rounds before ratios mean nothing
OK, OVER, UNJUDGED, SHOWN = "ok", "OVER", "unjudged", ""


@dataclass
class Row:
    """One line of the table. Figures are medians, with the lowest and highest round; `verdict` judges `value`."""

    id: str
    what: str
    value: str
    target: str
    verdict: str
    figures: dict = field(default_factory=dict)


@dataclass
class Rounds:
    """The same figure of several rounds."""

    values: list[float]

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    def text(self, form="{:,.0f}") -> str:
        """ "412 (398–430)"."""
        return f"{form.format(self.median)} ({form.format(min(self.values))}–{form.format(max(self.values))})"

    def over(self, other: "Rounds") -> "Rounds":
        """This divided by the other, round by round: the noise of a moment is in both."""
        return Rounds([ours / theirs for ours, theirs in zip(self.values, other.values, strict=True)])


class Report:
    """Collects rows and the readings of the hello view that say whether the machine was steady."""

    def __init__(self):
        self.rows: list[Row] = []
        self.hello: dict[str, list[float]] = {}

    def steady(self, part: str) -> bool:
        """Whether the hello view held still: in this part, or in all of them for a part that did not ask it."""
        readings = [self.hello[part]] if part in self.hello else list(self.hello.values())
        return all((max(values) - min(values)) / statistics.median(values) <= STEADY for values in readings)

    def exact(self, id, what, value, target, good, **figures):
        """A row that is right or wrong, whatever the machine does."""
        self._add(Row(id, what, value, target, OK if good else OVER, figures))

    def timed(self, id, what, seconds, most, **figures):
        """A wait with a limit in seconds; not judged when the machine was not steady."""
        verdict = (OK if seconds <= most else OVER) if self.steady(id) else UNJUDGED
        self._add(Row(id, what, f"{seconds:.1f}", f"≤ {most}", verdict, figures | {"seconds": seconds}))

    def ratio(self, id, what, ratio: Rounds, target, *, most=None, least=None, **figures):
        """A row whose median ratio has a limit; not judged when the machine was not steady."""
        good = ratio.median <= most if most is not None else ratio.median >= least
        verdict = (OK if good else OVER) if self.steady(id) else UNJUDGED
        self._add(Row(id, what, ratio.text("{:.2f}"), target, verdict, figures | {"ratio": ratio.values}))

    def show(self, id, what, value, **figures):
        """A figure for the feeling only."""
        self._add(Row(id, what, value, "", SHOWN, figures))

    def _add(self, row):
        self.rows.append(row)
        print(f"  {row.id:<4} {row.what}: {row.value}  {row.verdict}", flush=True)

    @property
    def over(self) -> bool:
        return any(row.verdict == OVER for row in self.rows)

    def table(self, about: dict) -> str:
        """Markdown, columns aligned for a terminal as well."""
        head = ["", "what", "measured, median (min–max)", "target", "verdict"]
        lines = [head, *([row.id, row.what, row.value, row.target, row.verdict] for row in self.rows)]
        widths = [max(_width(line[n]) for line in lines) for n in range(len(head))]
        cells = [
            "| " + " | ".join(_fill(text, width) for text, width in zip(line, widths, strict=True)) + " |"
            for line in lines
        ]
        cells.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
        facts = [f"{name}: {value}" for name, value in about.items()]
        return "\n".join([*facts, "", *cells])

    def write(self, path: Path, about: dict) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        answer = {"about": about, "hello": self.hello, "rows": [asdict(row) for row in self.rows]}
        path.write_text(json.dumps(answer, ensure_ascii=False, indent=1) + "\n")


def about(cores: list[int], sizes: str, seed: int) -> dict:
    """Machine, commit, sizes, seed: what a figure means nothing without."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    changed = subprocess.run(["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, text=True)
    model = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), ""
    )
    memory = next(
        (int(line.split()[1]) // 1024**2 for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0
    )
    return {
        "machine": f"{model or platform.machine()}, {os.cpu_count()} cores of which {len(cores)} used, {memory} GB, load "
        f"{os.getloadavg()[0]:.1f}",
        "commit": (commit.stdout.strip() or "none yet") + (" with changes" if changed.stdout.strip() else ""),
        "python": platform.python_version(),
        "sizes": sizes,
        "seed": seed,
    }


def _lines(path):
    return Path(path).read_text().splitlines() if Path(path).exists() else []


def _width(text) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _fill(text, width) -> str:
    return text + " " * (width - _width(text))
