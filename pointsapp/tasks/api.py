"""JSON door of tasks."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.errors import NotFound
from pointsapp.core.paging import Page
from pointsapp.tasks import queries, services
from pointsapp.tasks.policies import may_see_task
from pointsapp.tasks.schemas.calls import (
    CategorySchema,
    MySignupSchema,
    ReasonSchema,
    RosterSchema,
    SignupSchema,
    TaskArgs,
    TaskCardSchema,
    TaskDetailSchema,
    TaskDraftSchema,
    TaskReceiptSchema,
)
from pointsapp.tasks.schemas.later import DecisionSchema, NoShowReceiptSchema, NoShowSchema, WordsSchema
from pointsapp.web.api import api_blueprint, refuses
from pointsapp.web.doors import write_json
from pointsapp.web.guard import public
from pointsapp.web.login import signed_in
from pointsapp.web.porch import refused_early
from pointsapp.web.replicas import may_lag
from pointsapp.web.schemas import PageArgs, page_request, page_schema

blp = api_blueprint("tasks", "Tasks, shifts, sign-ups, waiting list.")


@blp.get("/task-categories")
@public("the categories are no secret, and a guest filters by them")
@may_lag
@blp.arguments(PageArgs, location="query")
@blp.response(200, page_schema(CategorySchema))
def list_categories(args: dict[str, Any]) -> Page[Any]:
    """Categories of tasks, in the operator's order."""
    return queries.categories(db.session, page_request(args, int))


@blp.get("/tasks")
@blp.arguments(TaskArgs, location="query")
@blp.response(200, page_schema(TaskCardSchema, "TaskPage"))
def list_tasks(args: dict[str, Any]) -> Page[Any]:
    """Published tasks of an area, or of the person's whole district, newest first; staff also see their drafts."""
    wanted = queries.TaskFilter(
        area=args["area"], category=args["category"], q=args["q"], is_open=args["open"], states=queries.LISTED
    )
    return queries.tasks_page(db.session, signed_in(), wanted, page_request(args, int), now=now())


@blp.get("/tasks/<task_id>")
@blp.response(200, TaskDetailSchema)
def read_task(task_id: str) -> Any:
    """One task with everything given at its creation."""
    task = queries.task_view(db.session, task_id)
    if task is None or not may_see_task(signed_in(), task.area.path, task.is_draft):
        raise NotFound()
    return task


@blp.post("/tasks")
@blp.arguments(TaskDraftSchema)
@blp.response(201, TaskDetailSchema)
@refuses("not_allowed")
def post_task(draft: Any) -> Response:
    """Write down a draft."""
    return write_json(services.create_draft, signed_in(), draft, schema=TaskDetailSchema())


@blp.put("/tasks/<task_id>")
@blp.arguments(TaskDraftSchema)
@blp.response(200, TaskDetailSchema)
@refuses("not_allowed", "wrong_state")
def put_task(draft: Any, task_id: str) -> Response:
    """Write a draft anew; an approval it had lapses."""
    return write_json(services.edit_draft, signed_in(), task_id, draft, schema=TaskDetailSchema(), status=200)


@blp.post("/tasks/<task_id>/publication")
@blp.response(200, TaskReceiptSchema)
@refuses("not_allowed", "wrong_state", "insufficient_budget", "approval_required")
def publish_task(task_id: str) -> Response:
    """Publish a draft and reserve its points; the answer names the budget it draws on."""
    return write_json(services.publish, signed_in(), task_id, schema=TaskReceiptSchema(), status=200)


@blp.post("/tasks/<task_id>/approval")
@blp.response(200, TaskDetailSchema)
@refuses("not_allowed", "wrong_state")
def approve_task(task_id: str) -> Response:
    """Approve as a second person a draft whose points stand above its category's band."""
    return write_json(services.approve_task, signed_in(), task_id, schema=TaskDetailSchema(), status=200)


@blp.post("/tasks/<task_id>/cancellation")
@blp.arguments(ReasonSchema)
@blp.response(200, TaskDetailSchema)
@refuses("not_allowed", "wrong_state")
def cancel_task(body: dict[str, Any], task_id: str) -> Response:
    """Call the task off: credits given stay, the rest of the budget returns, everyone is told."""
    return write_json(services.cancel_task, signed_in(), task_id, body["reason"], schema=TaskDetailSchema(), status=200)


