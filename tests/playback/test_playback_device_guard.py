"""What engines' deaths say of the device, and what they do not."""

from engine.playback.device_guard import FIRST_PAUSE_S, LONGEST_PAUSE_S, DeviceGuard


def die(guard: DeviceGuard, now_s: float, *, opened: bool = False) -> None:
    guard.begin()
    if opened:
        guard.opened()
    guard.died(now_s)


def test_deaths_with_a_device_open_are_never_held_against_it() -> None:
    guard = DeviceGuard()
    for now_s in range(50):
        die(guard, now_s, opened=True)
    assert guard.pause_s == 0.0


def test_a_device_that_answers_is_trusted_again() -> None:
    guard = DeviceGuard()
    for now_s in range(50):
        die(guard, now_s, opened=now_s % 2 == 1)
    assert guard.pause_s == 0.0


def test_two_deaths_while_opening_pause_it_and_each_try_in_vain_doubles_the_pause() -> None:
    guard = DeviceGuard()
    die(guard, 0.0)
    assert guard.pause_s == 0.0
    now_s, pauses = 1.0, []
    for _ in range(40):
        die(guard, now_s)
        pauses.append(guard.pause_s)
        die(guard, now_s)  # the silent engine: nothing is opened
        assert guard.pause_s == pauses[-1]
        assert not guard.ends_pause(now_s + guard.pause_s - 0.1)
        now_s += guard.pause_s
        assert guard.ends_pause(now_s)
        assert not guard.ends_pause(now_s)
    assert pauses[:3] == [FIRST_PAUSE_S, 2 * FIRST_PAUSE_S, 4 * FIRST_PAUSE_S]
    assert pauses[-1] == LONGEST_PAUSE_S
    guard.begin()
    guard.opened()
    die(guard, now_s)
    assert guard.pause_s == 0.0


def test_another_device_is_tried_at_once() -> None:
    guard = DeviceGuard()
    for now_s in range(5):
        die(guard, now_s)
    guard.forget()
    assert guard.pause_s == 0.0
    die(guard, 9.0)
    assert guard.pause_s == 0.0
