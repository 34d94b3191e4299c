"""The application's own document names the refusals that the contract promises for each call."""

from __future__ import annotations

import re

import pytest

from tests.contract import calls

REFUSALS = {
    "POST /sessions": "invalid_credentials too_many_attempts code_invalid",
    "POST /people": "phone_taken consent_required",
    "POST /people/{}/one-time-codes": "not_allowed",
    "POST /tasks": "not_allowed validation_failed",
    "POST /tasks/{}/publication": "insufficient_budget approval_required not_allowed wrong_state",
    "POST /tasks/{}/cancellation": "not_allowed wrong_state",
    "POST /tasks/{}/approval": "not_allowed wrong_state",
    "POST /shifts/{}/signups": "shift_full signup_closed time_conflict quota_reached not_eligible",
    "DELETE /signups/{}": "too_late_to_cancel",
    "POST /signups/{}/acceptance": "offer_expired time_conflict wrong_state",
    "GET /shifts/{}/checkin-code": "not_allowed",
    "GET /shifts/{}/signups": "not_allowed",
    "POST /checkins": (
        "code_invalid code_expired not_signed_up outside_window not_checked_in location_required out_of_range not_allowed "
        "time_conflict"
    ),
    "POST /shifts/{}/checkins": ("code_invalid not_signed_up outside_window not_checked_in not_allowed time_conflict"),
    "POST /signups/{}/corrections": "not_allowed wrong_state time_conflict",
    "POST /corrections/{}/approval": "not_allowed wrong_state insufficient_budget",
    "POST /budget-grants": "not_allowed",
    "POST /merchants": "code_taken not_allowed",
    "POST /offers": "wrong_merchant",
    "POST /offers/{}/approval": "not_allowed wrong_state",
    "POST /offers/{}/rejection": "not_allowed wrong_state",
    "POST /offers/{}/vouchers": "insufficient_points out_of_stock limit_reached offer_closed not_verified",
    "POST /vouchers/{}/cancellation": "already_redeemed voucher_expired",
    "GET /vouchers/{}": "code_invalid code_unknown wrong_merchant",
    "POST /redemptions": (
        "already_redeemed voucher_cancelled voucher_expired wrong_merchant code_unknown code_invalid not_allowed"
    ),
    "POST /redemptions/{}/reversal": "undo_window_over",
}


@pytest.mark.parametrize("call", sorted(REFUSALS))
def test_the_document_names_what_a_call_refuses(call: str) -> None:
    said = " ".join(answer["description"] for answer in calls.operations()[call]["responses"].values())
    assert set(REFUSALS[call].split()) - set(re.findall(r"`(\w+)`", said)) == set()


@pytest.mark.parametrize("call", sorted(set(calls.CALLS) - calls.OPEN))
def test_every_other_call_may_answer_what_any_call_may(call: str) -> None:
    statuses = set(calls.operations()[call]["responses"])
    assert {"401", "422", "429", "503"} <= statuses
