"""Runs AWS CLI v2 commands without starting it anew: a line of {args, env} in, {code, out, err} out."""
import contextlib
import io
import json
import os
import sys

from awscli.clidriver import create_clidriver

for line in sys.stdin:
    call = json.loads(line)
    os.environ.update(call["env"])
    for name in [name for name, value in call["env"].items() if value == ""]:
        os.environ.pop(name, None)
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = create_clidriver().main(call["args"])
        except SystemExit as ended:
            code = ended.code
    print(json.dumps({"code": code, "out": out.getvalue(), "err": err.getvalue()}), flush=True)
