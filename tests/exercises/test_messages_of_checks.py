"""What the checks say, word by word, against a second record: `messages.yml`.

`answers_<chapter>.py` ties each message to the wrong answer that it is about, by a few of its words. The rest of a
sentence can still be turned into its opposite. So whoever changes a message changes it here too, and reads it once more
beside the number that leads to it.
"""

import ast
from pathlib import Path

import pytest
import yaml
from book_rules import ROOT

RECORD = yaml.safe_load(Path(__file__).with_name("messages.yml").read_text(encoding="utf-8"))
SOURCES = {path.stem: path for path in sorted((ROOT / "lib" / "exercises").glob("[!_]*.py"))}


def said(path: Path) -> dict[str, list[str]]:
    """Return the sentences in the code of each check of a chapter, its docstring apart, in their order."""
    found = {}
    for function in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(function, ast.FunctionDef):
            body = ast.Module(function.body[ast.get_docstring(function) is not None :], [])
            inner = {id(node.body[0].value) for node in ast.walk(body) if isinstance(node, ast.FunctionDef)
                     and ast.get_docstring(node)}  # fmt: skip
            texts = [node for node in ast.walk(body) if isinstance(node, ast.Constant) and id(node) not in inner]
            texts.sort(key=lambda node: (node.lineno, node.col_offset))
            sentences = [node.value for node in texts if isinstance(node.value, str) and " " in node.value.strip()]
            if sentences:
                found[function.name] = sentences
    return found


def test_every_chapter_has_its_record():
    assert RECORD.keys() == SOURCES.keys()


@pytest.mark.parametrize("chapter", SOURCES)
def test_the_messages_are_those_of_the_record(chapter):
    assert said(SOURCES[chapter]) == RECORD[chapter]


def test_sentences_are_found(tmp_path):
    path = tmp_path / "one.py"
    path.write_text(
        'def one(answer):\n    """Check one."""\n    def inner(x):\n        """Of no account."""\n        return x\n'
        '    check(answer, 1, slips={"This is two.": 2, f"It is {inner(3)} too much.": 3}, of="mean")\n'
    )
    assert said(path) == {"one": ["This is two.", "It is ", " too much."]}
