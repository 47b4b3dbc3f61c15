"""Read the formulas in the book's prose and evaluate them, so that what a page says can be compared with the code.

A formula is evaluated while it is read. What a sign means is looked up in a table of names, whose keys are LaTeX of any
length: `y_j`, `\\hat\\mu(\\tau)` and `\\operatorname{E}(\\theta_j \\mid y)` alike; the longest one that fits is taken.
Arrays have the points at which a formula is tried along the first axis, the groups along the last one. A sum binds its
index to all its values at once and adds up along the last axis.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import book_rules as rules
import numpy as np
from scipy import special, stats

TOKEN = re.compile(
    r"\\(?:text|operatorname|mathrm|texttt)\{[^{}]*\}|\\[A-Za-z]+|\\.|\d+(?:\\,\d{3})*|[^\s\d]"  # 20\,000 is one number
)
RELATIONS = ("=", r"\propto", r"\approx", r"\sim", r"\le", r"\ge", "<", ">", r"\to", r"\longrightarrow")
UNSEEN = {r"\,", r"\;", r"\!", r"\:", r"\ ", "&", r"\left", r"\right", r"\big", r"\bigl", r"\bigr", r"\quad"}
OPEN, CLOSE = ("(", "[", "{", r"\lvert"), (")", "]", "}", r"\rvert")
NODES, WEIGHTS = np.polynomial.legendre.leggauss(400)
NODES, WEIGHTS = (NODES + 1) / 2, WEIGHTS / 2  # from 0 to 1

Names = Mapping[str, object]
RTOL = 1e-7


class UnreadError(Exception):
    """A formula holds a sign that has no meaning here."""


# Finding the formulas


@dataclass(frozen=True)
class Statement:
    """One thing that a formula says: an expression, or sides that stand in a relation to each other."""

    page: str
    display: bool
    tokens: tuple[str, ...]

    @property
    def text(self) -> str:
        return "".join(self.tokens)

    @property
    def latex(self) -> str:
        """The formula as one would write it."""
        text = " ".join(self.tokens)
        return re.sub(r"(?<!\\[A-Za-z]) (?=[^A-Za-z])| (?![A-Za-z])|(?<![A-Za-z]) ", "", text)

    @property
    def sides(self) -> list[tuple[str, ...]]:
        return [side for side, _ in split(self.tokens, RELATIONS)]

    @property
    def relations(self) -> list[str]:
        return [relation for _, relation in split(self.tokens, RELATIONS)[1:]]


def statements(page: rules.Page) -> list[Statement]:
    """Return all that the formulas of a page say, once each; a name or a number alone says nothing."""
    found = {}
    for display, latex in formulas(page.source):
        for tokens in pieces(tokenise(latex)):
            statement = Statement(page.name.removeprefix("book/"), display, tokens)
            if statement.relations or says_something(tokens):
                found.setdefault(tokens, statement)
    return list(found.values())


def formulas(markdown: str) -> list[tuple[bool, str]]:
    """Return the formulas in Markdown, each with whether it is displayed; those in captions and directives too."""
    found: list[tuple[bool, str]] = []
    for token in rules.parser().parse(re.sub(r"\A---\n.*?\n---\n", "", markdown, count=1, flags=re.DOTALL)):
        if token.type in ("math_block", "math_block_label", "amsmath"):
            found.append((True, token.content))
        elif token.type == "inline":
            found += [(False, child.content) for child in token.children or [] if child.type.startswith("math_")]
        elif token.type in ("fence", "colon_fence") and (name := rules.directive_name(token)):
            options, body = rules.options_and_body(token.content)
            if name == "math":
                found.append((True, body))
            elif name == "code-cell":
                figure = (options.get("mystnb") or {}).get("figure") or {}
                found += formulas(str(figure.get("caption") or ""))
            elif name.split(":")[0] not in rules.NOT_PROSE:
                found += formulas(f"{token.info.strip()[len(name) + 2 :]}\n\n{options.get('caption', '')}\n\n{body}")
    return found


@cache
def tokenise(latex: str) -> tuple[str, ...]:
    """Split LaTeX into signs; spaces, sizes and alignment are dropped, as they say nothing."""
    latex = re.sub(r"\\(?:begin|end)\{\w+\}|\\\\\[\d+pt\]", lambda found: r"\\" if "[" in found[0] else " ", latex)
    latex = latex.replace(r"\left|", r"\lvert ").replace(r"\right|", r"\rvert ").replace(r"\tfrac", r"\frac")
    latex = re.sub(r"\\(?:mathrm|text)\{(\w+)\}(?=\s*\()", r"\\operatorname{\1}", latex)
    return tuple(token for token in TOKEN.findall(latex) if token not in UNSEEN - {r"\quad"})


def split(tokens: tuple[str, ...], at: tuple[str, ...]) -> list[tuple[tuple[str, ...], str]]:
    """Split where no bracket is open; return the parts, each with the sign before it."""
    parts, before, depth, start = [], "", 0, 0
    for n, token in enumerate(tokens):
        depth += (token in OPEN) - (token in CLOSE)
        if depth == 0 and token in at:
            parts.append((tokens[start:n], before))
            before, start = token, n + 1
    return [*parts, (tokens[start:], before)]


def pieces(tokens: tuple[str, ...]) -> list[tuple[str, ...]]:
    r"""Split a formula into statements: at `\qquad`, at a comma before a `\quad`, at a row's end where the next begins
    with no relation."""
    joined = []
    for row, _ in split(tokens, (r"\\",)):
        bare = tuple(token for token in row if token != r"\quad")
        if joined and bare and (bare[0] in RELATIONS or bare[0] in ("+", "-", r"\cdot")):
            joined[-1] += bare
        else:
            joined.append(row)
    found = []
    for row in joined:
        for part, _ in split(row, (r"\qquad",)):
            for piece in re.split(r"\n,\n(?:\\quad\n)+", "\n".join(("", *part, ""))):
                piece = re.sub(r"\n(?:\\quad\n\\text\{|\\text\{ ).*", "", piece, flags=re.DOTALL)  # words behind a gap
                signs = [token for token in piece.split("\n") if token and token != r"\quad"]
                while signs and (signs[-1] in ",.:" or (signs[-1].startswith(r"\text{") and is_aside(signs))):
                    signs.pop()
                while len(signs) > 1 and signs[0].startswith(r"\text{") and signs[1] not in RELATIONS:
                    signs.pop(0)
                found.append(tuple(signs))
    return [piece for piece in found if piece]


def is_aside(signs: list[str]) -> bool:
    """Return whether the words at the end of a formula are no part of it."""
    return len(signs) > 1 and signs[-2] not in (*RELATIONS, "+", "-", "{", r"\mid")


def says_something(tokens: tuple[str, ...], *, powers: bool = True) -> bool:
    """Return whether an expression is more than a name, its square, a number, a list or words."""
    if re.fullmatch(r"-?\d+|\\?[A-Za-z]+(_\w)?\^[2*]", "".join(tokens)):
        return False
    signs = {r"\frac", "/", "+", "-", r"\sum", r"\prod", r"\int", r"\sqrt"} | ({"^"} if powers else set())
    return not signs.isdisjoint(tokens)


def is_setting(statement: Statement) -> bool:
    r"""Return whether a statement gives a number to a sign (`\tau = 5`): a choice, not a result."""
    number = r"-?\d+(?:\\,\d{3})*(?:\\%)?"
    value = rf"{number}|(?:{number},)+(?:\\dots,)?(?:{number}|[A-Za-z])|\((?:{number},)+{number}\)|\\infty"
    name = r"\\?[A-Za-z]+(?:_\\?[A-Za-z\d]+|')?(?:\^2)?"
    sides = ["".join(side) for side in statement.sides]
    if not sides[-1] and not says_something(statement.sides[0], powers=False):  # the number comes from a cell
        return True
    names = [bool(re.fullmatch(name, side)) for side in sides]
    lone = [bool(re.fullmatch(value, side)) for side in sides]
    return set(statement.relations) == {"="} and any(lone) and all(a or b for a, b in zip(names, lone, strict=True))


# Evaluating them


class Reader:
    """Reads an expression from left to right and evaluates it."""

    def __init__(self, tokens: tuple[str, ...], names: Names) -> None:
        self.tokens, self.at = list(tokens), 0
        self.names = {tokenise(key): value for key, value in names.items() if key != "="}

    @property
    def next(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, *expected: str) -> str:
        token = self.next
        if not token or (expected and token not in expected):
            raise UnreadError(f"{token or 'the end'!r} stands where {expected or 'a sign'} should")
        self.at += 1
        return token

    def whole(self):
        value = self.sum()
        if self.next:
            raise UnreadError(f"nothing gives a meaning to {''.join(self.tokens[self.at :])!r}")
        return value

    def sum(self):
        value = -self.term() if self.next == "-" and self.take() else self.term()
        while self.next in ("+", "-"):
            value = value + self.term() if self.take() == "+" else value - self.term()
        return value

    def term(self):
        value = self.factor()
        while self.next and self.next not in ("+", "-", ",", ";", "|", r"\|", r"\mid", *CLOSE):
            if self.next in ("/", r"\cdot"):
                value = value / self.factor() if self.take() == "/" else value * self.factor()
            else:
                value = value * self.factor()
        return value

    def factor(self):
        value = self.base()
        while self.next in ("^", "!"):
            value = special.gamma(np.asarray(value) + 1.0) if self.take() == "!" else value ** self.argument()
        return value

    def base(self):
        if (key := self.longest_name()) is not None:
            self.at += len(key)
            value = self.names[key]
            return self.apply(value) if isinstance(value, Callable) else value
        token = self.take()
        if token[0].isdigit():
            return float(token.replace(r"\,", ""))
        if token == "-":
            return -self.factor()
        if token in (*OPEN, r"\|"):
            value = self.sum()
            self.take(r"\|" if token == r"\|" else CLOSE[OPEN.index(token)])
            if token == r"\|":
                return np.sum(value**2, axis=-1, keepdims=True) ** 0.5
            return np.abs(value) if token == r"\lvert" else value
        if token == r"\frac":
            return self.argument() / self.argument()
        if token == r"\sqrt":
            return self.argument() ** 0.5
        if token == r"\underbrace":
            value = self.argument()
            self.take("_")
            self.raw()
            return value
        if token in (r"\sum", r"\prod"):
            return self.series(np.sum if token == r"\sum" else np.prod)
        if token == r"\int":
            return self.integral()
        raise UnreadError(f"nothing gives a meaning to {''.join(self.tokens[self.at - 1 :])!r}")

    def longest_name(self) -> tuple[str, ...] | None:
        fits = [key for key in self.names if tuple(self.tokens[self.at : self.at + len(key)]) == key]
        return max(fits, key=len, default=None)

    def apply(self, function: Callable):
        if self.next not in ("(", "["):
            return function(self.factor() if self.next != r"\int" else self.term())
        self.take()
        arguments = [self.sum()]
        while self.next in (",", ";", r"\mid"):
            self.take()
            arguments.append(self.sum())
        self.take(")", "]")
        return function(*arguments)

    def raw(self) -> list[str]:
        """Take an argument without reading it."""
        start = self.at
        if self.take() == "{":
            depth = 1
            while depth:
                token = self.take()
                depth += (token == "{") - (token == "}")
            return self.tokens[start + 1 : self.at - 1]
        if self.tokens[start][0].isdigit() and len(self.tokens[start]) > 1:  # in \frac12 the argument is one digit
            self.tokens[start : start + 1] = list(self.tokens[start])
        return [self.tokens[start]]

    def argument(self):
        if self.next in (r"\frac", r"\sqrt"):
            return self.base()
        return self.inner(self.raw())

    def inner(self, tokens: list[str]):
        reader = Reader((), {})
        reader.tokens, reader.names = list(tokens), self.names
        return reader.whole()

    def series(self, add: Callable):
        """Read a sum or a product: as far as its index goes, for a product; a sum's constant factors do no harm."""
        index, lower, upper = [], None, None
        if self.next == "_" and self.take():
            index = self.raw()
            if "=" in index:
                cut = index.index("=")
                index, lower = index[:cut], self.inner(index[cut + 1 :])
        if self.next == "^" and self.take():
            upper = self.inner(self.raw())
        kept = self.names
        if upper is not None and np.isfinite(upper):
            self.names = {**kept, tuple(index): np.arange(lower, upper + 1)}
        elif upper is not None and kept.get(tuple(index), [lower])[0] != lower:
            raise UnreadError(f"a series begins at {lower}, not with the first {index}")
        value = self.term() if add is np.sum else self.indexed(index[0])
        self.names = kept
        if upper is not None and np.isfinite(upper) and np.shape(value)[-1:] != (round(upper - lower + 1),):
            raise UnreadError(f"a sum from {lower} to {upper} has {np.shape(value)} terms")
        return add(value, axis=-1, keepdims=True)

    def indexed(self, index: str):
        value = self.factor()
        while self.next and self.next not in (r"\prod", "+", "-", ",", r"\mid", *CLOSE):
            start = self.at
            if self.next in ("/", r"\cdot"):
                self.take()
            following = self.factor()
            if index not in self.tokens[start : self.at]:
                self.at = start
                break
            value = value / following if self.tokens[start] == "/" else value * following
        return value

    def integral(self):
        r"""Read an integral by Gauss's rule; without bounds its range is the name `\int dx`."""
        rest = range(self.at, len(self.tokens) - 1)
        end = next((n for n in rest if self.tokens[n] == "d" and self.tokens[n - 1] not in "(_,"), None)
        if end is None:
            raise UnreadError("an integral without an end")
        measure = self.tokens[end + 1 :]
        signs = measure[measure.index("(") + 1 : measure.index(")")] if "(" in measure else measure
        variable = tuple(signs[: 3 if signs[1:2] == ["_"] else 1])
        if self.next == "_" and self.take():
            bounds = [self.inner(self.raw())]
            self.take("^")
            bounds.append(self.inner(self.raw()))
        else:
            bounds = self.names.get((r"\int", "d", *variable))
        if bounds is None:
            raise UnreadError(f"an integral over {variable} without bounds")
        low, high = bounds
        if np.isinf(high):
            x, weight = low + NODES / (1 - NODES), WEIGHTS / (1 - NODES) ** 2
        else:
            x, weight = low + (high - low) * NODES, (high - low) * WEIGHTS
        kept, self.names = self.names, {**self.names, variable: x, ("d",): "the end"}
        tokens, self.tokens = self.tokens, self.tokens[:end]
        value = self.term()
        self.names, self.tokens = kept, tokens
        self.at += 1
        name = self.tokens[self.at : self.at + 1]
        if "(" in measure:
            value = value * self.names[("d", *name)](x)
            self.at += 3 + len(variable)
        else:
            self.at += len(variable)
        return np.sum(value * weight, axis=-1, keepdims=True)