@blp.post("/shifts/<shift_id>/signups")
@refused_early(queries.sold_out)
@blp.response(201, SignupSchema)
@refuses("shift_full", "signup_closed", "time_conflict", "quota_reached", "signup_paused", "not_eligible")
def post_signup(shift_id: str) -> Response:
    """Take a place, or join the waiting list where the task has one."""
    actor = signed_in()
    if "Idempotency-Key" not in request.headers:  # a stored answer comes before any refusal
        refusal = queries.sold_out_refusal(db.session, actor, shift_id, now=now())
        if refusal is not None:
            raise refusal
    return write_json(services.sign_up, actor, shift_id, schema=SignupSchema)


@blp.get("/shifts/<shift_id>/signups")
@blp.arguments(PageArgs, location="query")
@blp.response(200, page_schema(RosterSchema))
@refuses("not_allowed")
def list_shift_signups(args: dict[str, Any], shift_id: str) -> Page[Any]:
    """The shift's live sign-ups: for staff and the shift's leaders."""
    return queries.shift_roster(db.session, signed_in(), shift_id, page_request(args, int), now=now())


@blp.get("/me/signups")
@blp.arguments(PageArgs, location="query")
@blp.response(200, page_schema(MySignupSchema))
def list_my_signups(args: dict[str, Any]) -> Page[Any]:
    """Everything the person signed up for, newest first."""
    return queries.my_signups_page(db.session, signed_in().person_id, page_request(args, int))


@blp.delete("/signups/<signup_id>")
@blp.response(200, SignupSchema)
@refuses("not_allowed", "too_late_to_cancel")
def delete_signup(signup_id: str) -> Response:
    """Give the place back; the first waiting person who can take it gets it."""
    return write_json(services.cancel_signup, signed_in(), signup_id, schema=SignupSchema, status=200)


@blp.post("/signups/<signup_id>/acceptance")
@blp.response(200, SignupSchema)
@refuses("not_allowed", "wrong_state", "time_conflict", "offer_expired")
def accept_signup(signup_id: str) -> Response:
    """Accept an offered place before it runs out."""
    return write_json(services.accept_offer, signed_in(), signup_id, schema=SignupSchema, status=200)


@blp.post("/signups/<signup_id>/excuse")
@blp.arguments(WordsSchema)
@blp.response(201, NoShowReceiptSchema)
@refuses("not_allowed", "wrong_state")
def post_excuse(body: dict[str, Any], signup_id: str) -> Response:
    """Say why one cannot come (the place goes to somebody else at once), or why one did not."""
    return write_json(services.ask_excuse, signed_in(), signup_id, body["reason"], schema=NoShowReceiptSchema)


@blp.get("/me/no-shows")
@blp.arguments(PageArgs, location="query")
@blp.response(200, page_schema(NoShowSchema))
def list_my_no_shows(args: dict[str, Any]) -> Page[Any]:
    """The person's own record of no-shows with reasons and answers, newest first."""
    return queries.my_no_shows(db.session, signed_in().person_id, page_request(args, int))


@blp.post("/no-shows/<no_show_id>/appeal")
@blp.arguments(WordsSchema)
@blp.response(200, NoShowReceiptSchema)
@refuses("not_allowed", "wrong_state")
def post_appeal(body: dict[str, Any], no_show_id: str) -> Response:
    """Ask somebody else to look at it; until then it does not count."""
    return write_json(services.appeal, signed_in(), no_show_id, body["reason"], schema=NoShowReceiptSchema, status=200)


@blp.post("/no-shows/<no_show_id>/decision")
@blp.arguments(DecisionSchema)
@blp.response(200, NoShowReceiptSchema)
@refuses("not_allowed", "wrong_state")
def post_decision(command: services.Decision, no_show_id: str) -> Response:
    """Accept a reason or an appeal, or not; an appeal is decided by somebody who had no part in it."""
    return write_json(services.decide_no_show, signed_in(), no_show_id, command, schema=NoShowReceiptSchema, status=200)
