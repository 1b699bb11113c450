"""Answers one JSON call a line with boto3: {service, operation, input, keys, endpoint}."""
import datetime
import json
import re
import sys

import boto3
import botocore.config
import botocore.exceptions

config = botocore.config.Config(retries={"max_attempts": 0})


def plain(value):
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    raise TypeError(type(value))


for line in sys.stdin:
    call = json.loads(line)
    keys = call["keys"]
    client = boto3.client(
        call["service"],
        endpoint_url=call["endpoint"],
        region_name="us-east-1",
        aws_access_key_id=keys["accessKeyId"],
        aws_secret_access_key=keys["secretAccessKey"],
        aws_session_token=keys.get("sessionToken"),
        config=config,
    )
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", call["operation"]).lower()
    try:
        output = getattr(client, name)(**call["input"])
        output.pop("ResponseMetadata", None)
        answer = {"ok": True, "output": output}
    except botocore.exceptions.ClientError as error:
        answer = {"ok": False, "code": error.response["Error"]["Code"], "message": error.response["Error"]["Message"]}
    print(json.dumps(answer, default=plain), flush=True)
