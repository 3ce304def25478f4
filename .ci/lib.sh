# shellcheck shell=bash
# Words that the other scripts here share: saying what happens, recognising unchanged inputs, counting checks.
# Each script sources it first; it goes to the top of the repository.

set -u
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

REPORTS=.cache/reports
export UV_PYTHON_DOWNLOADS=never PIP_DISABLE_PIP_VERSION_CHECK=1

say() {
  if [ -t 2 ]; then printf '\033[1m%s\033[0m\n' "$*" >&2; else printf '%s\n' "$*" >&2; fi
}

give_up() {
  printf '%s\n' "$*" >&2
  exit 1
}

# alone: waits until no other of these scripts is installing or building in this checkout; `shared` lets the next one in.
alone() {
  mkdir -p .cache
  exec 9>.cache/lock
  flock 9
}
shared() { exec 9>&-; }

# fingerprint PATH...: one hash over names and contents; paths that do not exist count as absent.
fingerprint() {
  find "$@" \( -name node_modules -o -name dist -o -name graphql-env.d.ts \) -prune -o -type f -print0 2>/dev/null \
    | LC_ALL=C sort -z | xargs -0 -r sha256sum | sha256sum | cut -c1-16
}

# timed TEXT COMMAND...: says what begins and how long it took; passes the command's own answer on.
timed() {
  local text=$1 began=$SECONDS status=0
  shift
  say "==> $text"
  "$@" </dev/null || status=$?
  say "    $([ "$status" = 0 ] && echo "done" || echo "failed ($status)") after $((SECONDS - began)) s: $text"
  return "$status"
}

# suite REPORT TEXT COMMAND...: the same for a test run that writes REPORT; how it ended is kept beside the report.
suite() {
  local report=$1 status=0
  shift
  timed "$@" || status=$?
  echo "$status" >"$REPORTS/$report.status"
}

# check NAME COMMAND...: the same for a command, remembered as one passed or failed check for `report.py`.
check() {
  local name=$1 verdict=passed
  timed "$@" || verdict=failed
  printf '%s\t%s\n' "$verdict" "$name" >>"$REPORTS/checks"
  [ "$verdict" = passed ]
}

# aside NAME COMMAND...: a check that goes on in the background, on what the others leave idle of the machine.
asides=()
aside() {
  check "$1" nice -n 19 timeout --kill-after=30 1200 "${@:2}" >"$REPORTS/$1.aside" 2>&1 &
  asides+=("$! $1")
}

# gathered: waits for all that goes on aside, and shows what each said; what did not come to its end has failed.
gathered() {
  local number name
  for number in "${!asides[@]}"; do
    wait "${asides[number]%% *}"
    name=${asides[number]#* }
    cat "$REPORTS/$name.aside" >&2
    grep -q "$(printf '\t')$name\$" "$REPORTS/checks" || printf 'failed\t%s\n' "$name" >>"$REPORTS/checks"
  done
  asides=()
}
