"""What the checks say, word by word, against a second record: `messages.yml`.

`answers_<chapter>.py` ties each message to the wrong answer that it is about, by a few of its words. The rest of a
sentence can still be turned into its opposite. So whoever changes a message changes it here too, and reads it once more
beside the number that leads to it.
"""

import ast
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from inspect import signature
from pathlib import Path
from types import ModuleType

import pytest
import yaml
from exercise_rules import CHAPTERS, ask, checks_of

from lib.checks import _SWAPPED

RECORD = yaml.safe_load(Path(__file__).with_name("messages.yml").read_text(encoding="utf-8"))


def said(module: ModuleType) -> dict[str, list[str]]:
    """Return what each function of a chapter says: the messages of its slips, as read, then all else in its code."""
    found, checks = {}, checks_of(module)
    for function in ast.parse(Path(module.__file__).read_text(encoding="utf-8")).body:
        if isinstance(function, ast.FunctionDef):
            messages = messages_of(checks[function.name]) if function.name in checks else []
            parts = [text for text in sentences(function) if not any(text in message for message in messages)]
            if messages or parts:
                found[function.name] = messages + parts
    return found


def messages_of(check) -> list[str]:
    """Return the messages of a check's slips, with what stands before them. (Some checks need a function to go on.)"""
    _, questions = ask(check, (lambda *_: 0.0,) * len(signature(check).parameters))
    return [
        f"{question.of}: {message}" if question.of else message
        for question in questions
        for message in question.slips
        if message != _SWAPPED  # lib.checks has it
    ]


def sentences(function: ast.FunctionDef) -> list[str]:
    """Return the sentences in the code of a function, its docstring apart, in their order."""
    body = ast.Module(function.body[ast.get_docstring(function) is not None :], [])
    inner = {id(node.body[0].value) for node in ast.walk(body) if isinstance(node, ast.FunctionDef)
             and ast.get_docstring(node)}  # fmt: skip
    texts = [node for node in ast.walk(body) if isinstance(node, ast.Constant) and id(node) not in inner]
    texts.sort(key=lambda node: (node.lineno, node.col_offset))
    return [node.value for node in texts if isinstance(node.value, str) and " " in node.value.strip()]


def test_every_chapter_has_its_record():
    assert RECORD.keys() == set(CHAPTERS)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_messages_are_those_of_the_record(chapter):
    assert said(import_module(f"lib.exercises.{chapter}")) == RECORD[chapter]


def test_sentences_are_found(tmp_path):
    path = tmp_path / "one.py"
    path.write_text(
        "from lib.checks import check\n"
        'def one(answer):\n    """Check one."""\n    def inner(x):\n        """Of no account."""\n        return x\n'
        '    check(answer, 1, slips={"this is two.": 2, f"it is {inner(3)} too much.": 3}, of="The mean")\n'
        '    print("This is", inner(4), "this is two. And more.")\n'
        'def _other():\n    return f"No {1} is good."\n'
    )
    spec = spec_from_file_location("one", path)
    spec.loader.exec_module(module := module_from_spec(spec))
    assert said(module) == {
        "one": ["The mean: this is two.", "The mean: it is 3 too much.", "This is", "this is two. And more."],
        "_other": [" is good."],
    }
