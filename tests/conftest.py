"""What holds for all tests: they can be repeated, and can be run in the background."""

import signal
from typing import Any

from hypothesis import settings

# Laws are searched for counterexamples among the same examples every time.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")

# A shell lets what it starts in the background ignore Ctrl-C, and that is inherited: tests press it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say plainly that the browser was not tested."""
    skipped = [
        report for report in terminalreporter.stats.get("skipped", []) if "browser test:" in str(report.longrepr)
    ]
    if skipped:
        terminalreporter.write_line(f"The page was not tested in a browser: {len(skipped)} tests skipped (why: below).")
