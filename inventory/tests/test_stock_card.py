from datetime import UTC, datetime, timedelta

import pytest

from inventory.stock_card import Change, draw, height, step_of, top_of

MONDAY = datetime(2026, 6, 1, tzinfo=UTC)
FRIDAY = MONDAY + timedelta(days=4)


def test_the_line_stays_level_and_jumps_at_each_change():
    changes = [Change(MONDAY, 10, 10), Change(MONDAY + timedelta(days=2), -5, 5)]

    card = draw(changes, on_hand=5, reorder_level=0, now=FRIDAY)

    assert card.line == "M0 100 H0 V0 H50 V50 H100"
    assert [(marker.x, marker.y) for marker in card.markers] == [(0, 0), (50, 50)]


def test_the_line_begins_at_what_was_there_before_the_oldest_change_drawn():
    card = draw([Change(MONDAY, -4, 6)], on_hand=6, reorder_level=0, now=FRIDAY)

    assert card.line.startswith("M0 0 H0 V40")


def test_one_movement_that_has_just_happened_is_drawn():
    card = draw([Change(MONDAY, 12, 12)], on_hand=12, reorder_level=0, now=MONDAY)

    assert len(card.markers) == 1
    assert card.end > card.start


def test_a_level_that_never_moved_is_a_flat_line_without_markers():
    card = draw([], on_hand=0, reorder_level=0, now=FRIDAY)

    assert (card.line, card.markers, card.reorder) == ("M0 100 H100", [], None)


def test_the_reorder_level_is_inside_the_drawing_even_above_the_stock():
    card = draw([Change(MONDAY, 2, 2)], on_hand=2, reorder_level=20, now=FRIDAY)

    assert (card.reorder.value, card.reorder.y) == (20, 0)


def test_a_fall_to_nothing_keeps_the_height_it_fell_from():
    card = draw([Change(MONDAY, -40, 0)], on_hand=0, reorder_level=0, now=FRIDAY)

    assert card.line == "M0 0 H0 V100 H100"


@pytest.mark.parametrize(
    ("most", "step", "top"),
    [
        (1, 1, 1),
        (4, 1, 4),
        (5, 2, 6),
        (24, 10, 30),
        (40, 10, 40),
        (41, 20, 60),
        (999, 500, 1000),
        (10**9, 5 * 10**8, 10**9),
    ],
)
def test_lines_across_are_round_numbers_and_few(most, step, top):
    assert (step_of(most), top_of(most)) == (step, top)
    assert top // step <= 4


def test_the_axis_is_marked_from_zero_to_the_top():
    card = draw([Change(MONDAY, 30, 30)], on_hand=30, reorder_level=0, now=FRIDAY)

    assert [tick.value for tick in card.ticks] == [0, 10, 20, 30]
    assert [tick.y for tick in card.ticks] == [height(value, 30) for value in (0, 10, 20, 30)]
