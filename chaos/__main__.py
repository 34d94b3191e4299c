"""`python -m chaos`: strikes, prints the report, writes docs/chaos.md; exit 1 as soon as anything is broken."""

from __future__ import annotations

import argparse
import secrets
import sys
from pathlib import Path

from chaos.faults import FAULTS
from chaos.overload import OVERLOAD
from chaos.session import PEOPLE, Plan, unleash
from proof.report import keep
from proof.within import within
from tests.databases import DIALECTS

ROOT = Path(__file__).resolve().parents[1]
DOCS, BESIDE = ROOT / "docs", ROOT / "tmp"
KEYS = [*(fault.key for fault in FAULTS), OVERLOAD]


def _arguments(given: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m chaos", description=__doc__)
    parser.add_argument("--database", choices=[*DIALECTS, "both"], default="both")
    parser.add_argument("--seed", default="", help="the seed of an earlier chaos, to throw the same dice")
    parser.add_argument("--only", nargs="+", choices=KEYS, default=KEYS, metavar="FAULT", help=", ".join(KEYS))
    parser.add_argument("--minutes", type=int, default=12, help="give up, as broken, after so long")
    parser.add_argument("--no-files", action="store_true", help="print only; write no report")
    return parser.parse_args(given)


def main(given: list[str] | None = None) -> int:
    args = _arguments(given)
    plan = Plan(
        seed=args.seed or secrets.token_hex(4),
        dialects=("postgresql", "sqlite") if args.database == "both" else (args.database,),
        faults=[fault for fault in FAULTS if fault.key in args.only],
        floods=OVERLOAD in args.only,
        people=PEOPLE,
    )
    print(f"seed {plan.seed}", flush=True)
    with within(args.minutes, "chaos took too long: broken"):
        report = unleash(plan, lambda line: print(line, flush=True))
    print(report.as_text())
    # A broken chaos, or a part of one, is kept beside, never over the report that stands in the docs.
    is_whole = report.holds and args.database == "both" and args.only == KEYS
    if not args.no_files:
        keep(report, DOCS / "chaos.md" if is_whole else BESIDE / "chaos.md", BESIDE / "chaos.json")
    return 0 if report.holds else 1


if __name__ == "__main__":
    sys.exit(main())
