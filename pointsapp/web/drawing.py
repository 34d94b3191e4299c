"""Parts of pages that are drawn once for everybody: `{{ kept(task_card, task) }}` instead of `{{ task_card(task) }}`.

A card reads the same for all who are shown the same thing in the same language, and drawing it costs more than finding it. What is
drawn must follow from the macro's arguments, the language and the day alone: never from who looks.
"""

from __future__ import annotations

from typing import Any

from flask_babel import get_locale
from markupsafe import Markup

from pointsapp.core.kept import Beside, Kept

_drawn: Kept[Markup] = Kept(most=4096)
_of_rows: Beside[Markup] = Beside(most=2048)


def kept_part(macro: Any, *args: Any, **kw: Any) -> Markup:
    """Return what `macro` draws of these arguments, which are values that can be a key; at most two seconds old."""
    key = (macro, str(get_locale()), args, tuple(kw.items()))
    return _drawn.get(key, lambda: macro(*args, **kw))


def kept_of(row: Any, macro: Any, *args: Any) -> Markup:
    """Return what `macro` draws of `row`, and keep it as long as that very row is shown; `args` can be a key, the row need not.

    For rows that stay the same object while they say the same, such as standings; what is drawn must not depend on the day either.
    """
    return _of_rows.get(row, (macro, str(get_locale()), args), lambda: macro(row, *args))
