"""The feed lists what releases changed, for its subscribers."""

from xml.etree import ElementTree

from made_up import BLOCK, OTHER, measured

from evidence.site import feed

SITE = "https://guide.example/keras/"


def items(outcomes):
    channel = ElementTree.fromstring(feed.feed(measured({BLOCK: outcomes}), SITE, "Guide")).find("channel")
    return [{element.tag: element.text for element in item} for item in channel.findall("item")]


def test_a_release_that_changed_something_is_an_item(monkeypatch):
    monkeypatch.setattr(feed, "release_notes", lambda: {"3.1": "`pop` returns the layer."})
    [second, first] = items({"3.2": OTHER})[:1], items({"3.0": OTHER})
    assert [item["title"] for item in first] == ["Keras 3.1.0 on TensorFlow after 3.0.0"]
    assert first[0]["link"] == first[0]["guid"] == f"{SITE}reference/what-changed/#3-1"
    assert first[0]["pubDate"] == "Thu, 02 Jan 2020 00:00:00 +0000"
    assert first[0]["description"] == "pop returns the layer. 1 block of the guide behaves differently."
    assert second[0]["description"] == "1 block of the guide behaves differently."


def test_a_release_that_changed_nothing_is_not():
    assert items({}) == []


def test_each_family_has_its_page():
    found = {item["title"]: item["link"] for item in items({"tf-2.15": OTHER, "2.3": OTHER})}
    assert found == {
        "tf.keras of TensorFlow 2.15.0 after 2.14.0": f"{SITE}reference/what-changed-tf-keras/#tf-2-15",
        "Keras 2.3.0 after 1.0.0": f"{SITE}reference/what-changed-keras-1-and-2/#2-3",
    }


def test_the_feed_names_no_more_than_the_newest(monkeypatch):
    monkeypatch.setattr(feed, "NEWEST", 1)
    assert len(items({"3.2": OTHER, "2.3": OTHER})) == 1
