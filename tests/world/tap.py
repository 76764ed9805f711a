"""tap.py - tests in Python that speak TAP

    @test
    def the_flag_is_set(world): ...

    run(World)          # one world for all tests of the file, or run() for tests that make their own
"""
import os
import shutil
import sys
import traceback

from world import become_root, end_on_signals

tests = []


def test(function):
    tests.append(function)
    return function


def equal(got, want, what=""):
    if got == want:
        return
    if isinstance(got, bytes) and isinstance(want, bytes):  # a mail: from the first difference on
        start = max(0, len(os.path.commonprefix([got, want])) - 40)
        got, want = got[start:start + 200], want[start:start + 200]
    raise AssertionError("%s: got %r, want %r" % (what or "value", got, want))


def true(value, what):
    if not value:
        raise AssertionError(what)


def comment(text):
    for line in text.rstrip("\n").splitlines():
        print("# " + line)


def attempt(number, function, arguments):
    name = function.__name__.replace("_", " ")
    try:
        function(*arguments)
    except Exception:  # a test reports whatever went wrong, and the next one runs
        print("not ok %d - %s" % (number, name))
        comment(traceback.format_exc())
        return False
    else:
        print("ok %d - %s" % (number, name))
        return True
    finally:
        sys.stdout.flush()


def run_in(*arguments):
    results = [attempt(number, function, arguments) for number, function in enumerate(tests, 1)]
    return all(results)


def run(make_world=None):
    """Run the tests of this file as root, print TAP, and end the program."""
    if os.geteuid() != 0 and not shutil.which("sudo"):
        print("1..0 # SKIP Postfix has to be started by root")
        sys.exit(0)
    become_root()
    end_on_signals()
    print("1..%d" % len(tests))
    sys.stdout.flush()
    if make_world is None:
        sys.exit(0 if run_in() else 1)
    with make_world() as world:
        good = run_in(world)
        if not good:
            world.show_logs()
    sys.exit(0 if good else 1)
