"""Thirteen tasks as users give them, from one function to a table, a database and a team.

Each is a function that makes its own agent, calls the task and says whether the result is right. The
answers in ``replies.md`` were written by hand, by somebody who read nothing but the messages: they show
what agex asks a careful model to read, not what any model would do.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from agex import Agent, Live, TaskClarify
from agex.helpers import register_numpy, register_pandas, register_plotly, register_stdlib
from agex.llm import LLMClient

Case = Callable[[LLMClient], bool]
CASES: dict[str, Case] = {}


def case(title: str) -> Callable[[Case], Case]:
    """Register one of the thirteen under its title."""

    def add(function: Case) -> Case:
        CASES[title] = function
        return function

    return add


@case("a function from a description")
def function(llm: LLMClient) -> bool:
    agent = Agent(name="a1", llm=llm)
    register_stdlib(agent)

    @agent.task
    def make_function(description: str) -> Callable[[str], bool]:  # type: ignore[empty-body]
        """Make a Python function from a description."""

    valid = make_function("whether a text is a valid ISBN-13, hyphens allowed")
    return valid("978-0-306-40615-7") and not valid("978-0-306-40615-8") and not valid("x")


@case("a messy table")
def table(llm: LLMClient) -> bool:
    agent = Agent(name="a2", llm=llm)
    register_numpy(agent)
    register_pandas(agent)

    @agent.task
    def tidy(sales: pd.DataFrame) -> pd.DataFrame:
        """Tidy the table: columns `day` (datetime), `shop` (lower case, no blanks around it) and
        `euros` (float); drop rows without an amount, and repeated rows; sort by day and shop."""

    raw = pd.DataFrame(
        {
            " Day": ["2026-03-02", "2026-03-01", "2026-03-01", "2026-03-03", "2026-03-01"],
            "Shop ": [" North", "south", "North ", "SOUTH", "North"],
            "Amount": ["€ 1,200.50", "80.00", "€15.25", "n/a", "€ 15.25"],
        }
    )
    done = tidy(raw)
    return (
        list(done.columns) == ["day", "shop", "euros"]
        and done["euros"].tolist() == [15.25, 80.0, 1200.5]
        and str(done["day"].dtype).startswith("datetime64")
    )


@case("a question to a live database")
def database(llm: LLMClient) -> bool:
    db = sqlite3.connect(":memory:")
    db.executescript(
        """
        create table customer (id integer primary key, name text, country text);
        create table purchase (customer_id integer, cents integer, state text);
        insert into customer values (1, 'Ada', 'UK'), (2, 'Bo', 'SE'), (3, 'Cy', 'UK');
        insert into purchase values (1, 5000, 'paid'), (1, 900, 'refunded'), (2, 7000, 'paid'),
            (3, 4000, 'paid'), (3, 4000, 'paid');
        """
    )
    agent = Agent(name="a3", llm=llm, primer="`db` is an SQLite database; only read from it.")
    agent.module(db, name="db", include=["execute"])
    agent.cls(sqlite3.Cursor, include=["fetch*", "description"], constructable=False)

    @agent.task
    def ask(question: str) -> dict[str, float]:  # type: ignore[empty-body]
        """Answer a question about the shop's data: names with numbers."""

    found = ask("Revenue in whole currency units per country, refunds not counted")
    return found == {"UK": 130.0, "SE": 70.0}


@case("a class")
def made_class(llm: LLMClient) -> bool:
    agent = Agent(name="a4", llm=llm)

    @agent.task
    def design(wish: str) -> type:  # type: ignore[empty-body]
        """Write the class that is wished for."""

    cache = design(
        "Recent(capacity): a mapping that keeps the most recently used `capacity` entries; "
        "r[key], r[key] = value, len(r), key in r; reading counts as use"
    )(2)
    cache["a"], cache["b"] = 1, 2
    first = cache["a"]
    cache["c"] = 3
    return first == 1 and "b" not in cache and "a" in cache and len(cache) == 2


@case("a plot")
def plot(llm: LLMClient) -> bool:
    agent = Agent(name="a5", llm=llm)
    for register in (register_numpy, register_pandas, register_plotly):
        register(agent)

    @agent.task
    def draw(readings: pd.DataFrame, wish: str) -> go.Figure:
        """Draw the readings as the wish says."""

    hours = pd.date_range("2026-01-01", periods=48, freq="h")
    readings = pd.DataFrame(
        {
            "at": hours.repeat(2),
            "sensor": ["in", "out"] * 48,
            "celsius": np.round(np.tile([20.0, 4.0], 48) + np.sin(np.arange(96) / 8), 2),
        }
    )
    figure = draw(readings, "one line per sensor of the daily mean, titled 'Daily means'")
    return (
        [trace.name for trace in figure.data] == ["in", "out"]
        and all(len(trace.x) == 2 for trace in figure.data)
        and figure.layout.title.text == "Daily means"
    )


@case("arrays")
def arrays(llm: LLMClient) -> bool:
    agent = Agent(name="a6", llm=llm)
    register_numpy(agent)

    @agent.task
    def align(signal: np.ndarray, template: np.ndarray) -> int:  # type: ignore[empty-body]
        """The offset at which the template fits the signal best (highest normalised correlation)."""

    noise = np.random.default_rng(7)
    template = np.sin(np.linspace(0, 9, 40)) * np.linspace(1, 2, 40)
    signal = noise.normal(0, 0.3, 500)
    signal[217 : 217 + 40] += 0.8 * template
    return align(signal, template) == 217


