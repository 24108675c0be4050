"""A PostgreSQL server of a test's own: a fresh data folder, a socket in it, no network."""

import glob
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import tempfile
import time


def binary(name):
    """Debian keeps the server's programs off the path."""
    found = [shutil.which(name)] + sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"), reverse=True)
    return next((path for path in found if path), None)


def missing():
    """Why no server can be started here; empty when one can."""
    absent = [name for name in ("initdb", "postgres", "psql") if not binary(name)]
    if absent:
        return "no PostgreSQL server here (" + ", ".join(absent) + "); install the package postgresql"
    if os.geteuid() == 0 and not shutil.which("setpriv"):
        return "a PostgreSQL server does not run as root, and there is no setpriv"
    return ""


class Server:
    def __init__(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="fedloom-pg-"))
        self.data = self.root / "data"
        self.user = pwd.getpwuid(os.geteuid()).pw_name
        self.prefix = []
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(self.root, nobody.pw_uid, nobody.pw_gid)
            self.root.chmod(0o755)
            self.prefix = ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
        self.process = None
        made = subprocess.run(self.prefix + [binary("initdb"), "-D", str(self.data), "-U", "owner", "--auth=trust",
                                             "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8"], cwd=self.root,
                              text=True, capture_output=True, timeout=120)
        assert made.returncode == 0, made.stdout + made.stderr
        self.start()

    def start(self):
        self.log = open(self.root / "log", "ab")
        self.process = subprocess.Popen(
            self.prefix + [binary("postgres"), "-D", str(self.data), "-k", str(self.root), "-c", "listen_addresses=",
                           "-c", "fsync=off", "-c", "shared_buffers=16MB", "-c", "max_wal_size=64MB"], cwd=self.root,
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        end = time.monotonic() + 60
        while self.sql("SELECT 1", check=False).returncode != 0:
            assert time.monotonic() < end and self.process.poll() is None, (self.root / "log").read_text()
            time.sleep(0.1)

    def environment(self, user="owner", database="postgres"):
        """What libpq reads: nothing of it is in a file of ours."""
        return {"PGHOST": str(self.root), "PGUSER": user, "PGDATABASE": database, "PGPASSFILE": "/dev/null"}

    def sql(self, text, database="postgres", check=True):
        done = subprocess.run([binary("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", "-"], input=text, text=True,
                              capture_output=True, timeout=120, cwd=self.root,
                              env={**os.environ, **self.environment(database=database)})
        assert not check or done.returncode == 0, done.stderr
        return done

    def load(self, table, csv, database="postgres"):
        """Copies a CSV file with a header line into a table that is there."""
        self.sql(f"\\copy {table} FROM '{csv}' WITH (FORMAT csv, HEADER true)\n", database)

    def hba(self, lines):
        """Who may come in how."""
        (self.data / "pg_hba.conf").write_text(lines + "\n")
        self.process.send_signal(signal.SIGHUP)
        time.sleep(0.5)

    def kill(self):
        """As a crash: no connection is ended in an orderly way. Children die with their parent's socket."""
        children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(self.process.pid)], text=True, capture_output=True)
        self.process.kill()
        self.process.wait()
        for pid in children.stdout.split():
            try:
                os.kill(int(pid), signal.SIGKILL)
            except ProcessLookupError:
                pass

    def remove(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.kill()
        self.log.close()
        shutil.rmtree(self.root, ignore_errors=True)
