# shellcheck shell=sh

# progress LABEL TOTAL HOW: while the process `worker` is at work, a line each tenth of TOTAL bytes (0: unknown, each 256 MB).
# HOW is a command that prints the bytes that are done. Gives back the worker's exit status.
progress() {
  label=$1 of=$2 how=$3
  step=$((of / 10))
  [ "$of" -ge 16777216 ] || step=268435456 # small ones go without
  next=$step
  while kill -0 "$worker" 2>/dev/null; do
    done_so_far=$($how 2>/dev/null) || done_so_far=
    if [ "${done_so_far:-0}" -ge "$next" ]; then
      next=$(((done_so_far / step + 1) * step))
      if [ "$of" -gt 0 ]; then
        say "  $label: $((done_so_far * 100 / of)) % of $(mb "$of") MB"
      else
        say "  $label: $(mb "$done_so_far") MB"
      fi
    fi
    sleep 0.2
  done
  status=0
  wait "$worker" || status=$?
  worker=
  return "$status"
}

mb() { echo $((($1 + 500000) / 1000000)); }
size_of() { stat -c %s "$1"; }

# read_by PID: how far a process has read its standard input.
read_by() { awk '$1 == "pos:" { print $2 }' "/proc/$1/fdinfo/0"; }
