#!/bin/sh
# The nodes themselves: the command of each, which finds in its environment what it was handed.
set -eu
if [ "${1-}" = --describe ]; then
  echo '{ "summary": "Start the commands that are the tap nodes", "needs": ["experiment", "nodes"] }'
  exit
fi
jq '.facts as { $experiment, $nodes } | {
  effects: [
    $nodes[] | select(.ghost | not) | . as $node
    | "\($experiment.project).\($experiment.name).\(.name)" as $netns
    | {
      kind: "process",
      name: "tap-\(.name)",
      label: "the command of \(.name)",
      netns: $netns,
      argv: [
        "sh", "-c", "mkdir -p \"$1\"; exec sh -c \"$2\" >\"$1/tap_command.log\" 2>&1", "sh",
        "\($experiment.logDir)/\(.name)",
        ([.attributes[] | select(.name == "containers:tap_command").value][0] // "exec catatonit -P")
      ],
      start: "stays",
      env: {
        NODE: .name,
        TAPS: [.interfaces[].name] | join(" "),
        ADDRESSES: [.interfaces[] | "\(.address)/\(.prefix)"] | join(" "),
        MACS: [.interfaces[].mac] | join(" "),
        ROUTES: "\($experiment.configDir)/route/\(.name)"
      },
      diesWith: [.interfaces[] | "tap \($netns)/\(.name)"],
      node: .name,
      failure: .failureAction
    }
  ]
}'
