#!/bin/sh
# Each TAP is plugged into the switch port of its interface, as long as the node lives.
set -eu
if [ "${1-}" = --describe ]; then
  echo '{ "summary": "Plug the TAPs into their VDE switch ports", "needs": ["experiment", "nodes", "switchProcesses"] }'
  exit
fi
jq '.facts as { $experiment, $nodes, $switchProcesses } | {
  effects: [
    $nodes[] | select(.ghost | not) | . as $node | .interfaces[]
    | "\($experiment.project).\($experiment.name).\($node.name)" as $netns
    | {
      kind: "process",
      name: "plug-\($node.name).\(.name)",
      label: "the plug of \($node.name)/\(.name) in port \(.port) of \(.substrate)",
      netns: $netns,
      argv: ["vde_plug2tap", "--daemon", "--sock", .switch, "--port", "\(.port)", .name],
      nice: -15,
      diesWith: ["tap \($netns)/\(.name)", "process tap-\($node.name)", $switchProcesses[.substrate]],
      node: $node.name,
      failure: $node.failureAction
    }
  ]
}'
