"""An agent's loop: it decides on a step, takes it by a tool, and remembers what came of it.

Its tools are served on localhost, its workspace is the working directory, and its memory is NullBox's, by the Model Context
Protocol. Nothing but Python's own library is needed.
"""

import http.server
import json
import os
import pathlib
import threading
import urllib.request

WORKSPACE = pathlib.Path.cwd()
MEMORY = os.environ["NULLBOX_MEMORY_URL"] + "/mcp"
PROTOCOL = "2025-11-25"
TIMEOUT_SECONDS = 30
MOST_STEPS = 10


class Memory:
    """A client of the Model Context Protocol over streamable HTTP, with one session."""

    def __init__(self, url):
        self.url = url
        self.session = None
        self.requests = 0
        self.request("initialize", {
            "protocolVersion": PROTOCOL,
            "capabilities": {},
            "clientInfo": {"name": "assistant", "version": "0.1.0"},
        })
        self.post({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def post(self, message):
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json, text/event-stream",
            "MCP-Protocol-Version": PROTOCOL,
        }
        if self.session:
            headers["Mcp-Session-Id"] = self.session
        request = urllib.request.Request(self.url, json.dumps(message).encode(), headers)
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
            self.session = answer.headers.get("Mcp-Session-Id", self.session)
            return answer.read()

    def request(self, method, parameters):
        self.requests += 1
        message = {"jsonrpc": "2.0", "id": self.requests, "method": method, "params": parameters}
        answer = json.loads(self.post(message))
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def call(self, tool, **arguments):
        """The result of one of memory's tools; its text is for a model, the structured content for programs."""
        result = self.request("tools/call", {"name": tool, "arguments": arguments})
        if result.get("isError"):
            raise RuntimeError(f"{tool}: {result['content'][0]['text']}")
        return result["structuredContent"]


def write_file(name, text):
    (WORKSPACE / name).write_text(text)
    return f"wrote {name}"


def count_words(name):
    return len((WORKSPACE / name).read_text().split())


TOOLS = {"write_file": write_file, "count_words": count_words}


class ToolServer(http.server.BaseHTTPRequestHandler):
    """Tools at POST /NAME, with their arguments as a JSON object."""

    def do_POST(self):
        arguments = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        body = json.dumps({"result": TOOLS[self.path[1:]](**arguments)}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *arguments):
        """What is asked of it stands in the agent's own lines."""


def start_tools():
    server = http.server.ThreadingHTTPServer(("localhost", 0), ToolServer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://localhost:{server.server_port}"


def use_tool(tools, name, arguments):
    request = urllib.request.Request(f"{tools}/{name}", json.dumps(arguments).encode())
    with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
        return json.load(answer)["result"]


def decide(task, steps):
    """The next step, or None when the task is done. Here an agent of yours would ask its model."""
    plan = [("write_file", {"name": "task.txt", "text": task}), ("count_words", {"name": "task.txt"})]
    return plan[len(steps)] if len(steps) < len(plan) else None


def main():
    memory = Memory(MEMORY)
    tools = start_tools()
    print(f"tools at {tools}, workspace {WORKSPACE}: {sorted(path.name for path in WORKSPACE.iterdir())}", flush=True)
    steps = []
    step = decide("count the words of this very task", steps)
    while step and len(steps) < MOST_STEPS:
        name, arguments = step
        outcome = use_tool(tools, name, arguments)
        steps.append((name, outcome))
        memory.call("put", key=f"assistant/steps/{len(steps)}", value=f"{name}: {outcome}")
        print(f"step {len(steps)}: {name}: {outcome}", flush=True)
        step = decide("count the words of this very task", steps)
    remembered = memory.call("get", key=f"assistant/steps/{len(steps)}")
    print(f"remembered: {remembered['value']}", flush=True)


if __name__ == "__main__":
    main()
