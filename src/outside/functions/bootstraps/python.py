# The Python runtime: asks the Lambda Runtime API for events and calls the handler.
# It runs in a process of its own, from a file of its own, and knows nothing of Sallyport.
import http.client
import importlib
import json
import logging
import os
import sys
import time
import traceback

host, _, prefix = os.environ["AWS_LAMBDA_RUNTIME_API"].partition("/")
base = ("/" + prefix if prefix else "") + "/2018-06-01/runtime"
frames = os.fdopen(3, "w", buffering=1, encoding="utf-8")
current = {"id": ""}


def tell(frame):
    frames.write(json.dumps(frame) + "\n")
    frames.flush()


class Lines:
    """Standard output as events of the log, one for each line."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self):
        self.rest = ""

    def write(self, text):
        *whole, self.rest = (self.rest + text).split("\n")
        for line in whole:
            tell({"m": line})
        return len(text)

    def flush(self):
        if self.rest:
            tell({"m": self.rest})
            self.rest = ""

    def isatty(self):
        return False

    def writable(self):
        return True

    def fileno(self):
        return 1


sys.stdout = sys.stderr = Lines()


class Records(logging.Handler):
    def emit(self, record):
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        level, text = record.levelname, self.format(record)
        tell({"m": f"[{level}]\t{stamp}.{int(record.msecs):03d}Z\t{current['id']}\t{text}"})


logging.getLogger().addHandler(Records())

connection = None


def send(method, path, body=None, headers=None):
    global connection
    if connection is None:
        connection = http.client.HTTPConnection(host)
    connection.request(method, base + path, body, headers or {})
    answer = connection.getresponse()
    return answer.headers, answer.read()


def error_of(kind, message, trace):
    return {
        "errorMessage": message,
        "errorType": kind,
        "requestId": current["id"],
        "stackTrace": trace,
    }


def report(path, error):
    told = "".join(["[ERROR] ", error["errorType"], ": ", error["errorMessage"]])
    if error["stackTrace"]:
        told += "\nTraceback (most recent call last):\n" + "".join(error["stackTrace"])
    sys.stdout.flush()
    tell({"m": told})
    tell({"end": current["id"]})
    headers = {
        "Content-Type": "application/json",
        "Lambda-Runtime-Function-Error-Type": error["errorType"],
    }
    send("POST", path, json.dumps(error), headers)


class Context:
    def __init__(self, headers):
        env = os.environ
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self.invoked_function_arn = headers["Lambda-Runtime-Invoked-Function-Arn"]
        self.function_name = env.get("AWS_LAMBDA_FUNCTION_NAME")
        self.function_version = env.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.memory_limit_in_mb = env.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.log_group_name = env.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = env.get("AWS_LAMBDA_LOG_STREAM_NAME")
        client = headers.get("Lambda-Runtime-Client-Context")
        self.client_context = json.loads(client) if client else None
        self.identity = None
        self._deadline = int(headers["Lambda-Runtime-Deadline-Ms"])

    def get_remaining_time_in_millis(self):
        return max(self._deadline - int(time.time() * 1000), 0)

    def log(self, text):
        sys.stdout.write(str(text))


def load():
    name = os.environ.get("_HANDLER", "")
    module_name, dot, function = name.rpartition(".")
    if not dot:
        message = f"Bad handler '{name}': not enough values to unpack (expected 2, got 1)"
        return error_of("Runtime.MalformedHandlerName", message, [])
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        message = f"Unable to import module '{module_name}': {error}"
        return error_of("Runtime.ImportModuleError", message, [])
    except SyntaxError as error:
        message = f"Syntax error in module '{module_name}': {error}"
        return error_of("Runtime.UserCodeSyntaxError", message, [])
    except BaseException as error:
        return caught(error, 1)
    handler = getattr(module, function, None)
    if handler is None:
        message = f"Handler '{function}' missing on module '{module_name}'"
        return error_of("Runtime.HandlerNotFound", message, [])
    return handler


def caught(error, skip):
    trace = traceback.format_list(traceback.extract_tb(error.__traceback__)[skip:])
    return error_of(type(error).__name__, str(error), trace)


sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
handler = load()
if isinstance(handler, dict):
    report("/init/error", handler)
    sys.exit(1)

while True:
    try:
        headers, body = send("GET", "/invocation/next")
    except OSError:
        os._exit(0)
    current["id"] = headers["Lambda-Runtime-Aws-Request-Id"]
    path = "/invocation/" + current["id"]
    try:
        event = json.loads(body) if body else None
        value = handler(event, Context(headers))
        try:
            answer = json.dumps(value, ensure_ascii=False)
        except (TypeError, ValueError) as error:
            message = f"Unable to marshal response: {error}"
            report(path + "/error", error_of("Runtime.MarshalError", message, []))
            continue
    except SystemExit as error:
        sys.stdout.flush()
        os._exit(error.code if isinstance(error.code, int) else 1 if error.code else 0)
    except BaseException as error:
        report(path + "/error", caught(error, 1))
        continue
    sys.stdout.flush()
    tell({"end": current["id"]})
    send("POST", path + "/response", answer.encode(), {"Content-Type": "application/json"})
