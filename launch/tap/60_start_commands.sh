#!/bin/sh
# The start command of each node, once it is plugged in and has its routes.
set -eu
if [ "${1-}" = --describe ]; then
  echo '{ "summary": "Run the start commands of the tap nodes", "needs": ["experiment", "nodes", "routes"] }'
  exit
fi
jq '.facts as { $experiment, $nodes, $routes } | [$routes[] | select(.table != "").node] as $routed | {
  effects: [
    $nodes[] | select((.ghost | not) and .startup) | . as $node
    | "\($experiment.logDir)/\(.name)/start_command" as $log
    | {
      kind: "task",
      name: "start-\(.name)",
      enter: "tap-\(.name)",
      argv: ["sh", "-c", .startup],
      stdout: "\($log).out",
      stderr: "\($log).err",
      status: "\($log).status",
      after: [
        (.interfaces[] | "process plug-\($node.name).\(.name)"),
        (select(.name | IN($routed[])) | "routes \($experiment.project).\($experiment.name).\(.name)")
      ],
      node: .name,
      failure: "nonfatal"
    }
  ]
}'
