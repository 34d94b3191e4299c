"""Every trial of the proof, in the order of the report."""

from proof.trial import Trial
from proof.trials import arrivals, budgets, caps, places, settlements, tills, vouchers

TRIALS: tuple[Trial, ...] = (
    *places.TRIALS,
    *arrivals.TRIALS,
    *caps.TRIALS,
    *vouchers.TRIALS,
    *tills.TRIALS,
    *settlements.TRIALS,
    *budgets.TRIALS,
)
