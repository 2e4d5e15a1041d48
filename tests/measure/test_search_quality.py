"""Each question that people asked has an answer, and the site's search finds it."""

import re

import pytest

from evidence.files import ROOT
from evidence.pages.blocks import read_text
from evidence.site.links import HEADING
from measure import search_quality

QUESTIONS = search_quality.read_questions()
PHRASINGS = search_quality.read_questions(search_quality.PHRASINGS)
PAGES = {path.relative_to(ROOT / "docs").as_posix(): read_text(path) for path in (ROOT / "docs").rglob("*.md")}


def headings(page):
    return {heading["id"] for heading in HEADING.finditer(PAGES.get(page, ""))}


def test_the_questions_are_all_there():
    assert len(QUESTIONS) == 127
    assert len({question.topic for question in QUESTIONS}) == 34


def test_the_phrasings_are_of_each_kind():
    assert len(PHRASINGS) == 92
    kinds = {"n't", "quotes", "versions", "typos", "synonyms", "terms", "messages"}
    assert {question.topic for question in PHRASINGS} == kinds


@pytest.mark.parametrize("question", [*QUESTIONS, *PHRASINGS], ids=lambda question: question.typed[:60])
def test_a_heading_answers_it(question):
    for answer in question.answers:
        page, _, heading = answer.partition("#")
        assert heading in headings(page), f"measure/: {answer} is not there. Map the question to another heading."


def words(text):
    return re.findall(r"\w+", text.lower())


def test_no_title_is_pasted_into_a_page():
    texts = {page: f" {' '.join(words(text))} " for page, text in PAGES.items()}
    for question in QUESTIONS:
        title = f" {' '.join(words(question.typed))} "
        is_message = re.match(r"\w+Error: ", question.typed)  # Keras's words, which pages may quote
        if not is_message and len(title.split()) > 4:
            assert not [page for page, text in texts.items() if title in text], question.typed


def test_halves_share_no_topic():
    work, check = search_quality.halves(QUESTIONS)
    assert not {question.topic for question in work} & {question.topic for question in check}
    assert len(work) + len(check) == len(QUESTIONS)
    assert 0.4 < len(work) / len(QUESTIONS) < 0.6


def test_the_start_page_leads_to_each_answers_page(pages):
    links = pages["index.html"].select("article a[href]")
    linked = {link["href"].partition("#")[0].strip("/") for link in links}
    for question in QUESTIONS:
        for page in question.pages - {"index.md"}:
            assert page.removesuffix(".md") in linked, f"docs/index.md has no link to {page}"


@pytest.fixture(scope="module")
def search(needs_chromium, site):
    """The home page, with the cursor in the search field."""
    with search_quality.open_search(site) as page:
        yield page


def test_what_is_pasted_is_words(search):
    """Quotes, colons and signs are search operators, but not in a message."""
    pages = search_quality.results(search, 'Freeze: layers "no_such_word" of axis -1')
    assert "how-to/freeze-layers.md" in pages[: search_quality.FIRST]


@pytest.mark.parametrize(
    ("typed", "alike"),
    [
        ("freeze layers doesn't can\N{RIGHT SINGLE QUOTATION MARK}t", "freeze layers"),
        ("keras freeze 2.3 layers", "freeze layers"),
        ("frezee layers", "freeze layers"),
        ("torch", "PyTorch"),
        ("what is a graph", "graph"),
    ],
)
def test_what_says_nothing_is_not_asked_and_what_is_misspelt_is_mended(search, typed, alike):
    assert search_quality.results(search, typed) == search_quality.results(search, alike)


def test_a_word_that_is_nothing_but_what_says_nothing_is_asked(search):
    assert search_quality.results(search, "keras")


def test_each_letter_is_found(search):
    """lunr confused words with digits when it packed its index: a word that began with "b" was an error."""
    failures = []
    search.on("console", lambda message: failures.append(message.text))
    search_quality.results_of_all(search, list("bcdefghjklmnopqrstuvwxyz"))
    assert not failures


def test_a_pasted_message_that_no_page_has_is_said_to_be_unknown(search):
    known = next(error.typed for error in search_quality.read_messages() if len(error.typed.split()) > 12)
    search_quality.results(search, known)
    unknown = search.locator(".md-search .unknown")
    assert not unknown.is_visible()
    search_quality.results(search, "RuntimeError: cuDNN handle of stream was destroyed while zebra yacht xylophone")
    unknown.wait_for()
    assert "unknown-error-message.yml" in unknown.locator("a").get_attribute("href")
    search_quality.results(search, "freeze layers")
    assert not unknown.is_visible()


def test_a_term_leads_to_the_page_about_it(search):
    """Most messages have it, too, and the lists of messages have each word most often."""
    terms = [question for question in PHRASINGS if question.topic == "terms"]
    hits = search_quality.ask(search, terms)
    assert hits.first == len(terms), misses(hits)


WRONG_WIDTH = (
    'Input 0 of layer "dense_2" is incompatible with the layer: expected axis -1 of input shape to have value 6, '
    "but received input with shape (None, 3)"
)


@pytest.mark.parametrize(
    ("keras", "family"),
    [
        (None, "keras-3"),
        ("keras-3.10-jax", "keras-3"),
        ("tf-2.3", "tf-keras"),
        ("tf-keras-2.21", "tf-keras"),
        ("keras-2.2.4", "keras-1-and-2"),
    ],
)
def test_a_message_leads_to_that_of_the_readers_keras(search, keras, family):
    search.evaluate("keras => rememberedKeras.keep(keras)", keras)
    try:
        pages = search_quality.results(search, WRONG_WIDTH)
    finally:
        search.evaluate("rememberedKeras.keep(null)")
    lists = [page for page in pages if page in search_quality.ERRORS.values()]
    assert lists[0] == search_quality.ERRORS[family]


