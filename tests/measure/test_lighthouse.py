"""What Lighthouse is asked, and what is made of its answers; `tests/site/every_page.py` runs it on every page."""

import json

import pytest

from measure import lighthouse, node
from measure.lighthouse import Result

ANSWERS = [
    {"address": "a", "scores": {"seo": 1}, "faults": []},
    {"address": "b", "scores": {"seo": 0.5}, "faults": ["x"], "paint": 900},
]


@pytest.mark.parametrize(("category", "waits"), [("seo", lighthouse.SHORT_WAITS), ("performance", {})])
def test_the_waits_are_short_unless_speed_is_measured(monkeypatch, category, waits):
    requests = []

    def run(script, request):
        assert script.exists()
        requests.append(json.loads(request))
        return "".join(f"{json.dumps(answer)}\n" for answer in ANSWERS)

    monkeypatch.setattr(lighthouse, "chromium", lambda: "chromium")
    monkeypatch.setattr(node, "run", run)
    assert lighthouse.look(["a", "b"], [category], ["image-alt"]) == [
        Result("a", {"seo": 1}, []),
        Result("b", {"seo": 0.5}, ["x"], 900),
    ]
    [request] = requests
    assert request["addresses"] == ["a", "b"]
    asked = {"onlyCategories": [category], "skipAudits": ["image-alt"], "disableFullPageScreenshot": True}
    assert request["settings"] == asked | waits
