"""What may stand between the bridge and the house: a proxy that passes requests on, or answers them itself."""

import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# In place of an answer: the connection is broken.
CUT = object()
PAGE = b"<!DOCTYPE html><html><head><title>%s</title></head><body><h1>%s</h1></body></html>"


class Gate:
    """Listens on a free port, and counts the requests that come."""

    def __init__(self, house=None):
        self.house = house
        self.answer = None
        self.requests = 0
        gate = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_request(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                gate.requests += 1
                answer = gate.answer or gate.passed_on(self.command, self.path, self.headers, body)
                if answer is CUT:
                    self.close_connection = True
                    return
                status, headers, content = answer
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = handle_request

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def passed_on(self, method, path, headers, body):
        """What the house answers; a cut when it breaks the connection."""
        connection = http.client.HTTPConnection("127.0.0.1", self.house.port, timeout=60)
        hop = ("host", "connection", "content-length", "transfer-encoding")
        try:
            passed = {name: value for name, value in headers.items() if name.lower() not in hop}
            connection.request(method, path, body, passed)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException):
            return CUT
        finally:
            connection.close()
        return answer.status, {name: v for name, v in answer.headers.items() if name.lower() not in hop}, content

    def show_page(self, status, title):
        """Answers everything with a page for people."""
        page = PAGE % (title.encode(), title.encode())
        self.answer = status, {"Content-Type": "text/html; charset=utf-8"}, page

    def cut(self):
        """Takes every request and breaks the connection."""
        self.answer = CUT

    def redirect(self, status, url):
        """Sends everyone elsewhere."""
        self.answer = status, {"Location": url, "Content-Type": "text/html"}, b""

    def open(self):
        """Lets requests through again."""
        self.answer = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
