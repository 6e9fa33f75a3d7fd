#!/bin/sh
# Installs what is needed to build Plexus and, with --tests, to test it. Asks nothing and changes nothing when all of it
# is there already. Written for Debian 12; Debian 13 and Ubuntu 24.04 have the same packages under the same names, but
# for Boost and msgpack-cxx (see below) and a Catch2 of version 3, which the unit tests do not accept yet.
#
#   scripts/install-dependencies.sh           compiler and libraries
#   scripts/install-dependencies.sh --tests   also the Python reference, in .deps/python/{rns,lxmf}-<version>
#   scripts/install-dependencies.sh --tools   also clang, clang-format, clang-tidy and gcovr
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
with_tests=no with_tools=no
for argument in "$@"; do
  case $argument in
    --tests) with_tests=yes ;;
    --tools) with_tools=yes ;;
    *) echo "usage: $0 [--tests] [--tools]" >&2; exit 2 ;;
  esac
done

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else echo "$0: root or sudo is needed for: $*" >&2; exit 1
  fi
}

updated=no
refresh_package_lists() {
  [ $updated = yes ] || as_root apt-get update -qq
  updated=yes
}

installed() {
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

install_packages() {
  missing=
  for package in "$@"; do
    installed "$package" || missing="$missing $package"
  done
  [ -n "$missing" ] || return 0
  echo "installing:$missing"
  refresh_package_lists
  # shellcheck disable=SC2086
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
}

# The oldest Boost with the coroutine support that is used is 1.81. Debian 12 has it beside its default of 1.74, and
# libmsgpack-cxx-dev insists on that default there. The headers of msgpack need no Boost, so they are unpacked alone.
. /etc/os-release
boost=libboost-dev msgpack=libmsgpack-cxx-dev
if [ "${ID:-}-${VERSION_ID:-}" = debian-12 ]; then
  boost=libboost1.81-dev msgpack=
fi

install_packages g++ make cmake ninja-build ccache pkg-config ca-certificates \
  libcaf-dev $boost $msgpack libsodium-dev libssl-dev nlohmann-json3-dev prometheus-cpp-dev libbz2-dev libcli11-dev \
  libspdlog-dev libexpected-dev libxxhash-dev catch2 libbenchmark-dev

if [ -z "$msgpack" ] && [ ! -e "$root/.deps/usr/include/msgpack.hpp" ]; then
  refresh_package_lists
  download=$(mktemp -d)
  (cd "$download" && apt-get download -qq -o APT::Sandbox::User=root libmsgpack-cxx-dev && mkdir -p "$root/.deps" &&
    dpkg-deb -x libmsgpack-cxx-dev_*.deb "$root/.deps")
  rm -rf "$download"
fi

if [ $with_tools = yes ]; then
  install_packages clang-19 clang-format-19 clang-tidy-19 clang-tools-19 libclang-rt-19-dev gcovr
fi

# python_environment NAME REQUIREMENT...: made once, and again when the requirements change or a run was broken off.
python_environment() {
  prefix=$root/.deps/python/$1
  shift
  [ "$(cat "$prefix/requirements" 2>/dev/null)" = "$*" ] && "$prefix/bin/python" -c "import RNS" 2>/dev/null && return 0
  echo "installing: $* in $prefix"
  rm -rf "$prefix"
  python3 -m venv "$prefix"
  "$prefix/bin/python" -m pip install --quiet --disable-pip-version-check "$@"
  echo "$*" >"$prefix/requirements"
}

if [ $with_tests = yes ]; then
  install_packages python3-venv iproute2
  python_environment rns-1.5.7 rns==1.5.7 numpy cryptography pytest
  python_environment rns-1.4.2 rns==1.4.2 cryptography
  # The reference publishes and discovers interfaces only where LXMF is installed.
  python_environment lxmf-1.2.1 rns==1.5.7 lxmf==1.2.1 cryptography
fi
