"""Codes: every single wrong character and every swap of neighbours is caught."""

from __future__ import annotations

import pytest

from pointsapp.core import codes


@pytest.mark.parametrize("length", [8, 10])
def test_every_single_error_and_neighbour_swap_is_caught(length: int) -> None:
    code = codes.new_code(length)
    assert codes.is_valid(code)
    for place in range(length):
        for other in codes.ALPHABET.replace(code[place], ""):
            assert not codes.is_valid(code[:place] + other + code[place + 1 :])
    for place in range(length - 1):
        swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
        assert swapped == code or not codes.is_valid(swapped)


def test_contract_formula_holds() -> None:
    code = codes.new_code(10)
    powers = [1]
    for _ in range(9):
        powers.append(powers[-1] << 1 if powers[-1] < 16 else (powers[-1] << 1) ^ 0b100101)
    total = 0
    for power, char in zip(powers, reversed(code), strict=True):
        value, product = codes.ALPHABET.index(char), 0
        for bit in range(5):
            if value >> bit & 1:
                product ^= _times(power, bit)
        total ^= product
    assert total == 0


def _times(value: int, by_power: int) -> int:
    for _ in range(by_power):
        value = value << 1 if value < 16 else (value << 1) ^ 0b100101
    return value


@pytest.mark.parametrize("shape", ["{}", " {} ", "http://any.example/q/v/{}", "HTTPS://x/q/v/{}?a=1#b", "/q/v/{}/"])
def test_a_code_is_read_from_whatever_carries_it(shape: str) -> None:
    code = codes.new_code(10)
    assert codes.read(shape.format(code), 10) == code


def test_typing_habits_are_forgiven() -> None:
    code = codes.with_check("0110000Z1")
    typed = f"{code[:4]}-{code[4:8]} {code[8:]}".lower().replace("0", "o").replace("1", "l")
    assert codes.read(typed, 10) == code


@pytest.mark.parametrize("text", ["", "/", "U" * 10, "12345", "💥" * 10, "http://[", "0" * 11, "\x00" * 10])
def test_rubbish_is_no_code(text: str) -> None:
    assert codes.read(text, 10) is None
