"""`python -m tests.acceptance FILE… --url URL`: plays scenario files against a running server and says how it went."""

import argparse
import asyncio
import sys
from pathlib import Path

from tests.acceptance.driver import Driver
from tests.acceptance.play import Play
from tests.acceptance.scenario import Scenario, Unreadable, read


def main() -> int:
    """0 when every scenario went as expected."""
    parser = argparse.ArgumentParser(prog="python -m tests.acceptance", description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument(
        "--url", default="http://127.0.0.1:8000", help="where the server answers (default: %(default)s)"
    )
    parser.add_argument("--only", help="the scenario of this name")
    options = parser.parse_args()
    try:
        scenarios = [one for file in options.files for one in read(file)]
    except (Unreadable, OSError) as wrong:
        print(wrong, file=sys.stderr)
        return 2
    return asyncio.run(play([one for one in scenarios if options.only in (None, one.name)], options.url))


async def play(scenarios: list[Scenario], url: str) -> int:
    """Play them one after another; 0 when all went as expected."""
    failed = left_out = 0
    for scenario in scenarios:
        if scenario.moves_the_server:
            print(f"- {scenario.name}  {scenario.title}\n  · left out: it needs a server in a test's hands")
            left_out += 1
            continue
        driver = Driver(url)
        try:
            report = await Play(scenario, driver).run()
        finally:
            await driver.close()
        print(report, flush=True)
        failed += bool(report.wrong)
    print(f"{len(scenarios) - failed - left_out} as expected, {failed} not, {left_out} left out")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
