"""The columns that the bulk load writes, table by table in the order in which rows may refer to each other.

Rows are tuples in this order of text, whole numbers (0 and 1 for no and yes) and None, written the same way for both databases.
"""

from __future__ import annotations

COLUMNS: dict[str, tuple[str, ...]] = {
    "person": (
        "id", "public_id", "name", "phone", "password_hash", "volunteer_number", "home_area_id", "verified_at",
        "consent_version", "consented_at", "session_version", "elder_view", "shows_on_rankings", "personal_code", "created_at",
    ),
    "entry": (
        "id", "public_id", "reference", "fingerprint", "kind", "posted_at", "person_id", "memo", "facts", "rule",
        "rule_version", "inputs", "steps",
    ),
    "posting": (
        "entry_id", "number", "posted_at", "unit", "flow", "source", "destination", "amount", "person_id", "change",
        "balance_after", "behaviour",
    ),
    "hold": (
        "id", "person_id", "amount", "lot_amount", "state", "opened_at", "expires_at", "resolved_at", "entry_id",
        "resolved_entry_id",
    ),
    "balance": ("account", "amount"),
    "task": (
        "id", "public_id", "title", "description", "category", "area_id", "place", "has_poster", "points", "points_mode",
        "check_out_required", "conditions", "risks", "safeguards", "insurance", "what_to_bring", "contact", "organiser",
        "waitlist", "cancel_until_minutes", "audience", "state", "budget_account", "rule_version_id", "notice_version",
        "created_at", "published_at", "closed_at",
    ),
    "notice_text": ("task_id", "version", "text", "created_at"),
    "shift": ("id", "public_id", "task_id", "starts_at", "ends_at", "capacity", "taken", "waiting", "state", "code_key"),
    "signup": (
        "id", "public_id", "shift_id", "person_id", "state", "created_at", "queued_at", "accepted_notice_version",
        "is_walk_in", "arrived_at", "settled_at",
    ),
    "attendance": (
        "id", "public_id", "signup_id", "shift_id", "person_id", "state", "checked_in_at", "cut_off", "from_at", "to_at",
        "minutes", "points", "way", "checked_in_by_id", "credited_at", "entry_id",
    ),
    "scan": ("at", "person_id", "shift_id", "attendance_id", "action", "way", "by_id", "is_accepted", "is_repeat"),
    "voucher": (
        "id", "public_id", "code", "person_id", "merchant_id", "offer_id", "offer_version", "title", "points", "agreed_fen",
        "terms", "state", "hold_id", "holds", "issued_at", "issued_on", "expires_at", "closed_at",
    ),
    "redemption": ("public_id", "voucher_id", "merchant_id", "clerk_id", "points", "agreed_fen", "redeemed_at"),
    "event": ("id", "kind", "at", "area_id", "person_id", "actor_id", "subject", "facts"),
    "event_delivery": ("event_id", "subscriber", "due_at", "done_at", "tries"),
    "evidence": (
        "public_id", "event_id", "metric", "area_id", "person_id", "quantity", "occurred_at", "recorded_at",
    ),
    "membership": ("person_id", "branch_id", "is_reporting", "starts_at", "recorded_at"),
    "assessment": ("public_id", "round_id", "branch_id", "indicator", "score_hundredths", "reason", "by_id", "at"),
    "notice": ("public_id", "person_id", "event_id", "kind", "facts", "created_at", "read_at"),
}  # fmt: skip
NUMBERED = tuple(table for table, columns in COLUMNS.items() if columns[0] == "id")
