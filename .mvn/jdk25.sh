# Sourced by mvnw, ./sluice and the distribution's build: finds a JDK 25 and exports JAVA_HOME, or says what to install.
# Looks at JAVA_HOME first, then at the usual places of packages and version managers, then at the javac on the PATH.

is_jdk25() {
  [ -x "$1/bin/javac" ] && grep -q '^JAVA_VERSION="25[."]' "$1/release" 2>/dev/null
}

find_jdk25() (
  set +f
  on_path=$(command -v javac 2>/dev/null) || on_path=
  [ -z "$on_path" ] || on_path=$(readlink -f "$on_path" 2>/dev/null) || on_path=
  mac=$(/usr/libexec/java_home -v 25 2>/dev/null) || mac=
  for jdk in "${JAVA_HOME:-}" "$mac" /usr/lib/jvm/* /opt/*jdk* "${SDKMAN_DIR:-${HOME:-}/.sdkman}"/candidates/java/* \
    "${HOME:-}"/.jdks/* "${HOME:-}"/.asdf/installs/java/* "${HOME:-}"/.local/share/mise/installs/java/* \
    /opt/homebrew/opt/openjdk@25/libexec/openjdk.jdk/Contents/Home "${on_path%/bin/javac}"; do
    if [ -n "$jdk" ] && is_jdk25 "$jdk"; then
      printf '%s\n' "$jdk"
      return 0
    fi
  done
  return 1
)

if JAVA_HOME=$(find_jdk25); then
  export JAVA_HOME
else
  cat >&2 <<'END'
Sluice is built with a JDK 25, and none was found (JAVA_HOME, /usr/lib/jvm, /opt, sdkman, mise, asdf, PATH). Install one, e.g.
  Debian, Ubuntu:  apt-get install openjdk-25-jdk-headless   (or temurin-25-jdk from Adoptium's packages)
  Fedora:          dnf install java-25-openjdk-devel
  macOS:           brew install openjdk@25
  anywhere:        sdk install java 25-tem                   (https://sdkman.io)
or set JAVA_HOME to the folder of one.
END
  exit 1
fi
