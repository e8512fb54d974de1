#!/bin/sh
# Puts the distribution together in target/sluice and packs it as target/sluice-VERSION-OS-ARCH.tar.gz.
# Usage: build.sh VERSION, once Maven has listed the jars in target/classpath. Does nothing when no input has changed.
set -eu
version=$1
cd "$(dirname "$0")/../.."
. ../.mvn/jdk25.sh

modules=java.base,java.logging,java.management,java.naming,java.net.http,jdk.jfr,jdk.management,jdk.unsupported
# What is raised, cached and packed carries one date, so that the same sources make the same files.
stamp=202601010000.00

os=$(uname -s | tr '[:upper:]' '[:lower:]' | sed 's/darwin/macos/')
arch=$(uname -m | sed 's/arm64/aarch64/')
case $os-$arch in
  linux-x86_64) natives=linux-x86_64 ;;
  linux-aarch64) natives=linux-aarch_64 ;;
  macos-x86_64) natives=osx-x86_64 ;;
  macos-aarch64) natives=osx-aarch_64 ;;
  *) echo "dist: no native libraries for $os on $arch: Sluice is built on Linux or macOS, x86_64 or aarch64" >&2; exit 1 ;;
esac

jars=$(tr ':' '\n' <target/classpath)
sha256() { if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi | cut -c1-16; }

tree=target/sluice
new=target/sluice.new
built=target/sluice.built
tarball=target/sluice-$version-$os-$arch.tar.gz
hash=$({
  echo "$version $modules"
  cat "$JAVA_HOME/release"
  { echo "$jars"; find src/bin src/build src/conf src/systemd src/doc -type f | LC_ALL=C sort; } | xargs cat
} | sha256)
if [ "$(cat "$built" 2>/dev/null)" = "$hash" ] && [ -x "$tree/bin/sluice" ]; then
  touch "$built" # ./sluice looks at its date
  exit 0
fi

# The JDK's modules that Sluice needs, for this machine. Kept from build to build.
runtime() {
  made_of="own providers, names for a second $modules $(cat "$JAVA_HOME/release")"
  if [ "$(cat target/runtime.made-of 2>/dev/null)" != "$made_of" ]; then
    rm -rf target/runtime
    "$JAVA_HOME/bin/jlink" --add-modules "$modules" --vm server --strip-java-debug-attributes --no-header-files \
      --no-man-pages --ignore-modified-runtime --output target/runtime
    # Without java.base's own (the first five) security providers are looked for on the class path, where the JVM would
    # start Bouncy Castle over the first TLS connection. Containers change their addresses, so names are remembered for
    # a second.
    security=target/runtime/conf/security/java.security
    grep -Ev '^(security\.provider\.([6-9]|1[0-9])|networkaddress\.cache\..*)=' "$security" >target/java.security
    printf 'networkaddress.cache.ttl=1\nnetworkaddress.cache.negative.ttl=0\n' >>target/java.security
    cat target/java.security >"$security"
    printf '%s\n' "$made_of" >target/runtime.made-of
  fi
  cp -a target/runtime "$new/runtime"
}

# The jars; native code for this machine only, unpacked so that nothing is extracted to /tmp at each start.
libraries() {
  mkdir -p "$new/lib/native"
  for jar in $jars; do
    case $jar in
      *-"$natives".jar) (cd "$new/lib/native" && "$JAVA_HOME/bin/jar" -xf "$jar" META-INF/native) ;;
      *-linux-*.jar | *-osx-*.jar | *-windows-*.jar) ;;
      *) cp "$jar" "$new/lib/" ;;
    esac
  done
  if [ -d "$new/lib/native/META-INF" ]; then
    mv "$new"/lib/native/META-INF/native/* "$new/lib/native/"
    rm -r "$new/lib/native/META-INF"
  fi
  "$JAVA_HOME/bin/java" src/build/Strip.java "$new"/lib/*.jar
  "$JAVA_HOME/bin/java" src/build/RaiseClassVersion.java "$new"/lib/*.jar
  {
    echo "Main-Class: dev.sluice.daemon.Main"
    echo "Implementation-Title: Sluice"
    echo "Implementation-Version: $version"
    echo "Class-Path: "
    # A class that is not in the cache is looked for in one jar after the other, and what opening a jar costs goes by its
    # entries: Sluice's own come first, Bouncy Castle, of which only certificate orders need anything, last.
    (cd "$new/lib" && for jar in *.jar; do
      case $jar in proxy-core-*) echo "0 $jar" ;; proxy-*) echo "1 $jar" ;; bc*) echo "3 $jar" ;; *) echo "2 $jar" ;; esac
    done | LC_ALL=C sort | sed 's/^. /  /')
  } >target/manifest
  rm -rf target/rehearsal
  "$JAVA_HOME/bin/javac" -d target/rehearsal -cp "$(echo "$new"/lib/proxy-*.jar | tr ' ' ':')" src/build/Rehearsal.java
  # The JDK looks for a finder of loggers at each start, and, having found one, on to the next jar that names one. So this
  # jar has what proxy-core has too, the second on the class path, and no other is opened.
  (cd target/rehearsal && "$JAVA_HOME/bin/jar" -xf "../../$new"/lib/proxy-core-*.jar META-INF/services)
  "$JAVA_HOME/bin/jar" --create --date=2026-01-01T00:00:00Z --manifest target/manifest --file "$new/lib/sluice.jar" \
    -C target/rehearsal .
  touch -t "$stamp" "$new"/lib/*.jar
}

launchers() {
  mkdir -p "$new/bin" "$new/conf" "$new/systemd"
  cp src/bin/sluice "$new/bin/sluice"
  cp src/bin/sluice "$new/bin/kamal-proxy"
  cp src/conf/*.options "$new/conf/"
  # Named, for the JVM would look for another one in every jar.
  if [ "$os" = linux ]; then
    for options in "$new"/conf/*.options; do
      echo "-Djava.nio.channels.spi.SelectorProvider=sun.nio.ch.EPollSelectorProvider" >>"$options"
    done
  fi
  cp src/systemd/* "$new/systemd/"
  cp src/doc/README "$new/README"
  [ ! -f ../LICENSE ] || cp ../LICENSE "$new/"
}

rm -rf "$new"
mkdir -p "$new"
runtime
libraries
launchers
"$JAVA_HOME/bin/java" src/build/Train.java "$new" "$hash"

# Swapped in whole: a Sluice that runs from the old tree keeps its open files.
rm -rf target/sluice.old
[ ! -e "$tree" ] || mv "$tree" target/sluice.old
mv "$new" "$tree"
rm -rf target/sluice.old
mkdir -p target/pack
ln -sfn ../sluice "target/pack/sluice-$version"
tar -C target/pack -chf - "sluice-$version" | gzip -1 >"$tarball"
echo "$hash" >"$built"
