#!/bin/sh
# The cgroups that limit a container, as FOLDER/FILE=VALUE. Version 1 only: of version 2 its own cgroup serves.
# Usage: _limits.sh has|make|unmake FOLDER/FILE=VALUE...
verb=$1
shift
for limit; do
  value=${limit#*=} file=${limit%%=*}
  folder=${file%/*}
  case $verb in
  has) read -r now 2>/dev/null <"$file" && [ "$now" = "$value" ] || exit 1 ;;
  make) mkdir -p "$folder" && echo "$value" >"$file" || exit 1 ;;
  unmake)
    # Those who were killed a moment ago may still be in it.
    for try in 1 2 3 4 5 6 7 8 9 10; do
      [ -d "$folder" ] || break
      rmdir "$folder" 2>/dev/null || sleep 0.2
    done
    [ ! -d "$folder" ] || { echo "there are processes left in $folder: $(tr '\n' ' ' <"$folder/cgroup.procs")" >&2 && exit 1; }
    rmdir "${folder%/*}" "${folder%/*/*}" 2>/dev/null
    ;;
  esac
done
exit 0
