"""What it costs to check a certificate, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_CHECKER = """
import sys, time
from exactrev.checker.__main__ import main
code = main(sys.argv[1:])
peak = [line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")]
print(time.process_time(), *(peak or ["0"]))
sys.exit(code)
"""


def check(path: Path) -> tuple[bool, float, float]:
    """Accepted or not, CPU seconds (Python's start included), and megabytes at the most."""
    done = subprocess.run(
        [sys.executable, "-c", _CHECKER, str(path)], capture_output=True, text=True, check=False
    )
    seconds, kilobytes = done.stdout.splitlines()[-1].split()
    return done.returncode == 0, float(seconds), int(kilobytes) / 1024
