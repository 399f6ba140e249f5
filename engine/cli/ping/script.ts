/**
 * Asks for every address once, some at a time, with what the smallest of systems have (sh, ping): one entry into a
 * node for all of them, since an SSH login costs more than many pings. Prints `ADDRESS MILLISECONDS`, or `ADDRESS -`.
 * $1: seconds that an answer may take. $2: how many at a time.
 */
const SCRIPT = `wait_s=$1 most=$2 n=0
shift 2
ask() {
  said=$(ping -n -c 1 -W "$wait_s" "$1" 2>/dev/null)
  case $said in
    *time=*) said=\${said##*time=}; echo "$1 \${said%% *}" ;;
    *time\\<*) said=\${said##*time<}; echo "$1 \${said%% *}" ;;
    *) echo "$1 -" ;;
  esac
}
for address; do
  ask "$address" &
  n=$((n + 1))
  if [ "$n" -ge "$most" ]; then wait; n=0; fi
done
wait`;

const AT_ONCE = 8;

/** The command that asks for addresses inside a node; an address may be there several times. */
export function askingCommand(addresses: readonly string[], timeoutMs: number): readonly string[] {
  const seconds = String(Math.max(1, Math.ceil(timeoutMs / 1000)));
  return ['sh', '-c', SCRIPT, 'sh', seconds, String(AT_ONCE), ...addresses];
}

/** How long it may take, with room for getting into a node that is slow. */
export function askingTimeMs(addresses: number, timeoutMs: number): number {
  return 30_000 + Math.ceil(addresses / AT_ONCE) * (Math.max(1000, timeoutMs) + 1000);
}