def law(family: Callable, parameters: int) -> Callable:
    """Return what a page's sign for a distribution means: with one argument more, its density there."""

    def of(*values):
        frozen = family(*values[-parameters:])
        if len(values) == parameters:
            return frozen
        return np.exp(log_density(frozen, values[0]))

    return of


def log_density(frozen, x):
    return frozen.logpdf(x) if hasattr(frozen.dist, "logpdf") else frozen.logpmf(x)


# The notation page: the second number of N is a variance, that of Gamma a rate.
ALWAYS: Names = MappingProxyType(
    {
        "N": law(lambda mean, variance: stats.norm(mean, np.sqrt(variance)), 2),
        r"\operatorname{Gamma}": law(lambda shape, rate: stats.gamma(shape, scale=1 / np.asarray(rate)), 2),
        r"\operatorname{Poisson}": law(stats.poisson, 1),
        r"\operatorname{Binomial}": law(stats.binom, 2),
        r"\operatorname{Beta}": law(stats.beta, 2),
        r"\operatorname{NegativeBinomial}": law(stats.nbinom, 2),
        r"\operatorname{Uniform}": law(lambda low, high: stats.uniform(low, high - low), 2),
        r"\text{Inverse-Gamma}": law(lambda shape, scale: stats.invgamma(shape, scale=scale), 2),
        r"\infty": np.inf,
        "e": np.e,
        r"\log": np.log,
        r"\arcsin": np.arcsin,
        r"\max": np.maximum,
        r"\Gamma": special.gamma,
        r"\Phi": stats.norm.cdf,
        r"\Phi^{-1}": stats.norm.ppf,
    }
)


