"""Answers one JSON call a line with boto3: {service, operation, input, keys, endpoint}."""
import base64
import datetime
import json
import sys

import boto3
import botocore.config
import botocore.exceptions

config = botocore.config.Config(retries={"max_attempts": 0})


def plain(value):
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
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
    try:
        names = {api: name for name, api in client.meta.method_to_api_mapping.items()}
        output = getattr(client, names.get(call["operation"], call["operation"]))(**call["input"])
        output.pop("ResponseMetadata", None)
        answer = {"ok": True, "output": output}
    except (AttributeError, botocore.exceptions.ParamValidationError, botocore.exceptions.UnknownServiceError) as error:
        answer = {"ok": False, "code": "UnknownToClient", "message": str(error)}
    except botocore.exceptions.ClientError as error:
        answer = {"ok": False, "code": error.response["Error"]["Code"], "message": error.response["Error"]["Message"]}
    print(json.dumps(answer, default=plain), flush=True)
