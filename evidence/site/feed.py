"""The feed of what releases changed (RSS 2.0), for people who want to follow them."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from email.utils import format_datetime
from urllib.parse import urljoin
from xml.etree import ElementTree

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from evidence.findings.changes import Change, changes
from evidence.findings.families import family
from evidence.findings.measurements import Measurements, current_measurements
from evidence.findings.release_notes import release_notes
from evidence.site.html import counted
from evidence.site.tables.changes import change_title

ADDRESS = "reference/what-changed.xml"
PAGES = {
    name: f"reference/what-changed{end}/"
    for name, end in {
        "keras-3": "",
        "tf-keras": "-tf-keras",
        "keras-1-and-2": "-keras-1-and-2",
    }.items()
}
NEWEST = 20


def add_feed(files: Files, config: MkDocsConfig) -> None:
    """Add the feed to the site's files, if the site knows its own address: a feed's links need it."""
    if config.site_url:
        content = feed(current_measurements(), config.site_url, config.site_name)
        files.append(File.generated(config, ADDRESS, content=content))


def feed(measurements: Measurements, site: str, name: str) -> str:
    """Return the feed of the newest releases that changed something, newest first."""
    rss = ElementTree.Element("rss", version="2.0")
    channel = ElementTree.SubElement(rss, "channel")
    page = urljoin(site, PAGES["keras-3"])
    add(
        channel,
        title=f"{name}: what changed in Keras",
        link=page,
        description="What each release of Keras does differently",
    )
    of_behaviour = [change for change in changes(measurements, measurements.environments) if change.of_behaviour]
    for change in sorted(of_behaviour, key=lambda change: change.newer.released, reverse=True)[:NEWEST]:
        link = urljoin(site, f"{PAGES[family(change.newer)]}#{change.newer.key.replace('.', '-')}")
        released = datetime.datetime.combine(change.newer.released, datetime.time(), datetime.UTC)
        add(
            ElementTree.SubElement(channel, "item"),
            title=change_title(change),
            link=link,
            guid=link,
            pubDate=format_datetime(released),
            description=" ".join(description(change)),
        )
    ElementTree.indent(rss)
    return ElementTree.tostring(rss, encoding="unicode", xml_declaration=True)


def description(change: Change) -> Iterator[str]:
    """Yield the sentence about a release, if there is one, and how many blocks behave differently."""
    if note := release_notes().get(change.newer.key):
        yield note.replace("`", "")
    number = len(change.of_behaviour)
    yield f"{counted(number, 'block')} of the guide {'behaves' if number == 1 else 'behave'} differently."


def add(parent: ElementTree.Element, **texts: str) -> None:
    for tag, text in texts.items():
        ElementTree.SubElement(parent, tag).text = text
