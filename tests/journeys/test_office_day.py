"""The day of a whole federation is lived through, at a size that takes seconds."""

import re
import subprocess
import sys

from bench.running import ROOT


def test_a_short_office_day_ends_with_its_figure() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench.office_day", "--short"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert done.returncode == 0, done.stderr[-2000:]
    told = done.stdout.splitlines()
    assert re.fullmatch(r"office_day: \d+\.\d\d signed documents/s \(ratio \d\.\d{3}\)", told[-1])
    named = {line.partition("  ")[0] for line in told}
    assert named >= {"page /", "page /documents", "api /tasks", "page /search", "act seal"}
