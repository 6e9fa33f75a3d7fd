"""The recorded test vectors are what the installed reference says today."""
import json
import os
import pathlib
import subprocess

import pytest
from rnsd_fixture import PYTHONS

HERE = pathlib.Path(__file__).parent
DATA = HERE.parent / "data" / "control"
RECORD = """
import json, record_tool_texts
print(json.dumps([record_tool_texts.record_status(), record_tool_texts.record_path()]))
"""


@pytest.mark.skipif(not os.path.exists(PYTHONS["1.5.7"]), reason="no RNS 1.5.7")
def test_the_tools_still_print_what_was_recorded():
    done = subprocess.run([PYTHONS["1.5.7"], "-B", "-c", RECORD], cwd=HERE, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    status, path = json.loads(done.stdout)
    assert status == json.loads((DATA / "status_texts.json").read_text())
    assert path == json.loads((DATA / "path_texts.json").read_text())