@dataclass
class Failure:
    """One failed request."""

    when: str
    path: str
    status: int
    milliseconds: float


@case("a log file")
def log_file(llm: LLMClient) -> bool:
    agent = Agent(name="a7", llm=llm)
    register_stdlib(agent)

    @agent.task
    def failures(log: str) -> list[Failure]:  # type: ignore[empty-body]
        """Every request that ended with a status of 500 or more, in order of time."""

    lines = []
    for second in range(400):
        status = 503 if second % 97 == 5 else 200
        took = f"{second / 1000:.3f}s" if second % 2 else f"{second}ms"
        lines.append(
            f"2026-02-01T10:{second // 60:02}:{second % 60:02}Z GET /p/{second} {status} {took}"
        )
    lines[200] = "-- rotated --"
    found = failures("\n".join(lines))
    return [(f.path, f.status, f.milliseconds) for f in found] == [
        (f"/p/{n}", 503, float(n)) for n in range(5, 400, 97)
    ]


@dataclass
class Finding:
    """What a reader found out about a text."""

    language: str
    complaint: bool


@case("two agents")
def team(llm: LLMClient) -> bool:
    reader = Agent(name="reader", llm=llm)
    boss = Agent(name="boss", llm=llm)
    boss.cls(Finding, constructable=False)

    @boss.fn
    @reader.task
    def judge(letter: str) -> Finding:  # type: ignore[empty-body]
        """The language of a letter (two lower-case letters), and whether it complains."""

    @boss.task
    def desk(letter: str, desks: dict[str, str]) -> str:  # type: ignore[empty-body]
        """The desk for the letter: complaints go to `desks["complaints"]`, others by language."""

    letter = "Der Stuhl kam mit drei Beinen, und niemand antwortet."
    return desk(letter, {"complaints": "Frau Ott", "de": "Herr Lau", "en": "Ms Ray"}) == "Frau Ott"


@case("an error on the way")
def recovery(llm: LLMClient) -> bool:
    agent = Agent(name="a9", llm=llm)
    register_stdlib(agent)

    @agent.task
    def total(orders: list[dict[str, Any]]) -> dict[str, float]:  # type: ignore[empty-body]
        """Turnover by currency over all orders."""

    orders = [{"id": n, "sum": {"value": n + 0.5, "currency": "EUR"}} for n in range(1, 60)]
    orders[40] = {"id": 41, "total": {"value": 100.0, "currency": "SEK"}}
    found = total(orders)
    return found == {"EUR": sum(n + 0.5 for n in range(1, 60) if n != 41), "SEK": 100.0}


@case("a question back")
def clarify(llm: LLMClient) -> bool:
    agent = Agent(name="a10", llm=llm)
    register_stdlib(agent)

    @agent.task
    def remind(wish: str, today: date) -> date:  # type: ignore[empty-body]
        """The day on which to send the reminder. Ask when the wish leaves the day open."""

    try:
        remind("some time before the trip", date(2026, 5, 4))
    except TaskClarify as question:
        return "trip" in question.message
    return False


@case("two calls with one state")
def memory(llm: LLMClient) -> bool:
    agent = Agent(name="a11", llm=llm)
    state = Live()

    @agent.task
    def keep(notes: list[str]) -> int:  # type: ignore[empty-body]
        """Keep the notes for later calls; returns how many there are."""

    @agent.task
    def search(word: str) -> list[str]:  # type: ignore[empty-body]
        """The notes that mention the word, the latest first."""

    notes = ["Milk is low", "Call Bo", "Call Ann about milk"]
    return keep(notes, state=state) == 3 and search("milk", state=state) == [notes[2], notes[0]]


@dataclass
class Shift:
    """Who works on which day; days count from 1."""

    day: int
    who: str


@case("a plan with a check")
def plan(llm: LLMClient) -> bool:
    def fair(shifts: list[Shift]) -> bool:
        """Nobody works two days in a row."""
        return all(a.who != b.who for a, b in zip(shifts, shifts[1:], strict=False))

    agent = Agent(name="a12", llm=llm)

    @agent.task(check=fair)
    def roster(people: dict[str, set[int]], days: int) -> list[Shift]:  # type: ignore[empty-body]
        """One person for each day, in order of days. `people` has the days each is away."""

    away = {"Ann": {1, 4}, "Bo": {3}, "Cy": {2, 5}}
    shifts = roster(away, 5)
    return [s.day for s in shifts] == [1, 2, 3, 4, 5] and all(
        s.day not in away[s.who] for s in shifts
    )


@case("a long text")
def long_text(llm: LLMClient) -> bool:
    agent = Agent(name="a13", llm=llm)
    register_stdlib(agent)

    @agent.task
    def find(report: str, question: str) -> str:  # type: ignore[empty-body]
        """Answer the question from the report, in one sentence."""

    filler = "The committee met and noted the usual matters of the season. "
    parts = [
        f"## {n}. {title}\n{filler * 25}"
        for n, title in enumerate(["Opening", "Staff", "Roof", "Closing"], 1)
    ]
    parts[2] += "\nThe roof will be replaced in May for 41,300 euros by Holt & Sons."
    return "41,300" in find("\n\n".join(parts), "What will the new roof cost?")
