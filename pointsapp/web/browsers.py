"""What is known of the browser at hand. Most people here read inside WeChat, where some things do not work and others work best."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, make_response, render_template, request, url_for

from pointsapp.web.links import absolute

# In this order: each later one also calls itself by the names of the earlier ones.
_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
_MACHINES = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "Mac"))
TRY_HERE = "here"  # in the address of a file: give it all the same


def init_browsers(app: Flask) -> None:
    """Answer a file that WeChat would drop without a word with a page of ways to get it."""
    app.after_request(_never_a_lost_file)


def in_wechat() -> bool:
    """Tell whether the page is read inside WeChat: its own scanner is the surest there, and downloads fail."""
    return "micromessenger" in (request.user_agent.string or "").lower()


def shown_browser() -> str:
    """Return the browser as its owner tells it from their others: Chrome · Android."""
    said = request.user_agent.string or ""
    found = [next((name for word, name in names if word in said), "") for names in (_BROWSERS, _MACHINES)]
    return " · ".join(filter(None, found)) or "Web"


def will_be_lost(response: Response) -> bool:
    """Tell whether `response` is a file that WeChat would drop: a page of ways to get it goes out instead, and nobody reads the file."""
    is_file = response.headers.get("Content-Disposition", "").startswith("attachment")
    if not is_file or response.status_code != 200 or request.method != "GET" or not in_wechat():
        return False
    return not (request.path.startswith("/api/") or request.endpoint is None or TRY_HERE in request.args)


def _never_a_lost_file(response: Response) -> Response:
    if not will_be_lost(response):
        return response
    response.close()
    endpoint = str(request.endpoint)
    # url_for has a use of its own for these names.
    asked: dict[str, Any] = {
        name: values
        for name, values in request.args.to_dict(flat=False).items()
        if name != "endpoint" and not name.startswith("_")
    } | (request.view_args or {})
    page = make_response(
        render_template(
            "errors/no_files.html",
            address=absolute(url_for(endpoint, **asked)),
            here=url_for(endpoint, **{**asked, TRY_HERE: "1"}),
        )
    )
    page.headers["Cache-Control"] = "no-store"
    return page


__all__ = ["in_wechat", "init_browsers", "shown_browser", "will_be_lost"]
