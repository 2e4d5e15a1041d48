"""Kerases start on first use, and end when there is no room or nobody uses them."""

import threading
import time

import pytest
from small_site import ENVIRONMENTS, start

from evidence.pages.blocks import Block
from evidence.serving.kerases import Kerases, Ticket

PINNED, OTHER, THIRD = ENVIRONMENTS
PRINT = Block("docs/page.md", 1, "import os\nprint(os.environ['ENVIRONMENT'])", None)
ENDLESS = Block("docs/page.md", 1, "print(1, flush=True)\nwhile True:\n    pass", None)


@pytest.fixture
def started():
    return []


@pytest.fixture
def make(started):
    made = []

    def begin(environment):
        started.append(environment)
        return start(environment)

    def make(**options):
        made.append(Kerases(begin, **options))
        return made[-1]

    yield make
    for kerases in made:
        kerases.close()


def in_background(function, *arguments):
    """Call a function in a thread; return the list that gets its result."""
    results = []
    threading.Thread(target=lambda: results.append(function(*arguments)), daemon=True).start()
    return results


def wait_for(condition):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_keras_is_started_once_and_each_is_its_own(make, started):
    kerases = make()
    for environment in PINNED, OTHER, PINNED:
        assert kerases.run(environment, PRINT, Ticket()).output == f"{environment.key}\n"
    assert started == [PINNED, OTHER]


def test_the_one_that_was_not_used_for_longest_makes_room_but_not_the_pinned_one(make, started):
    kerases = make(most=2)
    for environment in PINNED, OTHER, THIRD, PINNED:
        kerases.run(environment, PRINT, Ticket())
    assert started == [PINNED, OTHER, THIRD]
    assert set(kerases._held) == {PINNED, THIRD}


def test_a_run_waits_until_there_is_room_and_can_be_stopped_meanwhile(make, started):
    kerases = make(most=1)
    ticket, waiting, reports = Ticket(), Ticket(), []
    running = in_background(kerases.run, PINNED, ENDLESS, ticket, lambda *report: reports.append(report))
    wait_for(lambda: ("running", "1\n") in reports)
    stopped = in_background(kerases.run, OTHER, PRINT, waiting)
    later = in_background(kerases.run, OTHER, PRINT, Ticket())
    waiting.stop()
    wait_for(lambda: stopped)
    assert stopped[0].error.message == "was stopped"
    assert not running
    assert started == [PINNED]
    ticket.stop()
    wait_for(lambda: later)
    assert running[0].error.type == "Stopped"
    assert later[0].output == "other\n"


def test_a_run_can_be_stopped_while_keras_is_imported(make, monkeypatch):
    kerases, ticket = make(), Ticket()
    monkeypatch.setattr("small_site.WarmKeras.ready", property(lambda self: NeverReady()), raising=False)
    ticket.stop()
    assert kerases.run(PINNED, ENDLESS, ticket).error.message == "was stopped"


class NeverReady:
    def done(self):
        return False


def test_what_nobody_used_for_long_is_ended_but_not_the_pinned_one_or_what_runs(make):
    kerases, ticket = make(idle_seconds=0), Ticket()
    for environment in PINNED, OTHER:
        kerases.run(environment, PRINT, Ticket())
    running = in_background(kerases.run, THIRD, ENDLESS, ticket)
    wait_for(lambda: THIRD in kerases._held and kerases._held[THIRD].keras.busy)
    kerases.end_idle()
    assert set(kerases._held) == {PINNED, THIRD}
    ticket.stop()
    wait_for(lambda: running)


def test_one_that_died_is_started_again(make, started):
    kerases = make()
    kerases.warm_up(PINNED)
    kerases._held[PINNED].keras._process.kill()
    kerases._held[PINNED].keras._process.wait()
    assert kerases.run(PINNED, PRINT, Ticket()).output == "pinned\n"
    assert started == [PINNED, PINNED]


def test_nothing_is_started_any_more_once_it_is_closed(make, started):
    kerases = make()
    kerases.close()
    assert kerases.run(PINNED, PRINT, Ticket()).error.message == "was stopped"
    assert started == []
