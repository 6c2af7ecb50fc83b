"""Whose turn it is: in the order of coming, and never two at once."""

from __future__ import annotations

import threading
import time

from locator._turn import having_the_turn, step_aside


def test_the_turn_goes_to_who_has_waited_longest_and_to_one_at_a_time() -> None:
    order: list[int] = []
    inside = most = 0

    def work(number: int) -> None:
        nonlocal inside, most
        with having_the_turn():
            inside += 1
            most = max(most, inside)
            order.append(number)
            time.sleep(0.01)
            inside -= 1

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    with having_the_turn():
        for thread in threads:
            thread.start()
            time.sleep(0.05)  # long enough to stand in the queue
    for thread in threads:
        thread.join(10)
    assert order == list(range(8))
    assert most == 1


def test_who_steps_aside_lets_the_next_one_in_and_ends_without_a_turn() -> None:
    entered = threading.Event()

    def next_one() -> None:
        with having_the_turn():
            entered.set()

    with having_the_turn():
        waiting = threading.Thread(target=next_one)
        waiting.start()
        assert not entered.wait(0.1)
        step_aside()
        assert entered.wait(10)
        step_aside()  # the second time it is not ours to give
    waiting.join(10)
    with having_the_turn():  # and it is free again
        assert waiting.is_alive() is False
