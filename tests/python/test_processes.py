"""Forks, signals, ends without close, threads, locales: whatever a Python program may do."""

import os
import signal
import subprocess

from hub import TIMEOUT_S, until


def test_the_child_of_a_fork_does_nothing_and_the_parent_goes_on(hub, run_python):
    run_python("""
        import multiprocessing, os, fedwatt
        w = fedwatt.Worker(run="digits", worker="w")
        w.checkpoint(1)
        phase = w.phase("fit")
        phase.__enter__()

        def child():
            assert w.checkpoint(2) and not w.flush(60)
            with w.phase("evaluate"):
                w.report(accuracy=0.1)
            assert not w.close(60) and w.stats().reports_made == 0

        with w._training:  # as if another thread were in a call
            if os.fork() == 0:
                child()
                raise SystemExit(0)  # with all of the interpreter's end
        assert os.wait()[1] == 0
        process = multiprocessing.get_context("fork").Process(target=child)
        process.start()
        process.join()
        assert process.exitcode == 0
        phase.end()
        w.report(accuracy=0.5)
        assert w.close()
        """, hub=hub).ends_well()
    (only,) = hub.rounds("digits")
    assert (only["round"], only["accuracy"]) == (1, 0.5)
    assert hub.farewell("digits")


def test_each_process_may_have_a_worker_of_its_own(hub, run_python):
    run_python("""
        import os, fedwatt
        def train(name):
            with fedwatt.Worker(run="digits", worker=name) as w:
                w.checkpoint(1)
                w.report(accuracy=0.5)
        with fedwatt.Worker(run="digits", worker="parent") as w:
            w.report(accuracy=0.5)
            if os.fork() == 0:
                train("child")
                os._exit(0)
            assert os.wait()[1] == 0
        """, hub=hub).ends_well()
    workers = {each["worker"] for each in hub.json("/api/v1/runs/digits")["workers"]}
    assert workers == {"parent", "child"}


def test_ctrl_c_ends_a_pause(hub, run_python):
    training = run_python("""
        import fedwatt
        with fedwatt.Worker(run="digits", worker="w") as w:
            for r in w.rounds():
                w.report(accuracy=0.5)
                if r == 1:
                    w.flush(60)
                    print("trained")
                    while w.ordered() is not fedwatt.Next.STILL_PAUSED: pass
        """, hub=hub)
    assert training.line() == "trained"
    hub.command("pause", "digits")  # until it waits
    hub.becomes("digits", "paused")
    training.process.send_signal(signal.SIGINT)
    training.end()
    assert training.process.returncode == -signal.SIGINT  # as Python ends by KeyboardInterrupt
    assert "KeyboardInterrupt" in training.errors
    assert "interrupted" in hub.farewell("digits")


def test_the_end_of_the_program_closes(hub, run_python):
    run_python("""
        import fedwatt
        w = fedwatt.Worker(run="digits", worker="w")
        w.checkpoint(1)
        w.report(accuracy=0.5)
        """, hub=hub).ends_well()
    assert hub.rounds("digits")[0]["accuracy"] == 0.5
    assert "ended without close" in hub.farewell("digits")


def test_the_end_of_the_program_while_another_thread_waits(hub, run_python):
    training = run_python("""
        import threading, fedwatt
        w = fedwatt.Worker(run="digits", worker="w")
        w.checkpoint(1)
        w.report(accuracy=0.5)
        w.flush(60)
        print("trained")
        while w.ordered() is not fedwatt.Next.STILL_PAUSED: pass
        threading.Thread(target=w.checkpoint, args=(2,), daemon=True).start()
        input()
        """, hub=hub)
    assert training.line() == "trained"
    hub.command("pause", "digits")
    training.end()
    assert "EOFError" in training.errors  # what input() met, and nothing worse
    assert training.process.returncode == 1
    assert hub.farewell("digits")


def test_a_worker_that_is_dropped_is_closed(hub, run_python):
    run_python("""
        import fedwatt
        def train():
            w = fedwatt.Worker(run="digits", worker="w")
            w.report(accuracy=0.5)
        train()
        fedwatt.Worker(run="digits", worker="w2", close_timeout=0)
        """, hub=hub).ends_well()
    assert "ended without close" in hub.farewell("digits")


