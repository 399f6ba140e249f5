#!/bin/sh
# A network namespace per node: forwarding where it has several interfaces, IPv6 as the site says.
set -eu
if [ "${1-}" = --describe ]; then
  echo '{ "summary": "Make the network namespaces of the tap nodes", "needs": ["experiment", "nodes", "settings"] }'
  exit
fi
jq '.facts as { $experiment, $nodes, $settings } | {
  effects: [
    $nodes[] | select(.ghost | not) | {
      kind: "netns",
      name: "\($experiment.project).\($experiment.name).\(.name)",
      sysctls: (
        { "net/ipv4/conf/all/rp_filter": "0", "net/ipv4/conf/default/rp_filter": "0" }
        + { "net/unix/max_dgram_qlen": "512" }
        + if .interfaces | length > 1 then { "net/ipv4/ip_forward": "1" } else {} end
        + if $settings.ipv6 then {} else { "net/ipv6/conf/all/disable_ipv6": "1", "net/ipv6/conf/default/disable_ipv6": "1" } end
      ),
      node: .name,
      failure: .failureAction
    }
  ]
}'
