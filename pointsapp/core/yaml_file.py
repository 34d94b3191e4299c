"""YAML import files: plain data, and the line on which each part of it stands, so that a mistake can be named with its line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from pointsapp.core.table_file import BadFile

MAX_BYTES = 1024 * 1024
Place = tuple[str | int, ...]  # ("stars", 0, "name"): the way from the top to a part
_MERGE = "tag:yaml.org,2002:merge"


def read_document(path: Path) -> tuple[Any, dict[Place, int]]:
    """Return the document in `path` and the line of each place in it. Raises BadFile, with the line, for what is not plain YAML."""
    if path.stat().st_size > MAX_BYTES:
        raise BadFile([(1, _TOO_LARGE)])
    return read_bytes(path.read_bytes())


_TOO_LARGE = f"the file is larger than {MAX_BYTES // 1024} KiB"


def read_bytes(content: bytes) -> tuple[Any, dict[Place, int]]:
    """Return the document in `content` and the line of each place in it. Raises BadFile, with the line, for what is not plain YAML.

    Keys are texts and stand once; there are no aliases: a small file cannot grow into a large one.
    """
    if len(content) > MAX_BYTES:
        raise BadFile([(1, _TOO_LARGE)])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadFile([(1, f"not UTF-8: {error.reason} at byte {error.start}")]) from None
    try:
        loader = yaml.SafeLoader(text)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise BadFile([(line, f"a character that no text has: U+{error.character:04X}")]) from None
    try:
        node = loader.get_single_node()
        if node is None:
            raise BadFile([(1, "the file is empty")])
        reader = _Reader(loader)
        document = reader.read(node, ())
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BadFile([(line, f"not YAML: {error.problem}")]) from None
    except yaml.YAMLError as error:
        raise BadFile([(1, f"not YAML: {error}")]) from None
    except RecursionError:
        raise BadFile([(1, "nested too deeply")]) from None
    finally:
        loader.dispose()
    if reader.problems:
        raise BadFile(reader.problems)
    return document, reader.lines


class _Reader:
    def __init__(self, loader: yaml.SafeLoader) -> None:
        self.loader = loader
        self.lines: dict[Place, int] = {}
        self.problems: list[tuple[int, str]] = []
        self._seen: set[int] = set()

    def read(self, node: yaml.Node, place: Place) -> Any:
        line = self.lines.setdefault(place, node.start_mark.line + 1)
        if id(node) in self._seen:
            self.problems.append((line, "an alias (*) cannot be used here"))
            return None
        self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self.read(part, (*place, number)) for number, part in enumerate(node.value)]
        try:
            return self.loader.construct_object(node)  # type: ignore[no-untyped-call]
        except ValueError as error:
            self.problems.append((line, str(error)))
            return None
        except (
            LookupError,
            AttributeError,
            TypeError,
            ArithmeticError,
        ):  # what the library makes of !!bool x, !!int ""
            self.problems.append((line, f"{str(node.value)[:40]!r} is no such value"))
            return None

    def _mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key = key_node.value
            if not isinstance(key, str) or key_node.tag == _MERGE:
                self.problems.append((line, "a key must be a word"))
                continue
            if key in found:
                self.problems.append((line, f"{key} stands twice"))
                continue
            self.lines[(*place, key)] = line
            found[key] = self.read(value_node, (*place, key))
        return found
