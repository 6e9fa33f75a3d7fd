import pytest

from harness import Relay, UNDER_TEST, World


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if call.when == "call":
        item.passed = report.passed
        world = item.funcargs.get("world")
        if world and not report.passed:
            report.sections.append(("logs of all processes", world.logs()))


@pytest.fixture
def world(tmp_path, request):
    world = World(tmp_path)
    try:
        yield world
    finally:
        world.close(passed=getattr(request.node, "passed", False))


def pytest_report_header(config):
    return f"relay under test: {' '.join(Relay.program(UNDER_TEST))}"
