"""GitHub can read the forms that readers report problems with. Nothing else here reads them."""

import re

import pytest
import yaml

from evidence.files import ROOT
from evidence.pages.blocks import read_text

FOLDER = ROOT / ".github" / "ISSUE_TEMPLATE"
FORMS = {
    path.name: yaml.safe_load(read_text(path)) for path in sorted(FOLDER.glob("*.yml")) if path.name != "config.yml"
}
ATTRIBUTES = {
    "input": {"label", "description", "placeholder", "value"},
    "textarea": {"label", "description", "placeholder", "value", "render"},
}


def test_there_is_a_form_for_each_kind_of_report():
    assert FORMS.keys() == {"wrong-page.yml", "unanswered-question.yml", "unknown-error-message.yml"}
    assert len({form["name"] for form in FORMS.values()}) == len(FORMS)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_form_has_what_github_asks_for(form):
    assert form.keys() == {"name", "description", "body"} and form["name"] and form["description"]
    for field in form["body"]:
        assert field.keys() <= {"type", "id", "attributes", "validations"}
        assert field["attributes"].keys() <= ATTRIBUTES[field["type"]]
        assert re.fullmatch(r"[\w-]+", field["id"]) and field["attributes"]["label"]
    ids = [field["id"] for field in form["body"]]
    assert len(ids) == len(set(ids))
    assert any(field.get("validations") == {"required": True} for field in form["body"])


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_form_asks_for_the_keras_as_the_site_does(form):
    dialog = re.findall(r"<code>(python -c .*?)</code>", read_text(ROOT / "theme" / "main.html"))
    [attributes] = [field["attributes"] for field in form["body"] if field["id"] == "my-keras"]
    assert attributes["label"] == "My Keras"
    assert re.findall(r"`(.*?)`", attributes["description"]) == dialog != []


def test_the_page_to_choose_a_form_offers_a_blank_issue_and_keras():
    config = yaml.safe_load(read_text(FOLDER / "config.yml"))
    assert config["blank_issues_enabled"] is True
    [keras] = config["contact_links"]
    assert keras.keys() == {"name", "url", "about"}
    assert keras["url"] == "https://github.com/keras-team/keras/issues"