@pytest.mark.parametrize(
    ("typed", "release"),
    [
        ("3.14", "what-changed/#keras-3-14-tensorflow"),
        ("keras==3.14.1", "what-changed/#keras-3-14-tensorflow"),
        ("2.15", "what-changed-tf-keras/#tf-2-15"),
        ("Keras 2.15", "what-changed-tf-keras/#tf-2-15"),
        ("tf 2.2", "what-changed-tf-keras/#tf-2-2"),
        ("Keras 2.2", "what-changed-keras-1-and-2/#keras-2-2-4"),
        ("keras 1.2.x", "what-changed-keras-1-and-2/#keras-1-2-2"),
        ("tf_keras 2.21", "what-changed-tf-keras/#tf-keras-2-21"),
        ("Keras 1.1", "what-changed-keras-1-and-2/"),  # not measured, so its line
    ],
)
def test_a_version_alone_leads_to_what_that_release_changed(search, typed, release):
    search_quality.results(search, typed)
    first = search.locator(".md-search-result__item").first.locator(".md-search-result__link")
    page, section = (re.sub(r"\?[^#]*", "", first.nth(place).get_attribute("href")) for place in (0, 1))
    assert release in (page.partition("reference/")[2], section.partition("reference/")[2])


def test_a_result_shows_the_row_that_matches(search):
    search_quality.results(search, "'Functional' object has no attribute 'pop'")
    row = search.locator(f"{search_quality.LINKS}[href*='attributes-that-are-gone'] p").first
    assert re.sub(r"\s+", " ", row.inner_text()) == "no attribute 'add', 'pop' · a new keras.Model"


def test_a_result_fits_a_phone(search):
    search.set_viewport_size({"width": 390, "height": 800})
    try:
        search_quality.results(search, f"predict_function in user code ValueError {WRONG_WIDTH}")
        articles = search.locator(".md-search-result__item .md-search-result__article")
        heights = articles.evaluate_all("articles => articles.map(({offsetHeight}) => offsetHeight)")
        assert len(heights) > 5 and max(heights) < 800 / 3
    finally:
        search.set_viewport_size({"width": 1280, "height": 720})


def test_a_result_says_which_words_it_lacks(search):
    search_quality.results(search, "freeze layers zebra yacht xylophone")
    missing = search.locator(".md-search-result__terms").first
    assert missing.inner_text() == "Missing: zebra yacht xylophone"
    assert missing.locator("del").count() == 3


def test_of_the_words_that_a_result_lacks_it_says_ten(search):
    """A pasted traceback has a hundred, and Material creates elements for each, section by section."""
    search_quality.results(search, "freeze layers " + " ".join(f"zebra{letter}" for letter in "abcdefghijkl"))
    assert search.locator(".md-search-result__terms").first.locator("del").count() == 10


def test_of_a_page_the_best_sections_are_offered(search):
    """The index of errors has hundreds that share a word with a message, and it takes long to draw them."""
    search_quality.results(search, message := "Input tensors to a Model must be Keras tensors.")
    titles = search.locator(".md-search-result__item").evaluate_all(
        "items => items.map((item) => [...item.querySelectorAll('h1, h2')].map((title) => title.textContent))"
    )
    assert 10 <= max(map(len, titles)) <= 11  # The page itself comes first, however badly it matches.
    assert any(title.startswith(message) for sections in titles for title in sections)


def test_the_results_of_all_are_those_that_a_reader_is_shown(search):
    """Some of each kind: questions, messages of one and several lines, and words that no page has."""
    typed = [question.typed for question in [*QUESTIONS[::40], *search_quality.read_messages()[::120]]]
    lines = next(error.typed for error in search_quality.read_messages() if "\n" in error.typed)
    typed += [lines, lines.replace("\n", " "), 'Freeze: layers "no_such_word" of axis -1', "zebra"]
    shown = [search_quality.results(search, text) for text in typed]
    assert search_quality.results_of_all(search, typed) == shown
    assert all(shown[:-1]) and not shown[-1]
    assert search_quality.results(search, typed[0]) == shown[0], "They are no longer drawn."


def misses(hits):
    return "\n".join(f"{question.typed}: {', '.join(instead)}" for question, instead in hits.misses)


@pytest.mark.parametrize("half", [0, 1], ids=["work", "check"])
def test_search_finds_the_answers(search, half):
    hits = search_quality.ask(search, search_quality.halves(QUESTIONS)[half])
    assert hits.soon >= 0.9 * hits.asked, misses(hits)
    assert hits.first >= 0.79 * hits.asked


def test_search_finds_other_phrasings(search):
    hits = search_quality.ask(search, PHRASINGS)
    assert hits.soon >= 0.94 * hits.asked, misses(hits)


def test_search_finds_what_models_like_those_of_the_recipes_raise(search):
    """Every one, as people paste it: with a mere percentage, one kind of model could lose its answer."""
    hits = search_quality.ask(search, [question for question in PHRASINGS if question.topic == "messages"])
    assert hits.soon == hits.asked, misses(hits)


def test_search_finds_messages_of_errors(search):
    hits = search_quality.ask(search, search_quality.read_messages())
    assert hits.soon >= 0.95 * hits.asked, misses(hits)
    assert hits.first >= 0.76 * hits.asked
