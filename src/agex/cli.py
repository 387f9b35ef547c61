"""The command line: ``agex demo`` shows an agent at work."""

from __future__ import annotations

import argparse
import math
import os
import sys
from collections.abc import Callable, Sequence
from importlib import resources

from agex.agent import Agent
from agex.console import make_console, narrator
from agex.errors import AgexError
from agex.llm import LLMClient, ReplayClient, make_client

_EXAMPLE = '''\
import math
from typing import Callable
from agex import Agent

agent = Agent()
agent.module(math)

@agent.task
def make_function(description: str) -> Callable:
    """Generate a Python function from a text description."""
    pass

prime_finder = make_function("find the next prime larger than a given number")
'''


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status."""
    parser = argparse.ArgumentParser(
        prog="agex", description="Typed Python functions that a language model implements."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    demo = commands.add_parser(
        "demo",
        help="watch an agent write, run and return a function",
        description="Runs the example of the README: from a replay that ships with agex, or by "
        "asking the model named in AGEX_MODEL.",
    )
    demo.add_argument(
        "--offline", action="store_true", help="play the replay whatever AGEX_MODEL says"
    )
    demo.set_defaults(run=_demo)
    chosen = parser.parse_args(arguments)
    try:
        run: Callable[[argparse.Namespace], int] = chosen.run
        return run(chosen)
    except AgexError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _demo(chosen: argparse.Namespace) -> int:
    from rich.syntax import Syntax

    console = make_console()
    client = _demo_client(chosen.offline)
    if isinstance(client, ReplayClient):
        console.print(
            f"[bold]A replay, {client.origin}.[/] Set AGEX_MODEL to ask a model instead.\n"
        )
    else:
        console.print(f"[bold]Asking {client.model}.[/]\n")
    console.print(Syntax(_EXAMPLE, "python", theme="ansi_dark", background_color="default"))

    agent = Agent(llm=client)
    agent.module(math)

    @agent.task
    def make_function(description: str) -> Callable[..., int]:
        """Generate a Python function from a text description."""
        raise NotImplementedError

    prime_finder = make_function(
        "find the next prime larger than a given number", on_event=narrator()
    )

    console.print("\n[bold]The function is an ordinary one now, of no further cost:[/]\n")
    primes = [prime_finder(1)]
    while len(primes) < 12:
        primes.append(prime_finder(primes[-1]))
    numbers = [90, 3, 7919, 24, 12]
    console.print(f"prime_finder(100)              {prime_finder(100)}")
    console.print(f"each prime from the one before {', '.join(map(str, primes))}")
    console.print(f"sorted({numbers}, key=prime_finder)\n    {sorted(numbers, key=prime_finder)}")
    return 0


def _demo_client(offline: bool) -> LLMClient:
    if os.environ.get("AGEX_MODEL", "").strip() and not offline:
        return make_client(None)
    with resources.as_file(resources.files("agex") / "demo" / "prime_finder.md") as path:
        return ReplayClient(path)


if __name__ == "__main__":
    sys.exit(main())
