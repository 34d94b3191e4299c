"""`python -m proof`: holds the proof, prints the report, writes docs/proof.md; exit 1 as soon as anything is broken."""

from __future__ import annotations

import argparse
import secrets
import sys
from pathlib import Path

from proof.report import keep
from proof.session import Plan, prove
from proof.trials import TRIALS
from proof.within import within
from tests.databases import DIALECTS

ROOT = Path(__file__).resolve().parents[1]
DOCS, BESIDE = ROOT / "docs", ROOT / "tmp"
KEYS = [trial.key for trial in TRIALS]


def _arguments(given: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m proof", description=__doc__)
    parser.add_argument("--database", choices=[*DIALECTS, "both"], default="both")
    parser.add_argument("--clients", type=int, default=240, help="how many press at the same moment (12-1000)")
    parser.add_argument("--rounds", type=int, default=3, help="how often every trial is held on each database")
    parser.add_argument("--seed", default="", help="the seed of an earlier proof, to throw the same dice")
    parser.add_argument("--only", nargs="+", choices=KEYS, default=KEYS, metavar="TRIAL", help=", ".join(KEYS))
    parser.add_argument("--minutes", type=int, default=60, help="give up, as broken, after so long")
    parser.add_argument("--no-files", action="store_true", help="print only; write no report")
    args = parser.parse_args(given)
    if not 12 <= args.clients <= 1000 or not 1 <= args.rounds <= 20 or args.minutes < 1:
        parser.error("12-1000 clients, 1-20 rounds, at least a minute")
    return args


def main(given: list[str] | None = None) -> int:
    args = _arguments(given)
    seed = args.seed or secrets.token_hex(4)
    print(f"seed {seed}, {args.clients} clients, {args.rounds} rounds", flush=True)
    plan = Plan(
        seed=seed,
        dialects=("postgresql", "sqlite") if args.database == "both" else (args.database,),
        crowd=args.clients,
        rounds=args.rounds,
        trials=[trial for trial in TRIALS if trial.key in args.only],
    )
    with within(args.minutes, "the proof took too long: broken"):
        report = prove(plan, lambda line: print(line, flush=True))
    print(report.as_text())
    # A broken proof, or a part of one, is kept beside, never over the report that stands in the docs.
    is_whole = report.holds and args.database == "both" and args.only == KEYS
    if not args.no_files:
        keep(report, DOCS / "proof.md" if is_whole else BESIDE / "proof.md", BESIDE / "proof.json")
    return 0 if report.holds else 1


if __name__ == "__main__":
    sys.exit(main())
