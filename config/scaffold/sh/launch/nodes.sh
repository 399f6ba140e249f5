#!/bin/sh
# Brings the PLATFORM nodes up. A stage is a pure function from facts to effects: it has facts as JSON on its standard
# input, answers with effects as JSON, and runs where it can change nothing.
# See what it plans: benito-pipeline plan EXPERIMENT --stages THIS_FOLDER
set -eu

# What it needs to know, so that it is asked in time.
if [ "${1-}" = --describe ]; then
  cat <<'END'
{
  "summary": "Bring the PLATFORM nodes up",
  "needs": ["experiment", "nodes", "routes", "settings", "switchProcesses"]
}
END
  exit
fi

# Effects name each other as "KIND NAME". Ghosts have their addresses and switch ports, and are not started.
jq '
.facts as { $experiment, $nodes, $routes, $settings, $switchProcesses }
| ($routes | map({ (.node): .table }) | add // {}) as $tables
| [
    $nodes[] | select(.ghost | not) | . as $node
    | "\($experiment.project).\($experiment.name).\(.name)" as $netns
    | "\($experiment.logDir)/\(.name)/start_command" as $log
    | [.interfaces[] | "tap \($netns)/\(.name)"] as $taps
    | (
        {
          kind: "netns",
          name: $netns,
          sysctls: (
            { "net/ipv4/conf/all/rp_filter": "0", "net/ipv4/conf/default/rp_filter": "0" }
            + if .interfaces | length > 1 then { "net/ipv4/ip_forward": "1" } else {} end
            + if $settings.ipv6 then {} else
                { "net/ipv6/conf/all/disable_ipv6": "1", "net/ipv6/conf/default/disable_ipv6": "1" }
              end
          )
        },

        # What each interface has to be: its MAC, its address, and, below, its switch port.
        (.interfaces[] | {
          kind: "tap",
          netns: $netns,
          device: .name,
          mac: .mac,
          addresses: ["\(.address)/\(.prefix)"]
        }),

        # The node itself. Put what your platform runs here: a hypervisor with these TAPs, an emulator, a container.
        {
          kind: "process",
          name: "PLATFORM-\(.name)",
          label: "the node \(.name)",
          netns: $netns,
          argv: ["catatonit", "-P"],
          start: "stays",
          diesWith: $taps
        },

        # A plug lives as long as its TAP, its switch and its node: diesWith has it made again with any of them.
        (.interfaces[] | {
          kind: "process",
          name: "plug-\($node.name).\(.name)",
          label: "the plug of \($node.name)/\(.name) in port \(.port) of \(.substrate)",
          netns: $netns,
          argv: ["vde_plug2tap", "--daemon", "--sock", .switch, "--port", "\(.port)", .name],
          diesWith: ["tap \($netns)/\(.name)", "process PLATFORM-\($node.name)", $switchProcesses[.substrate]]
        }),

        (select(($tables[.name] // "") != "") | {
          kind: "routes",
          netns: $netns,
          configDir: $experiment.configDir,
          hostname: .name,
          table: $tables[.name],
          after: $taps
        }),

        # The start command: once in each life of the node, its output and exit status kept on the host.
        (select(.startup) | {
          kind: "task",
          name: "start-\(.name)",
          enter: "PLATFORM-\(.name)",
          argv: ["sh", "-c", .startup],
          stdout: "\($log).out",
          stderr: "\($log).err",
          status: "\($log).status",
          after: [
            (.interfaces[] | "process plug-\($node.name).\(.name)"),
            if ($tables[.name] // "") != "" then "routes \($netns)" else empty end
          ]
        })
      )
    # Whose part each effect is, and whether `up` fails with it.
    | . + { node: $node.name, failure: (if .kind == "task" then "nonfatal" else $node.failureAction end) }
  ]
| { effects: . }
'
