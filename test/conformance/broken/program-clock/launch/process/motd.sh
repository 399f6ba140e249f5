#!/bin/sh
# Says in which month the nodes were planned: the same for weeks.
case $1 in
--describe) echo '{ "summary": "Say when the nodes were planned", "needs": ["experiment"] }' ;;
*)
  path=$(jq -r .facts.experiment.stateDir)/motd
  jq -n --arg path "$path" --arg content "$(date +%Y-%m)" \
    '{ effects: [{ kind: "file", path: $path, content: $content }] }'
  ;;
esac
