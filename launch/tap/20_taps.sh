#!/bin/sh
# A TAP per interface, with its MAC and its address, born in the namespace of its node.
set -eu
if [ "${1-}" = --describe ]; then
  echo '{ "summary": "Make the TAPs of the tap nodes", "needs": ["experiment", "nodes"] }'
  exit
fi
jq '.facts as { $experiment, $nodes } | {
  effects: [
    $nodes[] | select(.ghost | not) | . as $node | .interfaces[] | {
      kind: "tap",
      netns: "\($experiment.project).\($experiment.name).\($node.name)",
      device: .name,
      mac: .mac,
      addresses: ["\(.address)/\(.prefix)"],
      node: $node.name,
      failure: $node.failureAction
    }
  ]
}'
