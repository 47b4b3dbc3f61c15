"""The bibliography says what was published: a second record, its own keys, and prose that repeats it all agree."""

import re
import unicodedata
from datetime import date
from pathlib import Path

import pytest
import yaml
from paths import ROOT
from pybtex.database import parse_file, parse_string

ENTRIES = parse_file(str(ROOT / "book" / "references.bib")).entries
# Authors, year, title and place of each work, written down apart from the bibliography; and, under `elsewhere`, of
# those that only the library's docstrings name.
RECORD = yaml.safe_load((Path(__file__).parent / "bibliography.yml").read_text(encoding="utf-8"))
NEEDED = {
    "article": {"author", "title", "journal", "year"},
    "book": {"author", "title", "publisher", "year"},
    "incollection": {"author", "title", "booktitle", "publisher", "year", "pages"},
    "inproceedings": {"author", "title", "booktitle", "publisher", "year", "pages"},
    "misc": {"author", "title", "howpublished", "year"},
}
SURNAME = r"(?:de )?[A-Z][A-Za-zé]+(?:-[A-Z][a-z]+)?"
MENTION = re.compile(
    rf"(?P<by>{SURNAME}(?:(?:, {SURNAME})*,? and {SURNAME}| et al\.)?)(?:'s)? \(?(?P<year>(?:19|20)\d\d)\)"
    rf"(?:, \"(?P<title>[^\"]+)\"|, \*(?P<book>[^*]+)\*(?! \d))?(?P<rest>[^`]{{0,150}})",
)
TEXTS = [*sorted((ROOT / "book").rglob("*.md")), *sorted((ROOT / "lib").rglob("*.py"))]


def plain(text):
    """A text of the bibliography without TeX: no braces, accents composed, one kind of dash."""
    marks = {"'": "\u0301", '"': "\u0308", "v": "\u030c"}
    text = re.sub(r"\\(['\"v])\{?(\w)\}?", lambda found: found[2] + marks[found[1]], text)
    text = re.sub(r"\\url\{([^}]*)\}", r"\1", text)
    text = re.sub(r"\s+", " ", re.sub(r"[{}$]|\\widehat", "", text))
    return unicodedata.normalize("NFC", re.sub("-{2,3}", "-", text)).strip()


def letters(text):
    """The plain small letters of a name."""
    return re.sub("[^a-z]", "", unicodedata.normalize("NFKD", text.lower()))


def surnames(entry):
    return [plain(" ".join([*person.prelast_names, *person.last_names])) for person in entry.persons["author"]]


def place(entry):
    """Where a work is to be found, on one line."""
    fields = {name: plain(value) for name, value in entry.fields.items()}
    where = next(fields[name] for name in ("journal", "booktitle", "howpublished", "publisher") if name in fields)
    number = f"({fields['number']})" if "number" in fields else ""
    volume = f" {fields['volume']}{number}" if "volume" in fields else ""
    edition = f", {fields['edition']} edition" if "edition" in fields else ""
    return where + volume + edition + (f", {fields['pages']}" if "pages" in fields else "")


def faults(key, entry):
    """What is wrong with an entry in itself."""
    fields = entry.fields
    if missing := NEEDED[entry.type] - set(fields) - set(entry.persons):
        yield f"{key}: no {', '.join(sorted(missing))}"
        return
    named = re.fullmatch(r"([a-z]+)(\d{4})[a-z]+", key)
    if not named or named[2] != fields["year"]:
        yield f"{key}: the key and the year {fields['year']} disagree"
    if named and entry.persons["author"][0].first_names and named[1] != letters(surnames(entry)[0]):
        yield f"{key}: the key and the first author {surnames(entry)[0]} disagree"
    if not 1700 <= int(fields["year"]) <= date.today().year + 1:
        yield f"{key}: nothing was published in {fields['year']}"
    if "pages" in fields:
        pages = re.fullmatch(r"(\d+)(?:--(\d+))?", fields["pages"])
        if not pages or (pages[2] and not 0 < int(pages[2]) - int(pages[1]) < 200):
            yield f"{key}: no pages are {fields['pages']}"
    if entry.type == "article" and "arXiv" not in fields["journal"] and not {"volume", "pages"} <= set(fields):
        yield f"{key}: an article has a volume and pages"
    for name, pattern in {"volume": r"(PAMI-)?\d+", "number": r"\d+(/\d+)?", "doi": r"10\.\d{4,9}/\S+"}.items():
        if name in fields and not re.fullmatch(pattern, fields[name]):
            yield f"{key}: no {name} is {fields[name]}"
    preprint = re.search(r"arXiv:(\d\d)\d\d\.\d{4,5}$", fields.get("journal", ""))
    if preprint and preprint[1] != fields["year"][2:]:
        yield f"{key}: its number on arXiv is of another year"


