"""What is installed for C programs is enough to build one: the header, the archive and pkg-config's description."""
import os
import pathlib
import subprocess

from harness import ROOT

BUILD = pathlib.Path(os.environ.get("PLEXUS_BUILD", ROOT / "build" / "release"))


def test_a_program_builds_against_what_is_installed(tmp_path):
    subprocess.run(["cmake", f"-DCMAKE_INSTALL_PREFIX={tmp_path}", "-P", BUILD / "apps" / "c" / "cmake_install.cmake"],
                   check=True, stdout=subprocess.DEVNULL)
    description = next(tmp_path.rglob("plexus.pc"))
    flags = subprocess.run(["pkg-config", f"--define-variable=prefix={tmp_path}", "--cflags", "--libs", "plexus"],
                           env={**os.environ, "PKG_CONFIG_PATH": str(description.parent)}, check=True,
                           capture_output=True, text=True).stdout.split()
    program = tmp_path / "cat"
    subprocess.run(["cc", "-std=c99", "-D_POSIX_C_SOURCE=200809L", ROOT / "apps" / "examples" / "cat.c", *flags, "-o", program],
                   check=True)
    used = subprocess.run([program], capture_output=True, text=True)
    assert used.returncode == 2 and "usage" in used.stderr
    failed = subprocess.run([program, "listen", "/dev/null/nowhere", "any.name"], capture_output=True, text=True)
    assert failed.returncode == 1 and "the node cannot start (" in failed.stderr
