#!/usr/bin/env python3
"""Brings the PLATFORM nodes up.

A stage is a pure function from facts to effects: it has facts as JSON on its standard input, answers with effects as
JSON, and runs where it can change nothing. See what it plans: benito-pipeline plan EXPERIMENT --stages THIS_FOLDER
"""

import json
import sys

# What it needs to know, so that it is asked in time.
DESCRIPTION = {
    "summary": "Bring the PLATFORM nodes up",
    "needs": ["experiment", "nodes", "routes", "settings", "switchProcesses"],
}


def main():
    if sys.argv[1:] == ["--describe"]:
        answer = DESCRIPTION
    else:
        answer = {"effects": list(effects(json.load(sys.stdin)["facts"]))}
    json.dump(answer, sys.stdout)


def effects(facts):
    tables = {one["node"]: one["table"] for one in facts["routes"]}
    for node in facts["nodes"]:
        # Ghosts have their addresses and switch ports, and are not started.
        if node["ghost"]:
            continue
        for one in bring_up(node, facts, tables.get(node["name"], "")):
            # Whose part each effect is, and whether `up` fails with it.
            yield {"node": node["name"], "failure": node["failureAction"], **one}


def bring_up(node, facts, table):
    """The effects of one node, which name each other as "KIND NAME"."""
    experiment = facts["experiment"]
    name, interfaces = node["name"], node["interfaces"]
    netns = f"{experiment['project']}.{experiment['name']}.{name}"
    taps = [f"tap {netns}/{one['name']}" for one in interfaces]

    sysctls = {"net/ipv4/conf/all/rp_filter": "0", "net/ipv4/conf/default/rp_filter": "0"}
    if len(interfaces) > 1:
        sysctls["net/ipv4/ip_forward"] = "1"
    if not facts["settings"]["ipv6"]:
        sysctls["net/ipv6/conf/all/disable_ipv6"] = "1"
        sysctls["net/ipv6/conf/default/disable_ipv6"] = "1"
    yield {"kind": "netns", "name": netns, "sysctls": sysctls}

    # What each interface has to be: its MAC, its address, and, below, its switch port.
    for one in interfaces:
        address = f"{one['address']}/{one['prefix']}"
        yield {"kind": "tap", "netns": netns, "device": one["name"], "mac": one["mac"], "addresses": [address]}

    # The node itself. Put what your platform runs here: a hypervisor with these TAPs, an emulator, a container.
    yield {
        "kind": "process",
        "name": f"PLATFORM-{name}",
        "label": f"the node {name}",
        "netns": netns,
        "argv": ["catatonit", "-P"],
        "start": "stays",
        "diesWith": taps,
    }

    # A plug lives as long as its TAP, its switch and its node: diesWith has it made again with any of them.
    for one, tap in zip(interfaces, taps):
        port = str(one["port"])
        yield {
            "kind": "process",
            "name": f"plug-{name}.{one['name']}",
            "label": f"the plug of {name}/{one['name']} in port {port} of {one['substrate']}",
            "netns": netns,
            "argv": ["vde_plug2tap", "--daemon", "--sock", one["switch"], "--port", port, one["name"]],
            "diesWith": [tap, f"process PLATFORM-{name}", facts["switchProcesses"][one["substrate"]]],
        }

    if table:
        yield {
            "kind": "routes",
            "netns": netns,
            "configDir": experiment["configDir"],
            "hostname": name,
            "table": table,
            "after": taps,
        }

    # The start command: once in each life of the node, its output and exit status kept on the host.
    if "startup" in node:
        log = f"{experiment['logDir']}/{name}/start_command"
        plugs = [f"process plug-{name}.{one['name']}" for one in interfaces]
        yield {
            "kind": "task",
            "name": f"start-{name}",
            "enter": f"PLATFORM-{name}",
            "argv": ["sh", "-c", node["startup"]],
            "stdout": f"{log}.out",
            "stderr": f"{log}.err",
            "status": f"{log}.status",
            "after": plugs + ([f"routes {netns}"] if table else []),
            "failure": "nonfatal",
        }


main()
