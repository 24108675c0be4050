"""A headless Chromium, spoken to over its DevTools protocol through two pipes. Python standard library only."""

import base64
import json
import os
import pathlib
import queue
import shutil
import subprocess
import tempfile
import threading

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find():
    """Its path, or None."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


class Chromium:
    def __init__(self):
        self.profile = tempfile.mkdtemp(prefix="fedloom-chromium-")
        to_browser, self.commands = os.pipe()
        self.answers, from_browser = os.pipe()
        flags = ["--headless", "--disable-gpu", "--remote-debugging-pipe", "--no-first-run", "--disable-extensions",
                 "--disable-background-networking", "--disable-component-update", "--disable-sync",
                 "--force-color-profile=srgb", f"--user-data-dir={self.profile}"]
        if os.geteuid() == 0:
            flags.append("--no-sandbox")
        # The protocol's pipes are descriptors 3 and 4, whatever their numbers are here.
        line = 'exec 3<&"$0" 4>&"$1"; shift; exec "$@"'
        self.process = subprocess.Popen(
            ["bash", "-c", line, str(to_browser), str(from_browser), find(), *flags, "about:blank"],
            pass_fds=(to_browser, from_browser), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self.number = 0
        self.events = []
        self.replies = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        rest = b""
        while True:
            piece = os.read(self.answers, 1 << 16)
            if not piece:
                return
            *whole, rest = (rest + piece).split(b"\0")
            for text in whole:
                message = json.loads(text)
                if "id" in message:
                    self.replies.put(message)
                else:
                    self.events.append(message)

    def call(self, method, session=None, timeout=60, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        text = json.dumps(message).encode() + b"\0"
        while text:
            text = text[os.write(self.commands, text):]
        while True:
            reply = self.replies.get(timeout=timeout)
            if reply["id"] == self.number:
                assert "error" not in reply, f"{method}: {reply}"
                return reply["result"]

    def open(self, url, **size):
        return Page(self, url, **size)

    def close(self):
        try:
            self.call("Browser.close", timeout=10)
            self.process.wait(20)
        except (queue.Empty, subprocess.TimeoutExpired, OSError):
            self.process.kill()
            self.process.wait()
        os.close(self.commands)
        shutil.rmtree(self.profile, ignore_errors=True)


# What a page must not have; each a JavaScript expression that gives a list of descriptions.
UNNAMED_IMAGES = """[...document.querySelectorAll('img:not([alt]), svg[role=img]')].filter(one => {
  if (one.tagName === 'IMG') return true;
  if ((one.getAttribute('aria-label') || '').trim()) return false;
  const ids = (one.getAttribute('aria-labelledby') || '').split(/\\s+/).filter(Boolean);
  return !ids.length || ids.some(id => !(document.getElementById(id)?.textContent || '').trim());
}).map(one => one.outerHTML.slice(0, 120))"""
LOOSE_PICTURES = """[...document.querySelectorAll('svg')].filter(one =>
  !one.parentElement.closest('svg') && one.getAttribute('role') !== 'img' &&
  one.getAttribute('aria-hidden') !== 'true').map(one => one.outerHTML.slice(0, 120))"""
DOUBLE_IDS = """(ids => ids.filter((id, at) => ids.indexOf(id) !== at))(
  [...document.querySelectorAll('[id]')].map(one => one.id))"""
# Things that stick out at the right, unless they are inside a box that scrolls by itself.
STICKING_OUT = """document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] :
  [...document.querySelectorAll('body *')].filter(one =>
    one.getBoundingClientRect().right > document.documentElement.clientWidth + 1 && !one.closest('.scroll'))
  .map(one => one.outerHTML.slice(0, 120)).concat(['the page is ' + document.documentElement.scrollWidth + ' wide'])"""


class Page:
    """A loaded page, and what happened while it loaded."""

    def __init__(self, browser, url, width=1280, height=900, dark=False):
        self.browser = browser
        self.url = url
        target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Log", "Runtime"):
            self.call(f"{domain}.enable")
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                  mobile=width < 600)
        self.call("Emulation.setEmulatedMedia",
                  features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        answer = self.call("Page.navigate", url=url)
        assert "errorText" not in answer, answer
        self.wait_for("Page.loadEventFired")

    def call(self, method, **params):
        return self.browser.call(method, session=self.session, **params)

    def seen(self, method):
        return [event["params"] for event in list(self.browser.events)
                if event["method"] == method and event.get("sessionId") == self.session]

    def wait_for(self, method):
        for _ in range(200):
            if self.seen(method):
                return
            # Any call gives the browser time to go on.
            self.evaluate("new Promise(done => setTimeout(done, 50))")
        raise AssertionError(f"{self.url}: {method} did not come")

    def evaluate(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        return result["result"].get("value")

    def faults(self):
        """Everything that a page of ours must not do."""
        out = [f"console: {entry['entry']['text']}" for entry in self.seen("Log.entryAdded")
               if entry["entry"]["level"] in ("error", "warning")]
        out += [f"console: {call['args']}" for call in self.seen("Runtime.consoleAPICalled")]
        out += [f"exception: {one['exceptionDetails']['text']}" for one in self.seen("Runtime.exceptionThrown")]
        here = self.url.split("#")[0]
        out += [f"asks for {one['request']['url'][:100]}" for one in self.seen("Network.requestWillBeSent")
                if one["request"]["url"].split("#")[0] != here and not one["request"]["url"].startswith("data:,")]
        for what, expression in (("no alternative text", UNNAMED_IMAGES), ("a picture without a role", LOOSE_PICTURES),
                                 ("an id twice", DOUBLE_IDS), ("sticks out", STICKING_OUT)):
            out += [f"{what}: {one}" for one in self.evaluate(expression)]
        return out

    def screenshot(self, file, whole=True):
        data = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole, **(
            {"clip": {"x": 0, "y": 0, "scale": 1, "width": self.evaluate("document.documentElement.clientWidth"),
                      "height": min(self.evaluate("document.documentElement.scrollHeight"), 16000)}} if whole else {}))
        self._write(file, data["data"])

    def pdf(self, file):
        self._write(file, self.call("Page.printToPDF", printBackground=True, preferCSSPageSize=True)["data"])

    @staticmethod
    def _write(file, data):
        file = pathlib.Path(file)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(base64.b64decode(data))
