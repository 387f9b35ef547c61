"""The day, machine and interpreter a result belongs to, in one line."""

from __future__ import annotations

import datetime
import os
import platform
from pathlib import Path


def cpu_model() -> str:
    """The processor's name as the system gives it."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def describe() -> str:
    """For example ``2026-01-31 · Intel Xeon, 2 cores · CPython 3.11.7 · Linux x86_64``."""
    return " · ".join(
        [
            datetime.date.today().isoformat(),
            f"{cpu_model()}, {os.cpu_count()} cores",
            f"{platform.python_implementation()} {platform.python_version()}",
            f"{platform.system()} {platform.machine()}",
        ]
    )
