#!/bin/sh
# The same for words that have been quoted for a shell: the node's own reads them.
# Usage: _shell.sh FOLDER WORD...
folder=$1
shift
exec "$(dirname "$0")/_exec.sh" "$folder" sh -c "$*"