@pytest.mark.parametrize("key", ENTRIES)
def test_entry_is_sound(key):
    assert list(faults(key, ENTRIES[key])) == []


def as_recorded(entry):
    return {
        "by": "; ".join(plain(str(person)) for person in entry.persons["author"]),
        "year": int(entry.fields["year"]),
        "title": plain(entry.fields["title"]),
        "in": place(entry),
    }


@pytest.mark.parametrize("key", ENTRIES)
def test_entry_is_what_the_second_record_has(key):
    assert as_recorded(ENTRIES[key]) == RECORD["bibliography"][key]


def test_the_second_record_has_nothing_more():
    assert set(RECORD["bibliography"]) == set(ENTRIES)


SOUND = """@article{rubin1981estimation, author = {Rubin, Donald B.}, title = {Estimation}, journal = {Statistics},
  year = {1981}, volume = {6}, number = {4}, pages = {377--401}, doi = {10.3102/10769986006004377}}"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("year = {1981}", "year = {1957}"),
        ("{rubin1981", "{rubin1957"),
        ("{Rubin,", "{Ruben,"),
        ("377--401", "401--377"),
        ("377--401", "377--4010"),
        ("377--401", "377-401"),
        ("journal = {Statistics},", ""),
        ("volume = {6},", ""),
        ("volume = {6}", "volume = {6th}"),
        ("number = {4}", "number = {four}"),
        ("{10.3102/", "{103102/"),
        ("journal = {Statistics}", "journal = {arXiv preprint arXiv:1804.06788}"),
    ],
)
def test_planted_faults_are_found(old, new):
    for text, wrong in ((SOUND, False), (SOUND.replace(old, new), True)):
        [(key, entry)] = parse_string(text, "bibtex").entries.items()
        assert bool(list(faults(key, entry))) is wrong


def mentions(text):
    """Works that prose names by author and year, with what it says of them."""
    text = re.sub(r"\s+", " ", text.replace("*\n", "* "))
    return list(MENTION.finditer(text))


def known_works():
    return [*RECORD["bibliography"].values(), *RECORD["elsewhere"].values()]


def authors_fit(by, work):
    named = [letters(name) for name in re.split(r",? and |, | et al\.", by) if name]
    given = [letters(name.partition(",")[0]) for name in work["by"].split("; ")]
    return named == given[:1] and len(given) > 2 if "et al." in by else named == given


def lies_there(recorded, journal, volume, pages):
    begins = letters(recorded).replace("series", "").startswith(letters(journal))
    return begins and re.search(rf" {volume}(\(.*\))?, {pages}$", recorded)


def unfounded(text):
    """Mentions that fit no known work: author, year, and title, volume and pages where they are given."""
    for mention in mentions(text):
        fitting = [w for w in known_works() if authors_fit(mention["by"], w) and w["year"] == int(mention["year"])]
        if (title := mention["title"] or mention["book"]) and fitting:
            wanted = letters(title)
            fitting = [w for w in fitting if letters(w["title"]).startswith(wanted)]
        pages = re.match(r",? ?\*([A-Z][^*]+)\*,? (\d+)(?:\(\d+\))?:(\d+-\d+)", mention["rest"])
        if pages:
            fitting = [work for work in fitting if lies_there(work["in"], *pages.groups())]
        if not fitting:
            yield mention[0][:120]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_works_named_in_prose_are_known(path):
    assert list(unfounded(path.read_text(encoding="utf-8"))) == []


def test_the_library_names_works():
    """So that the pattern cannot stop to find them unnoticed."""
    found = [mention for path in TEXTS for mention in mentions(path.read_text(encoding="utf-8"))]
    assert len(found) >= 15
    assert sum(mention["title"] is not None for mention in found) >= 10


@pytest.mark.parametrize(
    "text",
    [
        "as Rubin (1980) says",
        "as Rubin and Stern (1981) say",
        "as Gelman (2013) says",
        'Neal (2003), "Slice samplers", *Annals of Statistics* 31:705-767.',
        'Neal (2003), "Slice sampling", *Annals of Statistics* 13:705-767.',
        'Neal (2003), "Slice sampling", *Annals of Statistics* 31:705-776.',
        'Neal (2003), "Slice sampling", *Annals of Probability* 31:705-767.',
    ],
)
def test_planted_mentions_are_found(text):
    assert list(unfounded(text)) != []


def test_right_mentions_pass():
    assert list(unfounded('Neal (2003), "Slice sampling", *Annals of Statistics* 31:705-767, and Rubin (1981).')) == []


# Where in a work something stands: what the sections of a cited work are about, in words of ours, as its contents say.
# A sentence that sends a reader to a section shares a word with what it is about.
SECTIONS = {
    ("gelman2013bayesian", "section 2.6"): "asthma example poisson",
    ("gelman2013bayesian", "section 2.7"): "kidney rates",
    ("gelman2013bayesian", "chapter 5"): "exchangeability exchangeable hierarchical",
    ("gelman2013bayesian", "section 5.3"): "beta-binomial",
    ("gelman2013bayesian", "section 5.4"): "normal",
    ("gelman2013bayesian", "section 5.5"): "curves experiment",
    ("gelman2013bayesian", "chapter 6"): "checks checking predictive",
    ("gelman2013bayesian", "section 11.6"): "conditionals gibbs",
}


def misplaced(text):
    """Yield the sentences that send a reader to a section about something else, or of which we know nothing."""
    for sentence in re.split(r"(?<=[.!?])\s+(?=[A-Z])|\n\n", text):
        for where, key in re.findall(r"\b((?:section|chapter) \d+(?:\.\d+)?) of \{cite:[tp]\}`(\w+)`", sentence):
            about = SECTIONS.get((key, where), "").split()
            if not any(word in sentence.lower() for word in about):
                yield f"{where} of {key}: {sentence[:150]}"


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_sections_are_about_what_they_are_named_for(path):
    assert list(misplaced(path.read_text(encoding="utf-8"))) == []


def test_a_misplaced_section_is_found():
    right = "The beta-binomial model is treated in section 5.3 of {cite:t}`gelman2013bayesian`."
    assert list(misplaced(right)) == []
    for wrong in ("5.5", "5.4", "3.5"):
        assert len(list(misplaced(right.replace("5.3", wrong)))) == 1


CITATION = re.compile(r"\{cite:[a-z]+\}`([^`]+)`")
QUOTED = yaml.safe_load((Path(__file__).parent / "quotations.yml").read_text(encoding="utf-8"))


def quotations(text):
    return set(re.findall(r"\[((?:[^][]|\[[^]]*\])+)\]\{\.quotation\}", text))


def test_quotations_are_word_for_word_those_of_a_source_that_the_page_cites():
    """A quotation is exempt from the rules for numbers: nothing else would see a threshold that is another one."""
    stray, used = [], set()
    for path in sorted((ROOT / "book").glob("*.md")):
        text = path.read_text(encoding="utf-8")
        cited = {key for group in CITATION.findall(text) for key in group.split(",")}
        cited &= set(QUOTED)
        for words in quotations(text) - {"quotations"}:  # the last says what the marks mean
            sources = {key for key in cited if words in QUOTED[key]}
            used |= {(key, words) for key in sources}
            stray += [] if sources else [f"{path.stem}: {words}"]
    assert stray == []
    assert used == {(key, words) for key in QUOTED for words in QUOTED[key]}


CITED_FOR = yaml.safe_load((Path(__file__).parent / "cited_for.yml").read_text(encoding="utf-8"))


def clauses():
    """Yield each work where it is cited, with the words that lead to it, from the citation before in the paragraph."""
    for path in sorted((ROOT / "book").rglob("*.md")):
        for line in path.read_text(encoding="utf-8").splitlines():
            start = 0
            for found in CITATION.finditer(line):
                before = line[start : found.start()]
                few = len(before.strip()) < 6 or re.search(r"[.;:] $", before)
                after = re.split(r"[.;:]|\{cite", line[found.end() :])[0] if few else ""
                for key in found[1].split(","):
                    yield path.stem, key, f"{before} {after}".strip()
                start = found.end()


def test_each_work_is_cited_for_what_it_is_about():
    """A key that belongs to another work leads a reader to the wrong one."""
    found = list(clauses())
    assert {key for _, key, _ in found} == set(CITED_FOR)
    wrong = [(page, key, words[-80:]) for page, key, words in found if not fits(key, words)]
    assert wrong == []
    noted = {(key, word) for key in CITED_FOR for word in CITED_FOR[key]}
    assert noted == {(key, word) for key, word in noted if any(key == of and word in words for _, of, words in found)}
    others = [fits(other, words) for _, key, words in found for other in CITED_FOR if other != key]
    assert len(others) > 10_000 and sum(others) < 0.02 * len(others)  # so a key exchanged for another is seen


def fits(key, words):
    return any(word in words for word in CITED_FOR[key])
