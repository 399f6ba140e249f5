#!/bin/sh
# The routes of each node, by the routes script and the route file of the node.
set -eu
if [ "${1-}" = --describe ]; then
  echo '{ "summary": "Set the routes of the tap nodes", "needs": ["experiment", "nodes", "routes"] }'
  exit
fi
jq '.facts as { $experiment, $nodes, $routes } | ($routes | map({ (.node): .table }) | add) as $tables | {
  effects: [
    $nodes[] | select((.ghost | not) and ($tables[.name] // "") != "")
    | "\($experiment.project).\($experiment.name).\(.name)" as $netns
    | {
      kind: "routes",
      netns: $netns,
      configDir: $experiment.configDir,
      hostname: .name,
      table: $tables[.name],
      after: [.interfaces[] | "tap \($netns)/\(.name)"],
      node: .name,
      failure: .failureAction
    }
  ]
}'
