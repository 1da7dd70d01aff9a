"""A real PostgreSQL for the tests: a private cluster in a temporary folder, started once a session and stopped by pg_ctl."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin")) if Path("/usr/lib/postgresql").is_dir() else []
SETTINGS = "-c listen_addresses=127.0.0.1 -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=60"


class Postgres:
    """A running cluster; `url` names one of its databases."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.programs = programs
        self.folder = folder
        self.port = free_port()

    def url(self, database: str = "postgres") -> str:
        """Return the address of a database, in the words people use."""
        return f"postgresql://satchel@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Make the cluster and start it."""
        self._run(
            "initdb", "--pgdata", f"{self.folder}/data", "--username", "satchel", "--auth", "trust", "--no-sync", "--encoding", "UTF8"
        )
        self.restart()

    def restart(self) -> None:
        """Start the cluster, which was made before."""
        options = f"{SETTINGS} -c port={self.port} -c unix_socket_directories={self.folder}"
        self._run("pg_ctl", "start", "-w", "-t", "60", "-D", f"{self.folder}/data", "-l", f"{self.folder}/log", "-o", options)

    def stop(self, mode: str = "immediate") -> None:
        """Stop the cluster: at once, or `fast`, after writing everything down."""
        self._run("pg_ctl", "stop", "-w", "-m", mode, "-D", f"{self.folder}/data")

    def sql(self, statement: str) -> None:
        """Run a statement as the owner of the cluster."""
        self._run("psql", "-q", "-h", "127.0.0.1", "-p", str(self.port), "-U", "satchel", "-d", "postgres", "-c", statement)

    def kept(self) -> dict[str, bytes]:
        """Return the raw bytes of what the whole cluster has on disk, its log and its write-ahead log too."""
        self.sql("CHECKPOINT")
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in self.folder.rglob("*") if path.is_file()}

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.programs / program), *arguments]
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            command = ["runuser", "-u", "postgres", "--", *command]
        # pg_ctl's server would keep a pipe open for ever: output goes to a file
        with tempfile.TemporaryFile() as output:
            ended = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, cwd=self.folder, check=False, timeout=90)
            output.seek(0)
            assert ended.returncode == 0, output.read().decode(errors="replace")


@contextmanager
def cluster() -> Iterator[Postgres]:
    """Run a cluster; skip where there is no PostgreSQL, except in CI."""
    if not PROGRAMS:
        assert os.environ.get("CI") != "true", "PostgreSQL is missing: apt-get install postgresql"
        pytest.skip("there is no PostgreSQL under /usr/lib/postgresql")
    folder = Path(tempfile.mkdtemp(prefix="satchel-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    running = Postgres(PROGRAMS[-1], folder)
    try:
        running.start()
        yield running
        running.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Yield a cluster for the session."""
    with cluster() as running:
        yield running


def free_port() -> int:
    """Return a port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
