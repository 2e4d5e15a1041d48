"""The licences are complete, and the places that name them agree."""

import hashlib
import re
import tomllib

import pytest
import yaml
from mkdocs.utils.yaml import yaml_load

from evidence.files import ROOT
from evidence.site.published_records import LICENCE

AUTHORS = "The Keras Layer Surgery authors"
# Each licence, its text as published, and its address.
LICENCES = {
    "Apache-2.0": (
        "LICENSE",
        "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30",
        "https://www.apache.org/licenses/LICENSE-2.0",
    ),
    "CC BY 4.0": (
        "LICENSE-docs",
        "9ba9550ad48438d0836ddab3da480b3b69ffa0aac7b7878b5a0039e7ab429411",
        "https://creativecommons.org/licenses/by/4.0/",
    ),
    "CC0 1.0": (
        "LICENSE-data",
        "a2010f343487d3f7618affe54f789f5487602331c0a8d03f49e9a7c547cf0499",
        LICENCE,
    ),
}


def text(name):
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.fixture
def configuration(monkeypatch):
    """mkdocs.yml without a workflow's variables."""
    monkeypatch.delenv("REPO_URL", raising=False)
    return yaml_load(text("mkdocs.yml"))


@pytest.fixture(scope="module")
def citation():
    return yaml.safe_load(text("CITATION.cff"))


@pytest.mark.parametrize(("name", "digest", "address"), LICENCES.values(), ids=LICENCES)
def test_a_licence_is_the_whole_text(name, digest, address):
    assert hashlib.sha256(text(name).encode()).hexdigest() == digest


def test_the_readme_names_each_licence_with_its_text():
    links = re.findall(r"^\| .* \| \[(.+?)\]\((LICENSE.*?)\)", text("README.md"), re.MULTILINE)
    assert links == [(licence, name) for licence, (name, _, _) in LICENCES.items()]


def test_the_package_and_the_citation_are_under_the_licence_of_the_code(citation):
    project = tomllib.loads(text("pyproject.toml"))["project"]
    assert project["license"] == citation["license"] == next(iter(LICENCES))
    assert project["license-files"] == ["LICENSE"]


def test_the_authors_have_one_name(citation, configuration):
    assert citation["authors"] == tomllib.loads(text("pyproject.toml"))["project"]["authors"] == [{"name": AUTHORS}]
    [notice] = re.findall(r"^© .*$", text("README.md"), re.MULTILINE)
    assert notice == f"© 2026 {AUTHORS}." and configuration["copyright"].startswith(f"{notice} ")


def test_the_citation_is_of_this_guide(citation, configuration):
    assert citation["cff-version"] == "1.2.0" and citation["message"]
    assert citation["title"] == configuration["site_name"]
    assert citation["abstract"] == configuration["site_description"]
    assert citation["repository-code"] == configuration["repo_url"]


def test_the_foot_of_each_page_names_the_licences_and_leads_to_the_repository(pages):
    files = "https://github.com/someone/somewhere/blob/main/"
    for path, page in pages.items():
        links = [(link.get_text(), link["href"]) for link in page.select(".md-footer .md-copyright a")]
        assert sorted(links[:3]) == sorted((licence, address) for licence, (_, _, address) in LICENCES.items()), path
        assert [link["href"] for link in page.select(".md-footer a[rel=license]")] == [LICENCES["CC BY 4.0"][2]]
        targets = [address.removeprefix(files) for _, address in links[3:]]
        assert targets == ["CITATION.cff", "CHANGELOG.md"] and all((ROOT / name).exists() for name in targets)
