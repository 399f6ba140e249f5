# Asks all processes of a container to end, then its first one. Lies at /run/benito/stop in the container.
# shellcheck shell=sh
trap '' TERM
kill -TERM -1
for try in 1 2 3 4 5 6 7 8 9 10; do
  count=0
  for process in /proc/[0-9]*; do count=$((count + 1)); done
  [ "$count" -gt 2 ] || break
  sleep 0.3
done
kill -TERM 1
