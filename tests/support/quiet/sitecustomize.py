"""Python imports this module at the start of every process that has its folder in PYTHONPATH: it guards the network.

Each host that is looked up or connected to beyond loopback is written to the file in NETWORK_LOG and refused.
"""

import ipaddress
import os
import sys


def _is_loopback(host: object) -> bool:
    text = host.decode() if isinstance(host, bytes) else str(host or "localhost")
    try:
        return ipaddress.ip_address(text).is_loopback or ipaddress.ip_address(text).is_unspecified
    except ValueError:
        return text == "localhost"


def _guard(event: str, arguments: tuple) -> None:
    if event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    elif event in ("socket.connect", "socket.sendto") and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    else:
        return
    if not _is_loopback(host):
        with open(os.environ["NETWORK_LOG"], "a", encoding="utf-8") as log:
            log.write(f"{event} {host!r} {' '.join(sys.argv)}\n")
        raise OSError(f"{host!r} is not this machine")


sys.addaudithook(_guard)
