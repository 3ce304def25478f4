"""What operators do from the command line, on a house that is built and does not run yet."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from plenary.engine.engine import Engine
from plenary.engine.work import NoBookmark
from plenary.operations.doctor import Look, begin, examine, resume
from plenary.operations.erase import CannotErase, Forget, erase
from plenary.operations.rebuild import CannotRebuild, rebuild

Tell = Callable[[str], None]
Died = Callable[[BaseException], None]
Again = Callable[[AsyncConnection], Awaitable[int]]
"""Has something tried again, and answers how many things that are."""


class Running(Protocol):
    """Sets a house going while a block runs."""

    def __call__(self, *, died: Died) -> AbstractAsyncContextManager[None]:
        """`died` is told when a part of it dies."""
        ...


class Failed(Exception):
    """Why a command could not be carried out, in one sentence."""


async def do_work(running: Running, tell: Tell, died: Died) -> None:
    """Follow the log, lead orders on and send what is due, until somebody ends it."""
    end, loop = asyncio.Event(), asyncio.get_running_loop()
    for ending in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(ending, end.set)
    try:
        async with running(died=died):
            tell("Plenary is at work")
            await end.wait()
    except NoBookmark as why:
        raise Failed(str(why)) from why


async def do_rebuild(engine: Engine, name: str, tell: Tell) -> None:
    """Fold a view anew."""
    try:
        position = await rebuild(engine, name, lambda at, head: tell(f"\r▸ {name}: event {at:,} of {head:,}"))
    except CannotRebuild as why:
        raise Failed(str(why)) from why
    tell(f"\n{name} was rebuilt up to event {position:,}\n")


async def do_erase(engine: Engine, email: str, forget: Sequence[Forget], tell: Tell, died: Died) -> None:
    """Erase a person."""
    try:
        async with engine.running(died=died):
            people = await erase(engine, email, forget, lambda text: tell(f"\r▸ {text:<60}"))
    except (CannotErase, CannotRebuild, NoBookmark) as why:
        raise Failed(str(why)) from why
    tell("\nErased: nobody can read any more who that was\n" if people else "Nobody here has this address\n")


async def do_doctor(engine: Engine, redis: str | None, first: str | None, looks: Sequence[Look], tell: Tell) -> bool:
    """Say what is wrong, or set a bookmark ("mail=17"); whether all is well. `looks`: what else to look at."""
    if first is not None:
        name, _, position = first.partition("=")
        if not position.isdigit():
            raise Failed("say where it begins as in --begin mail=17")
        try:
            await begin(engine, name, int(position))
        except ValueError as why:
            raise Failed(f"{why}.") from why
    well = True
    async for finding in examine(engine, redis, looks):
        well = well and finding.is_well
        tell(f"{'✓' if finding.is_well else '✗'} {finding.what}{'' if finding.is_well else f' → {finding.advice}'}")
    return well


async def do_resume(engine: Engine, name: str, stream: str | None, others: Mapping[str, Again], tell: Tell) -> None:
    """Have what was put aside tried again, and by the follower's name what was given up of that which it made."""
    if name in others and stream is None:
        async with engine.database.transaction() as db:
            tell(f"{await others[name](db):,} that were given up are tried again")
    number = await resume(engine, name, stream)
    tell(f"{number:,} events will be tried again within a second; `plenary doctor` tells what became of them")