def test_numbers_under_a_locale_with_a_decimal_comma(hub, run_python, tmp_path):
    folder = tmp_path / "de_DE.UTF-8"
    subprocess.run(["localedef", "-i", "de_DE", "-f", "UTF-8", folder], check=True)
    run_python("""
        import locale, fedwatt
        locale.setlocale(locale.LC_ALL, "")
        assert locale.localeconv()["decimal_point"] == ","
        with fedwatt.Worker(run="digits", worker="w", pue=1.25) as w:
            w.checkpoint(1)
            w.report(accuracy=0.375, metrics={"auc": 0.625})
        """, hub=hub, LOCPATH=str(tmp_path), LC_ALL="de_DE.UTF-8").ends_well()
    (only,) = hub.rounds("digits")
    assert (only["accuracy"], only["metrics"]["auc"]) == (0.375, 0.625)


def test_calls_from_many_threads_do_no_harm(hub, run_python):
    run_python("""
        import threading, fedwatt
        w = fedwatt.Worker(run="digits", worker="w", close_timeout=60)
        def train():
            for r in range(200):
                w.checkpoint(r)
                with w.phase("fit"):
                    w.add_energy(source="plug", cpu_j=1.0)
                w.report(accuracy=0.5, metrics={"auc": 0.5})
                w.stats()
                w.ordered()
        threads = [threading.Thread(target=train) for _ in range(4)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        assert w.close()
        assert w.stats().reports_acknowledged == w.stats().reports_made >= 800
        """, hub=hub).ends_well()
    hub.becomes("digits", "finished")


def test_a_thousand_workers_leave_nothing_behind(run_python, no_hub):
    output = run_python("""
        import os, fedwatt
        def use(count):
            for number in range(count):
                with fedwatt.Worker(run="digits", worker="w", close_timeout=0) as w:
                    w.checkpoint(1)
                    w.report(accuracy=0.5)
        def threads_files_and_kilobytes():
            resident = int(open("/proc/self/statm").read().split()[1]) * 4
            return len(os.listdir("/proc/self/task")), len(os.listdir("/proc/self/fd")), resident
        use(200)  # what is allocated once
        before = threads_files_and_kilobytes()
        use(1000)
        after = threads_files_and_kilobytes()
        assert after[:2] == before[:2], (before, after)
        print(after[2] - before[2])
        """, FEDWATT_HUB=no_hub).ends_well()
    # A kilobyte each would be 1,000.
    assert int(output) < 1_000, f"{output} KB more"


def test_without_a_library_the_import_says_what_to_do(run_python, tmp_path):
    missing = run_python("import fedwatt", FEDWATT_LIBRARY=str(tmp_path / "none.so"))
    missing.end()
    assert "ImportError: fedwatt cannot use its library" in missing.errors
    assert "FEDWATT_LIBRARY" in missing.errors


def test_another_abi_version_is_refused(run_python, tmp_path):
    (tmp_path / "other.c").write_text("int fedwatt_abi_version(void) { return 7; }\n")
    library = str(tmp_path / "other.so")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, tmp_path / "other.c"], check=True)
    other = run_python("import fedwatt", FEDWATT_LIBRARY=library)
    other.end()
    assert f"a libfedwatt with ABI version 1 and {library} has 7" in other.errors


def test_what_the_library_says_is_logged(run_python, no_hub):
    """Warnings are seen without any set-up; a program's logging gets them under their name."""
    script = """
        import fedwatt
        {}
        with fedwatt.Worker(run="digits", worker="w", close_timeout=0) as w:
            w.report(accuracy=81)
        """
    plain = run_python(script.format(""), FEDWATT_HUB=no_hub)
    plain.ends_well()
    assert "accuracy" in plain.errors and "left out" in plain.errors
    set_up = "import logging; logging.basicConfig(format='%(levelname)s %(name)s %(message)s')"
    configured = run_python(script.format(set_up), FEDWATT_HUB=no_hub)
    configured.ends_well()
    assert "WARNING fedwatt accuracy" in configured.errors
