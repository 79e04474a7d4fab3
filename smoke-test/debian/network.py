"""Servers and clients within the guest."""

import asyncio
import http.client
import http.server
import os
import socket
import subprocess
import sys
import threading


def echo_once(server):
    connection, _ = server.accept()
    with connection:
        while data := connection.recv(65536):
            connection.sendall(data)


def tcp(family, bind, connect):
    """An echo of a megabyte, on a port that the kernel chooses."""
    with socket.create_server((bind, 0), family=family) as server:
        port = server.getsockname()[1]
        assert port > 0
        thread = threading.Thread(target=echo_once, args=(server,))
        thread.start()
        data = os.urandom(1 << 20)
        with socket.create_connection((connect, port), timeout=20) as client:
            sender = threading.Thread(target=client.sendall, args=(data,))
            sender.start()
            got = bytearray()
            while len(got) < len(data):
                piece = client.recv(65536)
                assert piece, "the connection ended early"
                got += piece
            sender.join()
        thread.join()
        assert got == data


def loopback4():
    tcp(socket.AF_INET, "127.0.0.1", "127.0.0.1")


def loopback6():
    tcp(socket.AF_INET6, "::1", "::1")


def all_addresses():
    tcp(socket.AF_INET, "0.0.0.0", "127.0.0.1")
    tcp(socket.AF_INET6, "::", "::1")
    tcp(socket.AF_INET, "0.0.0.0", "localhost")


def own_name():
    name = socket.gethostname()
    address = socket.getaddrinfo(name, None, socket.AF_INET)[0][4][0]
    assert address, name
    tcp(socket.AF_INET, "0.0.0.0", name)


def names():
    found = {entry[4][0] for entry in socket.getaddrinfo("localhost", 80, type=socket.SOCK_STREAM)}
    assert "127.0.0.1" in found, found
    assert socket.gethostbyname("localhost") == "127.0.0.1"
    assert socket.getfqdn()


def privileged_port():
    """As a user who is not root."""
    script = "import os, socket; os.setgid(65534); os.setuid(65534); socket.create_server(('127.0.0.1', 80)).close()"
    subprocess.run([sys.executable, "-c", script], check=True)


def udp():
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        with socket.socket(family, socket.SOCK_DGRAM) as server, socket.socket(family, socket.SOCK_DGRAM) as client:
            server.bind((address, 0))
            server.settimeout(10)
            client.sendto(b"hello", server.getsockname())
            assert server.recvfrom(100)[0] == b"hello"


def udp_nobody():
    """The refusal of a port that nobody listens at comes back."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(10)
        client.connect(("127.0.0.1", 9))
        try:
            client.send(b"x")
            client.recv(10)
        except ConnectionRefusedError:
            return
    raise AssertionError("no refusal")


def asyncio_many():
    """Two hundred connections at once."""

    async def serve(reader, writer):
        writer.write(await reader.readline())
        await writer.drain()
        writer.close()

    async def ask(port, number):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"%d\n" % number)
        assert await reader.readline() == b"%d\n" % number
        writer.close()

    async def all_of_it():
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        await asyncio.gather(*(ask(port, number) for number in range(200)))
        server.close()

    asyncio.run(all_of_it())


def subprocess_server():
    """A server in another process, as test suites start them."""
    words = [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", "/proof"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        port = int(server.stdout.readline().split(" port ")[1].split()[0])
        text = subprocess.run(["curl", "-sf", f"http://127.0.0.1:{port}/proof.py"], check=True, capture_output=True).stdout
        server.terminate()
    with open("/proof/proof.py", "rb") as file:
        assert text == file.read()


def threading_server():
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"hi")

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("localhost", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def ask():
        connection = http.client.HTTPConnection("localhost", server.server_port, timeout=20)
        connection.request("GET", "/")
        answers.append(connection.getresponse().read())

    answers = []
    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    server.shutdown()
    assert answers == [b"hi"] * 20, answers


def unix_sockets():
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind("\0nullbox-proof")
        server.listen()
        client.connect("\0nullbox-proof")
        accepted, _ = server.accept()
        socket.send_fds(client, [b"x"], [0])
        _, descriptors, _, _ = socket.recv_fds(accepted, 10, 1)
        assert len(descriptors) == 1
        accepted.close()


def interfaces():
    """Nothing waits for IPv6 on the card."""
    shown = subprocess.run(["ip", "-o", "addr"], check=True, capture_output=True, text=True).stdout
    assert "127.0.0.1/8" in shown and "::1/128" in shown, shown
    assert "fe80" not in shown, shown


def unreachable():
    """An address that no rule allows is silent or refused, within the bound."""
    with socket.socket() as client:
        client.settimeout(3)
        try:
            client.connect(("203.0.113.1", 443))
        except OSError:
            return
    raise AssertionError("connected")


CHECKS = [
    loopback4,
    loopback6,
    all_addresses,
    names,
    own_name,
    privileged_port,
    udp,
    udp_nobody,
    asyncio_many,
    subprocess_server,
    threading_server,
    unix_sockets,
    interfaces,
    unreachable,
]
