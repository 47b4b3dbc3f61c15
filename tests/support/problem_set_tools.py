"""A problem set in the tests: built once, answered as a student would, and graded in this process or by Otter.

What can be learned from Otter's own classes, run on the autograder's test files in this process, is learned so: it is
a hundred times faster than starting a kernel.
"""

import re
import zipfile
from types import ModuleType

import nbformat
import problem_set_builder as builder
from otter.api import grade_submission
from otter.test_files import ExceptionTestFile, GradingResults
from paths import SITE
from sphinx.search.en import SearchEnglish


class ProblemSet:
    """What one class gets, and its grader.

    Parameters
    ----------
    name : str
        The problem set.
    folder : Path
        Where it is built.
    tests : dict
        The hidden tests: for each answer its question, its place among the question's tests, and its points. An answer
        that has several tests is named before a comma: "shrink", "shrink, tau = 0".
    seed : int, optional
        The class's seed, for a set that has one.
    setup : str
        Code of the student's own, which runs after the data and before the first answer.
    """

    def __init__(self, name, folder, tests, seed=None, setup=""):
        self.name, self.hidden_tests, self.seed, self.setup = name, tests, seed, setup
        self.source = builder.SOURCES / f"{name}.md"
        self.built = builder.build(self.source, folder, seed)
        self.student = nbformat.read(self.built / "student" / f"{name}.ipynb", as_version=4)
        self.autograder = self.built / "autograder" / f"{name}-autograder.zip"
        self.questions = tuple(dict.fromkeys(question for question, _, _ in tests.values()))
        with zipfile.ZipFile(self.autograder) as archive:
            self.test_files = {q: archive.read(f"tests/{q}.py").decode() for q in self.questions}
        self.points = sum(points for _, _, points in tests.values())

    def fill_in(self, answers, before="", after="", notebook=None):
        """Put answers in place of the stubs and the dots, and code of the student's own before and after them."""
        notebook = nbformat.reads(nbformat.writes(notebook or self.student), as_version=4)
        first = None
        for place, cell in enumerate(notebook.cells):
            if cell.cell_type != "code" or asks_grader(cell):
                continue
            first = place if first is None and "..." in cell.source else first
            for name, value in answers.items():
                stub = rf"^def {name}\(.*(?:\n(?:[ \t].*)?)*"
                cell.source = re.sub(stub, lambda _, text=value: f"{text}\n", cell.source, flags=re.M)
                cell.source = re.sub(
                    rf"^{name} = \.\.\.$", lambda _, n=name, v=value: f"{n} = {v}", cell.source, flags=re.M
                )
        notebook.cells.insert(first, nbformat.v4.new_code_cell(f"{self.setup}\n{before}"))
        notebook.cells.append(nbformat.v4.new_code_cell(after))
        return notebook

    def data(self):
        """The data that students get, by name."""
        space = {}
        for cell in self.student.cells:
            if cell.cell_type == "code" and "..." not in cell.source and not asks_grader(cell):
                exec(cell.source, space)
        return space

    def given(self):
        """The names of the data that students get."""
        kept = {name: value for name, value in self.data().items() if not name.startswith("__")}
        return {name for name, value in kept.items() if not callable(value) and not isinstance(value, ModuleType)}

    def try_out(self, answers, questions=None, seconds=None):
        """Run the cells of the notebook with these answers, and then Otter's tests, all in this process."""
        space = {}
        for cell in self.fill_in(answers).cells:
            if cell.cell_type == "code" and not asks_grader(cell):
                exec(cell.source, space)
        files = []
        for question in questions or self.questions:
            text = self.test_files[question]
            if seconds is not None:
                assert "\nSECONDS = 60 " in text
                text = text.replace("\nSECONDS = 60 ", f"\nSECONDS = {seconds} ")
            files.append(ExceptionTestFile.from_string(text))
            files[-1].run(space)
        return GradingResults(files)

    def submit(self, notebook, folder):
        """Grade a notebook as an instructor does."""
        path = folder / f"{self.name}.ipynb"
        nbformat.write(notebook, path)
        return grade_submission(str(path), str(self.autograder), quiet=True)

    def outcome(self, results, answer):
        """Whether the hidden test of an answer passed, and what it said."""
        return outcome(self.hidden_tests, results, answer)

    def lost(self, results):
        """Names of the hidden tests, among those that ran, that failed."""
        ran = [name for name, (question, _, _) in self.hidden_tests.items() if question in results.results]
        return {name for name in ran if not self.outcome(results, name)[0]}

    def adds_up(self, manual):
        """Fail unless points and minutes in the notebook add up, to 20 with what is graded by hand."""
        text = "\n".join(cell.source for cell in self.student.cells if cell.cell_type == "markdown")
        points = [int(number) for number in re.findall(r"_Points:_ (\d+)", text)]
        assert len(points) == len(self.questions) + 1 and sum(points) == 20 == self.points + manual
        minutes = [int(number) for number in re.findall(r"[Aa]bout (\d+) minutes", text)]
        assert len(minutes) == len(points) + 1 and minutes[0] == sum(minutes[1:]), "the times add up to the whole"


def pass_hidden_tests(source, seed, count):
    """Run the hidden tests of a seed, so many, on the reference solution, without Otter; return its names."""
    notebook = builder.read(source, seed)
    space, solution = {}, {}
    exec(builder.grader_code(notebook), space)
    for cell in builder.solution_notebook(source, seed).cells:
        if cell.cell_type == "code":
            exec(cell.source, solution)
    tests = [cell.source for cell in notebook.cells if "hidden: true" in cell.source]
    assert len(tests) == count
    for test in tests:
        body = test.rpartition('""" # END TEST CONFIG\n')[2]
        name = re.search(r"def (test_\w+)\(([\w, ]+)\)", body)
        exec(body, space)
        space[name[1]](*(solution[argument] for argument in name[2].split(", ")))
    return solution


def outcome(tests, results, answer):
    """Whether the hidden test of an answer passed, and what it said."""
    question, place, _ = tests[answer]
    result = results.results[question].test_case_results[place]
    return result.passed, result.message


def asks_grader(cell):
    """Whether a cell of the student's notebook runs the grader."""
    return re.search(r"\bgrader\b", cell.source) is not None


def key(answer):
    """The name under which an answer is handed in, for one of its hidden tests."""
    return answer.split(",")[0]


def site_files():
    """Every file of the site."""
    assert (SITE / "index.html").exists(), "no site: run make book"
    return sorted(path for path in SITE.rglob("*") if path.is_file())


def stems(index_words):
    """Words as a search index has them."""
    language = SearchEnglish({})
    return {language.stem(word) for word in index_words}