def evaluate(tokens: tuple[str, ...], names: Names):
    return Reader(tokens, {**ALWAYS, **names}).whole()


def fault(statement: Statement, names: Names) -> str:
    """Say what is wrong with a statement when its signs mean `names`; nothing if it holds.

    Raises
    ------
    UnreadError
        If a side cannot be evaluated.
    """
    if len([side for side in statement.sides if side]) == 1:
        return differ(evaluate(statement.sides[0], names), names.get("="), RTOL)
    sides, relations = statement.sides, statement.relations
    if relations[-1] in (r"\longrightarrow", r"\to"):  # a limit is beyond a test at points
        sides, relations = sides[:-1], relations[:-1]
    if not relations:
        raise UnreadError("a limit")
    if relations == [r"\sim"]:
        return wrong_law(*sides, names)
    values = [evaluate(side, names) for side in sides if side]
    for left, relation, right in zip(values, relations[-len(values) + 1 :], values[1:], strict=False):
        if relation == "=":
            found = differ(left, right, RTOL)
        elif relation == r"\approx":
            found = differ(left, right, names[r"\approx"])
        elif relation == r"\propto":
            ratio = np.asarray(left / right)
            found = differ(ratio, ratio[:1], RTOL) if ratio.shape[:1] > (2,) else "it was tried at too few points"
        else:
            found = out_of_order(left, relation, right, names.get("slack", 1e-6))
        if found:
            return found
    return ""


