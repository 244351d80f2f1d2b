"""The locked room: what a reader gone bad can reach, and how long it lives."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import drafting
import records
from drafting.sandbox import Limits, Sandbox
from records.errors import Unavailable, Unreadable

TASKS = {
    "echo": "def answer(content, options):\n    return content[::-1] + repr(options).encode()\n",
    "counts": """
        seen = []
        def answer(content, options):
            seen.append(content)
            return str(len(seen)).encode()
        """,
    "calls_home": """
        import socket
        def answer(content, options):
            told = []
            for host in ("127.0.0.1", "::1", "8.8.8.8"):
                try:
                    socket.create_connection((host, options["port"]), 1).sendall(content)
                    told.append("connected")
                except OSError as error:
                    told.append(type(error).__name__)
            return " ".join(told).encode()
        """,
    "looks_around": """
        import os, pathlib
        def answer(content, options):
            found = []
            for path in options["paths"]:
                try:
                    found.append(pathlib.Path(path).read_text()[:50])
                except OSError:
                    found.append("-")
            return ("\\n".join(found) + "\\n" + repr(sorted(os.environ))).encode()
        """,
    "writes": """
        import pathlib
        def answer(content, options):
            done = []
            for path in options["paths"]:
                try:
                    pathlib.Path(path).write_bytes(content)
                    done.append(path)
                except OSError:
                    pass
            return repr(done).encode()
        """,
    "hangs": "import time\ndef answer(content, options):\n    time.sleep(1000)\n",
    "spins": "def answer(content, options):\n    while True: pass\n",
    "swallows": "def answer(content, options):\n    return bytes(8 * 1024**3)\n",
    "floods": "def answer(content, options):\n    return bytes(2_000_000)\n",
    "crashes": "import os\ndef answer(content, options):\n    os.abort()\n",
    "raises": "def answer(content, options):\n    raise ValueError(content.decode())\n",
    "chatters": """
        import os, sys
        def answer(content, options):
            print("x" * 10000, flush=True)
            os.write(1, b"noise")
            return b"calm"
        """,
    "finds": """
        from records.errors import Unreadable
        def answer(content, options):
            raise Unreadable("file.too-many-pages", limit=5000)
        """,
    "lies": """
        import os
        def answer(content, options):
            for fd in range(3, 20):
                try:
                    os.write(fd, b"\\0\\0\\0\\0\\0\\0\\0\\x0f-{\\"rule\\": \\"<b>\\"}")
                except OSError:
                    pass
            os._exit(0)
        """,
    "leaves_a_child": """
        import subprocess
        def answer(content, options):
            subprocess.Popen(["sleep", options["seconds"]], start_new_session=True)
            return b"gone"
        """,
}


@pytest.fixture(scope="module")
def tasks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tasks")
    for name, source in TASKS.items():
        (folder / f"{name}.py").write_text(textwrap.dedent(source))
    return folder


@pytest.fixture(scope="module")
def sandbox(tasks: Path) -> Iterator[Sandbox]:
    quick = Limits(wall=1.5, memory=1024**3, answer=1_000_000)
    limits = dict.fromkeys(("hangs", "spins", "swallows", "floods", "crashes"), quick)
    with Sandbox(warm={"echo": 1, "counts": 1}, limits=limits, also=[tasks]) as sandbox:
        yield sandbox


def running(marker: str) -> list[int]:
    """Give the processes whose command line holds a word."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                line = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if marker.encode() in line:
                found.append(int(entry.name))
    return found


def wait_until_gone(marker: str, *, seconds: float) -> list[int]:
    until = time.monotonic() + seconds
    while running(marker) and time.monotonic() < until:
        time.sleep(0.05)
    return running(marker)


def test_a_document_goes_in_and_its_answer_comes_out(sandbox: Sandbox) -> None:
    large = bytes(range(256)) * 40_000

    assert sandbox("echo", large, options={"a": 1}) == large[::-1] + b"{'a': 1}"


def test_each_process_sees_one_document_only(sandbox: Sandbox) -> None:
    assert {sandbox("counts", b"x", options={}) for _ in range(4)} == {b"1"}


def test_many_threads_get_each_their_own_answer(sandbox: Sandbox) -> None:
    texts = [f"{n}-letter".encode() for n in range(12)]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda text: sandbox("echo", text, options={}), texts))

    assert answers == [text[::-1] + b"{}" for text in texts]


