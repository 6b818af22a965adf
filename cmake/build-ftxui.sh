#!/usr/bin/env bash
# Builds FTXUI 5 into build/deps/ftxui, from the source package of Debian 13, because Debian 12 has
# no package of it. Needs no root: apt fetches it, with its signature checked, through lists and
# sources of its own below build/deps, from the mirror and with the keyring and proxy that this
# machine's apt already uses. Does nothing where FTXUI is there: built before, or as libftxui-dev.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
prefix=$root/build/deps/ftxui
debian_keyring=/usr/share/keyrings/debian-archive-keyring.gpg

die() {
  printf 'build-ftxui: %s\n' "$1" >&2
  exit 1
}

# The mirror of Debian's main archive that this machine installs from.
debian_mirror() {
  local codename mirror
  codename=$(. /etc/os-release && printf %s "${VERSION_CODENAME:-}")
  mirror=$(apt-get indextargets --format '$(RELEASE) $(COMPONENT) $(ORIGIN) $(REPO_URI)' \
    'Created-By: Packages' | awk -v release="$codename" \
    '$1 == release && $2 == "main" && $3 !~ /Ubuntu/ && $NF ~ /^[a-z+-]+:\// { print $NF; exit }')
  printf %s "${mirror:-http://deb.debian.org/debian/}"
}

# fetch FOLDER: FTXUI's source package, unpacked into FOLDER/ftxui.
fetch() {
  local folder=$1
  mkdir -p "$folder"/{sources,lists/partial,cache/archives/partial}
  printf 'Types: deb-src\nURIs: %s\nSuites: trixie\nComponents: main\nSigned-By: %s\n' \
    "$(debian_mirror)" "$debian_keyring" >"$folder/sources/trixie.sources"
  local options=(
    -o Dir::Etc::sourcelist=/dev/null
    -o Dir::Etc::sourceparts="$folder/sources"
    -o Dir::State::lists="$folder/lists"
    -o Dir::Cache="$folder/cache"
    -o APT::Sandbox::User="$(id -un)"
    -o Acquire::Retries=3
  )
  (
    cd "$folder"
    apt-get -qq "${options[@]}" update
    apt-get -qq "${options[@]}" source --download-only ftxui
    # apt has checked the hashes against the signed list; dpkg-source would ask for more keyrings.
    # Debian's patches fit FTXUI to /usr: with them its CMake package names no include folder.
    dpkg-source --no-check --skip-patches --extract ftxui_*.dsc ftxui >/dev/null
  )
}

if [ -e "$prefix/lib/cmake/ftxui/ftxui-config.cmake" ] ||
  [ "$(dpkg-query -W -f '${db:Status-Status}' libftxui-dev 2>/dev/null)" = installed ]; then
  exit 0
fi
command -v apt-get >/dev/null && command -v dpkg-source >/dev/null ||
  die "this system has no apt-get and dpkg-source: install FTXUI 5 where CMake finds it"
[ -r "$debian_keyring" ] ||
  die "no $debian_keyring: install the package debian-archive-keyring, or FTXUI 5 itself"

echo "FTXUI: fetching and building Debian 13's source package (about half a minute) …"
mkdir -p "$root/build/deps"
work=$(mktemp -d "$root/build/deps/ftxui.XXXXXX")
trap 'rm -rf "$work"' EXIT
fetch "$work" || die "apt could not fetch Debian 13's source package ftxui: see its words above"
{
  cmake -S "$work/ftxui" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_INSTALL_PREFIX="$prefix" -DCMAKE_INSTALL_LIBDIR=lib -DCMAKE_POSITION_INDEPENDENT_CODE=ON \
    -DBUILD_SHARED_LIBS=OFF -DFTXUI_BUILD_DOCS=OFF -DFTXUI_BUILD_EXAMPLES=OFF \
    -DFTXUI_BUILD_TESTS=OFF -DFTXUI_QUIET=ON
  cmake --build "$work/build"
  # Moved into place whole, so that an interrupted build leaves nothing that looks finished.
  DESTDIR="$work/stage" cmake --install "$work/build"
} >"$work/log" 2>&1 || {
  tail -30 "$work/log" >&2
  die "FTXUI does not build: the lines above say why"
}
rm -rf "$prefix"
mv "$work/stage$prefix" "$prefix"
echo "FTXUI: installed into build/deps/ftxui"