def differ(left, right, rtol: float) -> str:
    if right is None:
        return "nothing says what it must be"
    if hasattr(left, "dist"):  # two distributions
        left, right = (np.exp(log_density(frozen, np.arange(1, 9)[:, np.newaxis])) for frozen in (left, right))
    left, right = np.broadcast_arrays(left, right)
    if not (np.isfinite(left).all() and np.isfinite(right).all()):
        return "it is not finite"
    return "" if np.allclose(left, right, rtol=rtol, atol=1e-12) else f"{left.ravel()[0]:g} is not {right.ravel()[0]:g}"


def out_of_order(left, relation: str, right, slack: float) -> str:
    """A bound must hold, and be sharp at one of the points."""
    gap = np.asarray(left - right) if relation in (r"\ge", ">") else np.asarray(right - left)
    if gap.min() < -1e-9:
        return f"the bound fails by {-gap.min():g}"
    return "" if gap.min() < slack else f"the bound is nowhere sharp: {gap.min():g} is left"


def wrong_law(left: tuple[str, ...], right: tuple[str, ...], names: Names) -> str:
    r"""Compare a law with what the name `... \sim` holds: a distribution, or the log density of the variable."""
    variable = split(left, (r"\mid",))[0][0]
    named = {tokenise(key): value for key, value in names.items() if key.endswith(r"\sim")}
    truth = named.get((*left, r"\sim"))
    if truth is None:
        raise UnreadError(f"nothing says what the law of {''.join(left)} must be")
    value, found = evaluate(variable, names), evaluate(right, names)
    if not hasattr(found, "dist"):
        raise UnreadError(f"{''.join(right)} is no law")
    density = log_density(found, value)
    if hasattr(truth, "dist"):
        truth = log_density(truth, value)
    elif np.shape(truth) != np.shape(density):
        density = density.sum(axis=-1, keepdims=True)
    return differ(density, truth, RTOL)