def test_a_reader_reaches_no_network(sandbox: Sandbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        socket.create_connection(("127.0.0.1", port)).close()
        listener.accept()[0].close()  # the listener does hear what comes from here

        told = sandbox("calls_home", b"secret", options={"port": port})

        listener.settimeout(0.3)
        with pytest.raises(TimeoutError):
            listener.accept()
    assert b"connected" not in told


def test_a_reader_sees_neither_documents_nor_secrets_nor_settings(
    tasks: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for room in (records, drafting):
        source = Path(str(room.__file__)).parent
        shutil.copytree(source, tmp_path / "office" / source.name)
    hidden = [
        tmp_path / "office" / name
        for name in ("var/office.db", "config/office.yaml", ".env", "drafting/../var/blobs/ab")
    ]
    for path in hidden:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("TUYET-MAT-4711")
    monkeypatch.setenv("OFFICE_SECRET", "TUYET-MAT-4711")
    paths = [*map(str, hidden), "/etc/shadow", "/etc/passwd", str(Path.home() / ".bashrc")]
    seen = tmp_path / "office" / "records" / "errors.py"

    with Sandbox(root=tmp_path / "office", also=[tasks]) as sandbox:
        told = sandbox("looks_around", b"", options={"paths": [*paths, str(seen)]}).decode()

    *found, errors, environment = told.splitlines()
    assert found == ["-"] * len(paths)
    assert errors.startswith('"""The three families')
    assert "OFFICE_SECRET" not in environment


def test_a_reader_changes_nothing_outside(sandbox: Sandbox, tasks: Path) -> None:
    name = f"/tmp/drafting-{os.getpid()}"  # noqa: S108 - the point: it is not the machine's /tmp
    here = Path(drafting.__file__).parent
    paths = [name, str(tasks / "new.py"), str(here / "new.py"), "/usr/new", "/new", "/dev/new"]

    done = sandbox("writes", b"x", options={"paths": paths})

    assert done == repr([name]).encode()
    assert not Path(name).exists()


@pytest.mark.parametrize("task", ["hangs", "spins"])
def test_a_reader_that_never_ends_is_ended(sandbox: Sandbox, task: str) -> None:
    began = time.monotonic()

    with pytest.raises(Unreadable) as caught:
        sandbox(task, b"x" * 3_000_000, options={})

    assert caught.value.rule == "file.too-slow"
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("task", ["swallows", "floods", "crashes", "raises", "lies"])
def test_a_reader_that_breaks_gives_a_verdict_on_the_file(sandbox: Sandbox, task: str) -> None:
    with pytest.raises(Unreadable) as caught:
        sandbox(task, b"words of a secret letter", options={})

    assert caught.value.rule == "file.reader-failed"
    assert "secret" not in str(caught.value)


def test_what_a_reader_prints_is_not_taken_for_its_answer(sandbox: Sandbox) -> None:
    assert sandbox("chatters", b"", options={}) == b"calm"


def test_a_verdict_is_carried_out_with_its_facts(sandbox: Sandbox) -> None:
    with pytest.raises(Unreadable) as caught:
        sandbox("finds", b"", options={})

    assert caught.value.rule == "file.too-many-pages"
    assert caught.value.facts == {"limit": "5000"}


def test_what_a_reader_started_ends_with_it(sandbox: Sandbox) -> None:
    seconds = f"987{os.getpid()}"

    assert sandbox("leaves_a_child", b"", options={"seconds": seconds}) == b"gone"

    assert wait_until_gone(seconds, seconds=5) == []


def test_as_many_processes_stand_ready_as_were_asked_for(tasks: Path) -> None:
    marker = f"ready-{os.getpid()}"
    folder = tasks / marker
    folder.mkdir()
    end = time.monotonic() + 30

    with Sandbox(warm={"echo": 3}, also=[tasks, folder]):
        while len(cells(marker)) != 3:
            assert time.monotonic() < end, cells(marker)
            time.sleep(0.05)


def cells(marker: str) -> list[int]:
    """Give the processes that wait for a document, without what locks them in."""
    return [one for one in running(marker) if comm(one).startswith("python")]


def comm(process: int) -> str:
    try:
        return Path(f"/proc/{process}/comm").read_text()
    except OSError:
        return ""


def test_closing_ends_every_process(tasks: Path) -> None:
    marker = f"closing-{os.getpid()}"
    folder = tasks / marker
    folder.mkdir()
    sandbox = Sandbox(warm={"echo": 3}, also=[tasks, folder])
    sandbox("echo", b"x", options={})
    assert running(marker)

    sandbox.close()

    assert wait_until_gone(marker, seconds=5) == []
    with pytest.raises(Unavailable):
        sandbox("echo", b"x", options={})


def test_no_process_outlives_an_office_that_was_killed(tasks: Path) -> None:
    marker = f"orphan-{os.getpid()}"
    folder = tasks / marker
    folder.mkdir()
    script = f"""
        import sys
        sys.path.insert(0, {str(Path(drafting.__file__).parents[1])!r})
        from pathlib import Path
        from drafting.sandbox import Sandbox
        office = Sandbox(warm={{"echo": 2}}, also=[Path({str(tasks)!r}), Path({str(folder)!r})])
        office("echo", b"x", options={{}})
        print("reading", flush=True)
        office("hangs", b"x", options={{}})
        """
    office = subprocess.Popen(  # noqa: S603 - the script above
        [sys.executable, "-c", textwrap.dedent(script)], stdout=subprocess.PIPE
    )
    assert office.stdout is not None
    assert office.stdout.readline() == b"reading\n"
    time.sleep(0.5)
    assert len(running(marker)) > 2

    os.kill(office.pid, signal.SIGKILL)
    office.wait()
    office.stdout.close()

    assert wait_until_gone(marker, seconds=5) == []


def test_a_machine_without_a_sandbox_reads_nothing(tasks: Path) -> None:
    for bwrap in (tasks / "no-such-program", Path("/bin/false")):
        with Sandbox(bwrap=bwrap, also=[tasks]) as sandbox, pytest.raises(Unavailable) as caught:
            sandbox("echo", b"x", options={})
        assert caught.value.rule == "sandbox.unavailable"


def test_a_task_that_cannot_start_is_no_fault_of_the_file(tasks: Path) -> None:
    with Sandbox(also=[tasks]) as sandbox, pytest.raises(Unavailable) as caught:
        sandbox("no_such_task", b"x", options={})
    assert caught.value.rule == "sandbox.unavailable"
