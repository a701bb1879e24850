# Sourced by test.sh: what some tests want besides the set-up, from Debian or Ubuntu. Where it cannot be installed those tests
# are skipped and say so.

# Prints the missing packages, space separated.
missing_test_packages() {
  missing=
  command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
  ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
  command -v strace >/dev/null 2>&1 || missing="$missing strace"
  printf '%s\n' "${missing# }"
}

install_test_packages() {
  if ! command -v apt-get >/dev/null 2>&1; then
    printf 'No apt-get here: tests that need %s are skipped\n' "$1" >&2
    return 0
  fi
  if [ "$(id -u)" -eq 0 ]; then
    as_root=
  elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    as_root=sudo
  else
    printf 'Tests that need %s are skipped; for them:  sudo apt-get install %s\n' "$1" "$1" >&2
    return 0
  fi
  printf 'Installing for the tests: %s\n' "$1"
  $as_root apt-get update -qq || true
  # shellcheck disable=SC2086  # the package names are separate words
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $1 >/dev/null ||
    printf 'They could not be installed: the tests that need them are skipped\n' >&2
}
