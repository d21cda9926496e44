"""Stands between an SDK that speaks CBOR with CloudWatch and moto, which understands the older protocol alone.

The words of both protocols are botocore's; what is asked and answered passes through as it is.
"""

import io
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3
from botocore import xform_name
from botocore.exceptions import ClientError
from botocore.parsers import RpcV2CBORParser
from botocore.serialize import RpcV2CBORSerializer

KIND = "application/cbor"
TEXT = boto3.session.Session().client("cloudwatch", region_name="eu-west-1").meta.service_model.shape_for("MetricName")


class CloudWatch:
    """A server on a free port; `asked` has the names of the operations in the order they came."""

    def __init__(self, moto):
        self.asked = []
        client = boto3.client(
            "cloudwatch",
            endpoint_url=moto,
            region_name="eu-west-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
        front = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                operation = self.path.rsplit("/", 1)[-1]
                front.asked.append(operation)
                body = self.rfile.read(int(self.headers["content-length"]))
                status, answer = ask(client, operation, body)
                self.send_response(status)
                self.send_header("content-type", KIND)
                self.send_header("smithy-protocol", "rpc-v2-cbor")
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()


class Serializer(RpcV2CBORSerializer):
    """The Rust SDK reads a time only as AWS sends it: as a fraction, and not as a whole number."""

    def _serialize_type_timestamp(self, serialized, value, shape, key):
        serialized.append(0xC1)
        self._serialize_type_double(serialized, float(value.timestamp()), shape, key)


def ask(client, operation, body):
    """The status and the body that answer the operation."""
    parser, answer = RpcV2CBORParser(), bytearray()
    parameters = parser.parse_data_item(io.BufferedReader(io.BytesIO(body)))
    try:
        result = getattr(client, xform_name(operation))(**parameters)
    except ClientError as error:
        return 400, problem(error.response["Error"])
    result.pop("ResponseMetadata")
    shape = client.meta.service_model.operation_model(operation).output_shape
    Serializer()._serialize_data_item(answer, result, shape)
    return 200, bytes(answer)


def problem(error):
    """An error as the protocol has it: a map of two texts."""
    body = bytearray([0xA2])
    for text in ("__type", error["Code"], "message", error["Message"]):
        Serializer()._serialize_data_item(body, text, TEXT)
    return bytes(body)
