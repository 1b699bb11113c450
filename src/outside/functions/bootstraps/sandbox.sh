# Builds a file system for one function and starts its process in it. Runs as the first process of new user,
# mount and process namespaces; nothing of it outlasts them.
#   sandbox.sh <empty folder> <code> <layers or ""> <scratch> <bootstraps> <node> <programs, ':' between> -- <command>
set -eu
root=$1 task=$2 opt=$3 scratch=$4 runtime=$5 node=$6 programs=$7
shift 8

mount -t tmpfs -o mode=755,size=16m tmpfs "$root"

# Read only, with what the machine's own mount forbids.
show() {
  if [ -d "$1" ]; then mkdir -p "$root$2"; else mkdir -p "$root$(dirname "$2")"; : >"$root$2"; fi
  mount --bind "$1" "$root$2"
  mount -o remount,bind,ro,nosuid "$root$2" 2>/dev/null || mount -o remount,bind,ro,nosuid,nodev "$root$2"
}

for name in bin sbin lib lib32 lib64 libx32 usr; do
  if [ -L "/$name" ]; then ln -s "$(readlink "/$name")" "$root/$name"
  elif [ -d "/$name" ]; then show "/$name" "/$name"; fi
done
for name in resolv.conf hosts nsswitch.conf ld.so.cache ssl ca-certificates pki localtime; do
  if [ -e "/etc/$name" ]; then show "$(readlink -f "/etc/$name")" "/etc/$name"; fi
done
echo 'sbx:x:0:0::/tmp:/bin/false' >"$root/etc/passwd"
IFS=:
for program in $programs; do
  case $program in
    /usr/* | /bin/* | '') ;;
    *) show "$program" "$program" ;;
  esac
done
unset IFS

mkdir -p "$root/proc" "$root/dev" "$root/tmp" "$root/old" "$root/opt"
mount -t proc proc "$root/proc"
# Root of the machine may be behind these: they stay closed for it too.
for path in sys sysrq-trigger irq bus fs; do
  if [ -e "$root/proc/$path" ]; then
    mount --bind "$root/proc/$path" "$root/proc/$path"
    mount -o remount,bind,ro,nosuid,nodev,noexec "$root/proc/$path"
  fi
done
for device in null zero full random urandom; do
  : >"$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
ln -s /proc/self/fd "$root/dev/fd"

show "$task" /var/task
# Wherever it is on the machine: below /tmp it would be hidden here.
show "$node" /var/lang/bin/node
show "$runtime" /var/runtime
if [ -n "$opt" ]; then show "$opt" /opt; fi
mount --bind "$scratch" "$root/tmp"
mount -o remount,bind,nosuid,nodev "$root/tmp"

cd "$root"
pivot_root . old
umount -l /old
rmdir /old
mount -o remount,ro /
cd /var/task
exec setpriv --no-new-privs --inh-caps=-all --bounding-set=-all -- "$@"
