"""What operators do from the command line, on a house that is built and does not run yet."""

import asyncio
import signal
from collections.abc import Callable, Sequence

from plenary.engine.engine import Engine
from plenary.engine.work import NoBookmark
from plenary.operations.doctor import begin, examine, resume
from plenary.operations.erase import CannotErase, Forget, erase
from plenary.operations.rebuild import CannotRebuild, rebuild

Tell = Callable[[str], None]
Died = Callable[[BaseException], None]


class Failed(Exception):
    """Why a command could not be carried out, in one sentence."""


async def do_work(engine: Engine, tell: Tell, died: Died) -> None:
    """Follow the log, lead orders on and send what is due, until somebody ends it."""
    end, loop = asyncio.Event(), asyncio.get_running_loop()
    for ending in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(ending, end.set)
    try:
        async with engine.running(died=died):
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


async def do_doctor(engine: Engine, redis: str | None, first: str | None, tell: Tell) -> bool:
    """Say what is wrong, or set a bookmark ("mail=17"); whether all is well."""
    if first is not None:
        name, _, position = first.partition("=")
        if not position.isdigit():
            raise Failed("say where it begins as in --begin mail=17")
        try:
            await begin(engine, name, int(position))
        except ValueError as why:
            raise Failed(f"{why}.") from why
    well = True
    async for finding in examine(engine, redis):
        well = well and finding.is_well
        tell(f"{'✓' if finding.is_well else '✗'} {finding.what}{'' if finding.is_well else f' → {finding.advice}'}")
    return well


async def do_resume(engine: Engine, name: str, stream: str | None, tell: Tell) -> None:
    """Have what was put aside tried again."""
    number = await resume(engine, name, stream)
    tell(f"{number:,} events will be tried again within a second; `plenary doctor` tells what became of them")
