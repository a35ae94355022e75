"""The suites' sources, fetched once into the user's cache: redis-py's from PyPI, Redis' from
Debian's archive, by a directory of apt's own that leaves the system's sources alone."""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
from contextlib import contextmanager
from pathlib import Path

from .failure import Failed

HERE = Path(__file__).resolve().parent.parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "martlet-tests/suites"

REDIS_PY = "8.1.0"
REDIS_PY_SHA256 = "6e1a19beef9225c83efd689c7e6b7da2d5215b1f42cd13b7fc3714d0a09c7b25"

# The tables of exceptions are made for this version; another one has to be that of the server.
REDIS = "7.0.15"
DEBIAN = """Types: deb-src
URIs: http://deb.debian.org/debian
Suites: bookworm
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
"""


def redis_py() -> tuple[Path, Path]:
    """The sources of redis-py, and a Python that can run their tests."""
    source = CACHE / f"redis-{REDIS_PY}"
    requirements = (HERE / "requirements.txt").read_bytes()
    python = CACHE / f"python-{hashlib.sha256(requirements).hexdigest()[:12]}"
    with locked():
        if not source.exists():
            pinned = CACHE / "pinned.txt"
            pinned.write_text(f"redis=={REDIS_PY} --hash=sha256:{REDIS_PY_SHA256}\n")
            call(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary",
                 ":all:", "--require-hashes", "--requirement", pinned, "--dest", CACHE)  # fmt: skip
            extract(CACHE / f"redis-{REDIS_PY}.tar.gz", source)
        if not (python / "complete").exists():
            shutil.rmtree(python, ignore_errors=True)
            call(sys.executable, "-m", "venv", python)
            call(python / "bin/pip", "install", "--quiet", "--requirement",
                 HERE / "requirements.txt")  # fmt: skip
            (python / "complete").touch()
    return source, python / "bin/python"


def redis() -> Path:
    """The sources of Redis."""
    with locked():
        source = CACHE / f"redis-source-{REDIS}"
        if source.exists():
            return source
        archive, version = fetch_redis()
        source = CACHE / f"redis-source-{version}"
        if not source.exists():
            extract(archive, source)
            # Where the tests look for them.
            for name in ("redis-server", "redis-cli", "redis-benchmark"):
                (source / "src" / name).symlink_to(shutil.which(name) or f"/usr/bin/{name}")
        return source


def fetch_redis() -> tuple[Path, str]:
    apt = CACHE / "apt"
    for directory in ("lists/partial", "cache/archives/partial", "parts"):
        (apt / directory).mkdir(parents=True, exist_ok=True)
    (apt / "parts/debian.sources").write_text(DEBIAN)
    options = {
        "Dir::Etc::SourceList": "/dev/null", "Dir::Etc::SourceParts": apt / "parts",
        "Dir::State::Lists": apt / "lists", "Dir::Cache": apt / "cache",
        "APT::Sandbox::User": "",
    }  # fmt: skip
    settings = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
    call("apt-get", *settings, "-qq", "update")
    call("apt-get", *settings, "-qq", "--download-only", "source", "redis", cwd=apt)
    archive = max(apt.glob("redis_*.orig.tar.*"), key=lambda path: path.stat().st_mtime)
    version = re.match(r"redis_(.*)\.orig", archive.name)[1]
    installed = re.search(r"v=(\S+)", call("redis-server", "--version"))[1]
    if version not in (REDIS, installed):
        raise Failed(f"Debian has Redis {version}, not {REDIS}, and {installed} is installed")
    return archive, version


def extract(archive: Path, target: Path) -> None:
    """Unpacks the one directory that an archive has; there is a target only if that was done."""
    unpacked = target.with_name(f"{target.name}.new")
    shutil.rmtree(unpacked, ignore_errors=True)
    with tarfile.open(archive) as tar:
        tar.extractall(unpacked, filter="data")
    next(unpacked.iterdir()).rename(target)
    unpacked.rmdir()


@contextmanager
def locked():
    """Two runs do not fetch the same."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def call(*argv, cwd: Path | None = None) -> str:
    done = subprocess.run([str(word) for word in argv], cwd=cwd, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # fmt: skip
    if done.returncode != 0:
        raise Failed(f"{argv[0]} failed: {done.stderr or done.stdout}")
    return done.stdout
