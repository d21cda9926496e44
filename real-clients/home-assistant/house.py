"""A real Home Assistant on the loopback interface: made, started, asked, stopped.

By hand: `cargo xtask home-assistant`.
"""

import argparse
import json
import os
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import accounts
from checks import eventually
from programs import Program, free_port

HERE = Path(__file__).parent
PYTHON = os.environ["HOME_ASSISTANT_PYTHON"]
# The first start of an installation compiles it.
READY_SECONDS = 180


class House(Program):
    """Home Assistant with the demo's devices; `sensors` more make its discovery long."""

    def __init__(self, name="house", tls=False, sensors=0, port=None):
        self.name = name
        self.port = port or free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="zerobill-house-"))
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self.certificate = self._certificates() if tls else None
        self._opener = self._make_opener()
        self._configure(tls, sensors)
        self.tokens = accounts.write(self.folder / "config/.storage", self.url)
        self._start()

    def _start(self):
        command = [PYTHON, "-m", "homeassistant", "--config", self.folder / "config"]
        super().__init__(self.name, [*command, "--skip-pip", "--ignore-os-check", "--log-no-color"])

    def __enter__(self):
        try:
            self.wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def wait(self):
        """Waits until everything of it has started, and speaks to Alexa."""

        seen = []

        def running():
            if self.ended():
                raise AssertionError(f"Home Assistant ended while starting:\n{self.printed()}")
            try:
                return self.ask("GET", "/api/config", seconds=5)["state"] == "RUNNING"
            except OSError as error:
                seen[:] = [error]
                return False

        try:
            eventually(running, "Home Assistant runs", READY_SECONDS)
        except AssertionError as error:
            raise AssertionError(f"{error}; {seen}\n{self.printed()}") from None
        if "light.bed_light" not in self.states():
            raise AssertionError(f"Home Assistant runs without its demo:\n{self.printed()}")

    def restart(self):
        """Ends it at once, as a crash would, and starts it again with the same accounts."""
        os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()
        self._file.close()
        self._start()
        self.wait()

    def pause(self):
        """It keeps its connections, and does nothing."""
        os.killpg(self.pid, signal.SIGSTOP)

    def resume(self):
        os.killpg(self.pid, signal.SIGCONT)

    def send(self, method, path, body=None, token=None, seconds=30):
        """The status and the body of its answer."""
        headers = {"Authorization": f"Bearer {token or self.tokens['TOKEN']}", "Content-Type": "application/json"}
        content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, content, headers, method=method)
        try:
            with self._opener.open(request, timeout=seconds) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def ask(self, method, path, body=None, seconds=30):
        """The JSON that it answers."""
        status, content = self.send(method, path, body, seconds=seconds)
        if status not in (200, 201):
            raise AssertionError(f"{method} {path}: {status}: {content[:500]}")
        return json.loads(content)

    def call(self, service, data):
        """Runs a service to its end, such as `light/turn_off`."""
        self.ask("POST", f"/api/services/{service}", data)

    def state(self, entity):
        """The attributes of an entity, with its state among them."""
        answer = self.ask("GET", f"/api/states/{entity}")
        return answer["attributes"] | {"state": answer["state"]}

    def states(self):
        """The names of all entities."""
        return {entity["entity_id"] for entity in self.ask("GET", "/api/states")}

    def _configure(self, tls, sensors):
        http = f"  ssl_certificate: {self.folder}/server.pem\n  ssl_key: {self.folder}/server.key" if tls else ""
        doors = "\n".join(
            f"      - name: Door number {number}\n        unique_id: door_{number}\n        device_class: door\n"
            f"        state: '{{{{ {number} is even }}}}'"
            for number in range(sensors)
        )
        text = (HERE / "configuration.yaml").read_text(encoding="utf-8")
        text = text.replace("@port@", str(self.port)).replace("@http@", http).replace("@sensors@", doors)
        (self.folder / "config/.storage").mkdir(parents=True)
        (self.folder / "config/configuration.yaml").write_text(text, encoding="utf-8")

    def _certificates(self):
        """A certificate authority of its own and the server's certificate; the path of the authority's."""

        def openssl(*arguments):
            command = ["openssl", *arguments]
            subprocess.run(command, cwd=self.folder, check=True, capture_output=True, stdin=subprocess.DEVNULL)

        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        authority = ["-subj", "/CN=House CA", "-addext", "keyUsage=critical,keyCertSign,cRLSign"]
        openssl("req", "-x509", *key, "-days", "2", "-keyout", "ca.key", "-out", "ca.pem", *authority)
        openssl("req", *key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost")
        names = "subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n"
        names += "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
        (self.folder / "names").write_text(names)
        signing = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "names"]
        openssl("x509", "-req", "-in", "server.csr", *signing, "-out", "server.pem")
        return self.folder / "ca.pem"

    def _make_opener(self):
        context = ssl.create_default_context(cafile=self.certificate) if self.certificate else None
        return urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        )


def main():
    parser = argparse.ArgumentParser(prog="cargo xtask home-assistant")
    parser.add_argument("--port", type=int, default=8123)
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--sensors", type=int, default=0)
    arguments = parser.parse_args()
    with House("house", arguments.tls, arguments.sensors, arguments.port) as house:
        file = house.folder / "house.env"
        lines = {"URL": house.url, **house.tokens} | ({"CA": house.certificate} if house.certificate else {})
        file.touch(mode=0o600)
        file.write_text("".join(f"HOUSE_{name}='{value}'\n" for name, value in lines.items()))
        print(f"Home Assistant  {house.url}/\nTokens          {file}", flush=True)
        print("Ctrl-C stops it and removes its folder", flush=True)
        signal.signal(signal.SIGINT, lambda *_: sys.exit(0))
        while not house.ended():
            time.sleep(0.5)
        print(house.printed())
    sys.exit(1)


if __name__ == "__main__":
    main()
