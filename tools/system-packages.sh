# Sourced by setup.sh: which Debian or Ubuntu packages the bridge to libtorch still needs here, and their installation.
# Each need is probed by what it provides, not by its package, so a compiler or library from elsewhere counts.

has_header() {
  compiler=${CXX:-c++}
  if command -v "$compiler" >/dev/null 2>&1; then
    printf '#include <stdio.h>\n#include <%s>\n' "$1" | "$compiler" -E -x c++ - >/dev/null 2>&1
  else
    [ -f "/usr/include/$1" ]
  fi
}

# Debian's libtorch leaves the matrix product to libblas.so.3; the reference library behind that name by default is
# about 30 times slower than a tuned one.
has_fast_blas() {
  for library in /usr/lib/*/libblas.so.3 /usr/lib/libblas.so.3; do
    case $(readlink -f "$library" 2>/dev/null) in
      *openblas* | *mkl* | *blis* | *atlas*) return 0 ;;
    esac
  done
  return 1
}

# Prints the missing packages, space separated. $1 is where libtorch comes from: LIBTORCH, python, system or none.
missing_packages() {
  missing=
  command -v "${CXX:-c++}" >/dev/null 2>&1 || missing="$missing g++"
  command -v cmake >/dev/null 2>&1 || missing="$missing cmake"
  command -v ninja >/dev/null 2>&1 || command -v make >/dev/null 2>&1 || missing="$missing ninja-build"
  has_header jpeglib.h || missing="$missing libjpeg-dev"
  has_header png.h || missing="$missing libpng-dev"
  case $1 in
    none) missing="$missing libtorch-dev" ;;
  esac
  case $1 in
    none | system) has_fast_blas || missing="$missing libopenblas0-pthread" ;;
  esac
  printf '%s\n' "${missing# }"
}

install_packages() {
  command -v apt-get >/dev/null 2>&1 || fail "These are missing: $1.
They are named as on Debian and Ubuntu. Install their equivalents with this system's package manager; for libtorch,
install PyTorch for python3 or unpack a libtorch archive and set LIBTORCH=/path/to/libtorch. Then run this again."
  install="apt-get install -y --no-install-recommends $1"
  if [ "$(id -u)" -eq 0 ]; then
    as_root=
  elif command -v sudo >/dev/null 2>&1 && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
    as_root=sudo
  else
    fail "System packages are missing, and this account may not install them. Run this once, then start again:

  sudo sh -c 'apt-get update && $install'"
  fi
  printf 'Installing system packages%s: %s\n' "${as_root:+ (by sudo)}" "$1"
  $as_root apt-get update -qq || printf 'apt-get update failed: trying with the package lists that are here\n' >&2
  case " $1 " in
    *" libtorch-dev "*) check_candidate ;;
  esac
  # shellcheck disable=SC2086  # the package names are separate words
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $1 >/dev/null ||
    fail "apt-get could not install them (its message is above). The command was:  $install"
}

# libtorch older than 1.13 lacks what the bridge calls; some releases carry such a one, or none.
check_candidate() {
  candidate=$(LC_ALL=C apt-cache policy libtorch-dev 2>/dev/null | sed -n 's/^ *Candidate: *//p')
  case $candidate in
    '' | '(none)' | 0.* | 1.[0-9].* | 1.1[0-2].*)
      fail "This release of the system offers libtorch-dev ${candidate:-not at all}; 1.13 or newer is needed.
Install PyTorch for python3 (pip install torch), or unpack a libtorch archive (https://pytorch.org, C++, cxx11 ABI) and
set LIBTORCH=/path/to/libtorch. Then run this again."
      ;;
  esac
}
