"""Laws are searched for counterexamples among the same examples every time: a run of the tests can be repeated."""

from typing import Any

from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say plainly that the browser was not tested."""
    skipped = [
        report for report in terminalreporter.stats.get("skipped", []) if "browser test:" in str(report.longrepr)
    ]
    if skipped:
        terminalreporter.write_line(f"The page was not tested in a browser: {len(skipped)} tests skipped (why: below).")
