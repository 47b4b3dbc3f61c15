"""Find the commands and the files that a text names, and say which of them its reader does not have.

``faults(text, files)`` does it for a text and the files that lie beside its reader.
"""

import importlib.metadata
import importlib.util
import re
import shlex
import subprocess
from functools import cache

import yaml
from paths import ROOT

PROGRAMS = (
    "make",
    "conda",
    "pip",
    "python",
    "python3",
    "jupyter",
    "jupyter-book",
    "jb",
    "otter",
    "pytest",
    "ruff",
    "git",
)
# Programs that are not part of the environment: the options that our texts may use.
OPTIONS = {
    "conda env create": {"--file"},
    "conda activate": set(),
    "pip install": {"--requirement", "--editable", "--quiet"},
    "git clone": set(),
}
SHELL = {"for", "do", "done", "mkdir", "cd", "source", "timeout", "if", "fi", "then", "unzip"}
PATH = re.compile(
    r"(?:[\w.<>*-]+/)*[\w.<>*-]*\w\.(?:txt|yml|toml|md|zip|ipynb|csv|py|json|stan|cff)|(?:[\w.<>-]+/)+[\w<>-]*"
)


def blocks(text):
    """The blocks of shell commands in a text: fenced ones, and indented ones if it has no fences."""
    fenced = re.findall(r"^```(?:bash|sh|console)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    if fenced or "```" in text:
        return fenced
    return [
        re.sub("^    ", "", block, flags=re.MULTILINE) for block in re.findall(r"(?:^    .+\n)+", text, re.MULTILINE)
    ]


def spans(text):
    """What stands between backticks on a line, outside blocks."""
    outside = re.sub(r"^(`{3,}).*?^\1`*$", "", text, flags=re.MULTILINE | re.DOTALL)
    return [span.replace("\n", " ") for span in re.findall(r"(?<!`)`([^`]+)`(?!`)", outside)]


def commands(text):
    """The commands of a text, each as a list of words."""
    lines = [line for block in blocks(text) for line in block.splitlines()]
    lines += [span for span in spans(text) if span.split()[0] in PROGRAMS and span.split()[1:]]
    found = []
    for line in lines:
        words = shlex.split(line.replace("<", "").replace(">", ""), comments=True)
        while words and (words[0] == "timeout" or words[0] == "do"):
            words = words[2:] if words[0] == "timeout" else words[1:]
        if words:
            found.append(words)
    return found


def named_files(text):
    """The files and folders that a text names: between backticks, and with their endings in lists."""
    found = [span for span in spans(text) if PATH.fullmatch(span)]
    return found + re.findall(r"^- ([\w-]+\.ipynb)\b", text, re.MULTILINE)


@cache
def make_targets():
    return dict.fromkeys(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def make_faults(words):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for word in words:
        name, given, _ = word.partition("=")
        if given and f"$({name})" not in makefile:
            yield f"make reads no {name}"
        if not given and word not in make_targets():
            yield f"make has no target {word}"


@cache
def scripts():
    return {script.name for script in importlib.metadata.entry_points(group="console_scripts")}


def otter_faults(words):
    from otter.cli import cli  # a slow import

    if words[0] not in cli.commands:
        yield f"otter has no command {words[0]}"
        return
    known = {option for parameter in cli.commands[words[0]].params for option in parameter.opts}
    yield from (f"otter {words[0]} has no option {word}" for word in words[1:] if word[0] == "-" and word not in known)


def foreign_faults(words, files):
    """Of a program that may not be installed here: its options, and the files that it is given."""
    name = next((name for name in OPTIONS if words[: len(name.split())] == name.split()), None)
    if name is None:
        yield f"no test knows {' '.join(words)}"
        return
    rest = words[len(name.split()) :]
    for option, given in zip(rest, [*rest[1:], ""], strict=True):
        if option.startswith("-") and option not in OPTIONS[name]:
            yield f"{name} has no option {option}"
        if option in {"--file", "--requirement"} and given not in files:
            yield f"{name}: there is no {given}"
    if name == "conda activate" and rest != [environment_name()]:
        yield f"conda activate: no environment is called {' '.join(rest)}"


def environment_name():
    return yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["name"]


def command_faults(words, files):
    program, rest = words[0], words[1:]
    if program == "make":
        yield from make_faults(rest)
    elif program == "otter":
        yield from otter_faults(rest)
    elif program in {"conda", "pip", "git"}:
        yield from foreign_faults(words, files)
    elif program in {"python", "python3"} and rest[:1] == ["-m"]:
        if rest[1] == "pip":
            yield from foreign_faults(rest[1:], files)
        elif importlib.util.find_spec(rest[1]) is None:
            yield f"python has no module {rest[1]}"
    elif program in {"python", "python3"}:
        if rest and rest[0] not in files:
            yield f"python: there is no {rest[0]}"
    elif program == "jupyter":
        if f"jupyter-{rest[0]}" not in scripts():
            yield f"jupyter has no command {rest[0]}"
    elif program not in SHELL | scripts() and "=" not in program:
        yield f"no test knows the program {program}"


def faults(text, files, products=()):
    """Say what a text names that is not there.

    Parameters
    ----------
    text : str
        Markdown.
    files : collection of str
        The files and folders (with a slash at the end) that its reader has, relative to where the commands run.
    products : collection of str
        What a command makes, where the text may name it.
    """
    made = {".venv/bin/activate"} if any(words[:3] == ["python", "-m", "venv"] for words in commands(text)) else set()
    for words in commands(text):
        yield from command_faults(words, files)
        if words[0] == "source" and words[1] not in made:
            yield f"source: there is no {words[1]}"
    for block in blocks(text):
        shell = re.sub(r"<[\w-]+>", "name", block)
        if subprocess.run(["bash", "-n"], input=shell, text=True, capture_output=True).returncode:
            yield f"no shell understands {block!r}"
    for name in named_files(text):
        if not {name, f"{name}/", f"{name.rstrip('/')}/"} & {*files, *products}:
            yield f"there is no {name}"
