"""The Python client's serializers and parsers, without a network.

`speak.py requests SEED` prints one drawn request of every operation, as JSON lines.
`speak.py responses` reads answers from stdin and prints what the parsers understand.
"""

import base64
import datetime
import io
import json
import random
import sys
from urllib.parse import quote, urlencode

import botocore.session
from botocore.parsers import create_parser
from botocore.serialize import create_serializer

SERVICES = (
    "sts iam kms cloudtrail cognito-idp cognito-identity cognito-sync s3 ec2 route53 cloudwatch sqs"
).split()
PROTOCOLS = {
    "awsQuery": "query",
    "awsJson1_0": "json",
    "awsJson1_1": "json",
    "ec2Query": "ec2",
    "restXml": "rest-xml",
    "restJson1": "rest-json",
    "rpcv2Cbor": "smithy-rpc-v2-cbor",
}
UNIONS = ("AnalyticsFilter", "MetricsFilter", "ObjectEncryption")
TEXTS = ["a", 'b & <c> "d"', "äöü", "100% +/?=&", "x" * 50]
session = botocore.session.get_session()


def draw(shape, rnd, depth=0):
    kind = shape.type_name
    location = shape.serialization.get("location")
    if kind == "structure":
        members = list(shape.members.items())
        # S3's filters are unions in newer models only.
        if getattr(shape, "is_tagged_union", False) or shape.name in UNIONS:
            name, member = rnd.choice(members)
            return {name: draw(member, rnd, depth + 1)}
        return {
            name: draw(member, rnd, depth + 1)
            for name, member in members
            if name in shape.required_members
            or member.metadata.get("idempotencyToken")
            or member.serialization.get("location") == "uri"
            or (depth < 3 and rnd.random() < 0.4)
        }
    if kind == "list":
        count = rnd.choice([1, 2]) if depth < 4 or location else 0
        return [draw(shape.member, rnd, depth + 1) for _ in range(count)]
    if kind == "map":
        count = rnd.choice([1, 2]) if depth < 4 else 0
        return {f"k{i}": draw(shape.value, rnd, depth + 1) for i in range(count)}
    if kind in ("string", "character"):
        if shape.enum:
            return rnd.choice(shape.enum)
        if location == "uri":
            return rnd.choice(["a", "b c", "d/e", "100%", "x+y"])
        # The JavaScript client holds these for numbers.
        if location == "querystring" and shape.name in ("PageMaxItems", "MaxResults", "PartNumberMarker"):
            return str(rnd.randint(1, 100))
        return rnd.choice(["a", "b c", "x-y_z"]) if location else rnd.choice(TEXTS)
    if kind in ("integer", "long"):
        return rnd.randint(0, 100000)
    if kind in ("float", "double"):
        return rnd.randint(1, 1000) / 4
    if kind == "boolean":
        return rnd.random() < 0.5
    if kind == "timestamp":
        return datetime.datetime(2024, 1, rnd.randint(1, 28), 5, 6, 7, tzinfo=datetime.timezone.utc)
    return bytes(rnd.randrange(256) for _ in range(8))


def plain(value):
    """Dates and bytes in a form that JSON has."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items() if key != "ResponseMetadata"}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, datetime.datetime):
        return {"$date": round(value.timestamp() * 1000)}
    if isinstance(value, (bytes, bytearray)):
        return {"$bytes": base64.b64encode(value).decode()}
    if hasattr(value, "read"):
        return plain(value.read())
    return value


def body_of(request):
    body = request["body"]
    if isinstance(body, dict):
        body = urlencode(body, doseq=True)
    if hasattr(body, "read"):
        body = body.read()
    return body.encode() if isinstance(body, str) else body or b""


def requests(seed):
    rnd = random.Random(seed)
    for service in SERVICES:
        model = session.get_service_model(service)
        for protocol in model.metadata.get("protocols") or [model.metadata["protocol"]]:
            serializer = create_serializer(protocol, False)
            for name in model.operation_names:
                operation = model.operation_model(name)
                shape = operation.input_shape
                if operation.has_event_stream_input:
                    continue
                params = draw(shape, rnd) if shape else {}
                if service == "s3" and "Bucket" in params:
                    params["Bucket"] = "bucket1"
                if "RequestRoute" in params:
                    params["RequestRoute"] = "route1"
                request = serializer.serialize_to_request(params, operation)
                query = request.get("query_string") or {}
                if isinstance(query, dict):
                    query = urlencode(query, doseq=True, quote_via=quote)
                print(json.dumps({
                    "service": service,
                    "protocol": protocol,
                    "operation": name,
                    "method": request["method"],
                    "url": request["url_path"],
                    "query": query,
                    "headers": {k.lower(): str(v) for k, v in request["headers"].items()},
                    "body": base64.b64encode(body_of(request)).decode(),
                    "params": plain(params),
                }))


def responses():
    for line in sys.stdin:
        answer = json.loads(line)
        model = session.get_service_model(answer["service"])
        if answer["operation"] not in model.operation_names:
            print("null")
            continue
        operation = model.operation_model(answer["operation"])
        body = base64.b64decode(answer["body"])
        if operation.has_streaming_output:
            body = io.BytesIO(body)
        response = {"status_code": answer["status"], "headers": answer["headers"], "body": body}
        parser = create_parser(PROTOCOLS[answer["protocol"]])
        try:
            print(json.dumps(plain(parser.parse(response, operation.output_shape))))
        except ValueError as error:
            # A few members are texts in one model and numbers in the other.
            if "invalid literal for int" not in str(error):
                raise
            print("null")


if sys.argv[1] == "requests":
    requests(int(sys.argv[2]))
else:
    responses()
