"""Tests that cannot run: why, and how many.

Outside CI, a test without what it needs from the system is skipped, and the last lines of the run count such tests by
what they lacked. In CI all of it is there: nothing is skipped, or the run is red.
"""

import os
from collections import Counter

import pytest


def missing(what, how=""):
    """Skip the test at hand for want of something ("browser"), and say how to get it; in CI, fail."""
    reason = f"no {what}: {how}" if how else f"no {what}"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def skipped(config):
    """Count the skipped tests by reason, as far as its first colon."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    reports = reporter.stats.get("skipped", []) if reporter else []
    return Counter(report.longrepr[2].removeprefix("Skipped: ").split(":")[0] for report in reports)


def pytest_sessionfinish(session, exitstatus):
    if os.environ.get("CI") and exitstatus == pytest.ExitCode.OK and skipped(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter, config):
    if counts := skipped(config):
        text = ", ".join(f"{count} ({reason})" for reason, count in sorted(counts.items()))
        terminalreporter.section("tests that did not run")
        terminalreporter.line(f"skipped: {text}" + (": in CI, a failure" if os.environ.get("CI") else ""))
