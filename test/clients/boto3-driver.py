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
    if hasattr(value, "read"):
        return base64.b64encode(value.read()).decode()
    raise TypeError(type(value))


def bytes_of(shape, value):
    """The value with the bytes that its shape wants: JSON carries them as base64."""
    if shape.type_name == "structure" and isinstance(value, dict):
        return {name: bytes_of(shape.members[name], each) if name in shape.members else each for name, each in value.items()}
    if shape.type_name == "list" and isinstance(value, list):
        return [bytes_of(shape.member, each) for each in value]
    if shape.type_name == "blob" and isinstance(value, str):
        return base64.b64decode(value)
    return value


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
        apis = client.meta.method_to_api_mapping
        names = {api: name for name, api in apis.items()}
        method = getattr(client, names.get(call["operation"], call["operation"]))
        model = client.meta.service_model.operation_model(apis.get(call["operation"], call["operation"]))
        shape = model.input_shape
        output = method(**(bytes_of(shape, call["input"]) if shape else call["input"]))
        output.pop("ResponseMetadata", None)
        answer = {"ok": True, "output": output}
    except (AttributeError, botocore.exceptions.ParamValidationError, botocore.exceptions.UnknownServiceError) as error:
        answer = {"ok": False, "code": "UnknownToClient", "message": str(error)}
    except botocore.exceptions.ClientError as error:
        answer = {"ok": False, "code": error.response["Error"]["Code"], "message": error.response["Error"]["Message"]}
    print(json.dumps(answer, default=plain), flush=True)
