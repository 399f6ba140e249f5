# An image from a web server: `place` is its URL, `name` the same without a password.
# shellcheck shell=sh
unreachable=

# Whatever the URL and its redirections say, nothing but http and https is spoken. A server that stops sending is
# given up after a minute.
get() (
  exec curl --globoff --silent --show-error --fail --location --max-redirs 10 --proto '=http,https' --connect-timeout 20 \
    --speed-limit 1000 --speed-time 60 --dump-header "$tmp/headers" --url "$place" "$@" 2>"$tmp/log"
)

# ask: the headers only. Servers that do not answer this are told apart from those that cannot be reached.
ask() {
  status=0
  get --head --output /dev/null || status=$?
  case $status in
  5 | 6 | 7 | 28 | 35 | 52 | 56) unreachable=yes ;;
  esac
  return "$status"
}

# validator: what changes with the file, of the headers of the last answer; empty where the server does not say.
validator() {
  tr -d '\r' <"$tmp/headers" | awk '
    /^HTTP\// { tag = date = size = "" }
    tolower($1) == "etag:" { sub(/^[^ ]* /, ""); tag = $0 }
    tolower($1) == "last-modified:" { sub(/^[^ ]* /, ""); date = $0 }
    tolower($1) == "content-length:" { size = $2 }
    END { if (tag != "" || date != "") print tag "|" date "|" size }'
}

length_told() {
  tr -d '\r' <"$tmp/headers" 2>/dev/null |
    awk '/^HTTP\// { size = 0 } tolower($1) == "content-length:" { size = $2 } END { print size + 0 }'
}

# fetch FILE: of `total` bytes, 0 where that is not known.
fetch() {
  say "fetching the image $name"
  [ "$total" -eq 0 ] || need_room "$(mb "$total")"
  get --retry 2 --output "$1" &
  status=0
  worker=$!
  progress fetched "$total" "size_of $1" || status=$?
  [ "$status" -ne 0 ] || return 0
  answer=$(awk '/^HTTP\// { code = $2 } END { print code }' "$tmp/headers" 2>/dev/null || true)
  case $status in
  22) fail "the image $name cannot be had: the server answers $answer" "$(advice "$answer")" ;;
  23) fail_full ;;
  18) fail "the image $name came in part only: the connection ended early" 'try again' ;;
  esac
  fail "the image $name cannot be had: $(sed -n 's/^curl: ([0-9]*) //p' "$tmp/log" | tail -n 1)" \
    'is the URL right, and does this host reach it? A path of a file that you got otherwise is as good'
}

advice() {
  case $1 in
  404 | 410) echo 'look at the URL: there is no such file on that server' ;;
  401 | 403) echo 'the server wants to know who asks: get the file yourself, and name its path' ;;
  *) echo 'try again later, or get the file yourself and name its path' ;;
  esac
}
