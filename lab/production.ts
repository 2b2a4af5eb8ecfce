import type { Guest } from "./guest.js";

/** What a host needs to be told to reach its LUNs: the target, the portals, and the identities in the order of their numbers. */
export interface Reach {
  readonly target: string;
  readonly portals: readonly string[];
  readonly wwids: readonly string[];
}

const group = "vg_epicprd";
const volume = "lv_db";
const mount = "/epic/prd";

/** Signs in at every portal for good, and waits until each LUN has its map. */
const signIn = ({ target, portals, wwids }: Reach): string => `
  for portal in ${portals.join(" ")}; do
    iscsiadm -m discoverydb -t sendtargets -p $portal:3260 -o new --discover >/dev/null
    iscsiadm -m node -T ${target} -p $portal:3260 -o update -n node.startup -v automatic
    iscsiadm -m node -T ${target} -p $portal:3260 --login >/dev/null
  done
  udevadm settle
  for wwid in ${wwids.join(" ")}; do
    for try in $(seq 100); do
      if [ -b /dev/mapper/$wwid ] && [ "$(ls /sys/block/$(basename $(readlink -f /dev/mapper/$wwid))/slaves | wc -l)" = ${portals.length} ]; then break; fi
      sleep 0.2
    done
    test -b /dev/mapper/$wwid
  done`;

const maps = ({ wwids }: Reach): string => wwids.map((each) => `/dev/mapper/${each}`).join(" ");

/** Formats production's LUNs as a database host does, and fills the file system; leaves it unmounted. */
export async function format(host: Guest, reach: Reach): Promise<void> {
  await host.must(`
    ${signIn(reach)}
    pvcreate -q ${maps(reach)}
    vgcreate -q ${group} ${maps(reach)}
    lvcreate -q -y -i ${reach.wwids.length} -l 100%FREE -n ${volume} ${group}
    mkfs.xfs -q /dev/${group}/${volume}
    mkdir -p ${mount}
    mount /dev/${group}/${volume} ${mount}
    echo night >${mount}/.sluice-content
    dd if=/dev/urandom of=${mount}/patients.dat bs=1M count=12 status=none
    echo 'kept since the night' >${mount}/kept
    echo 'as it was at night' >${mount}/changed
    mkdir ${mount}/iris
    chown irisusr ${mount}/iris
    systemctl start irisdb
    sleep 2
    systemctl stop irisdb
    ${away}`);
}

/** A day's work after the night that `format` left. */
export async function aDay(host: Guest): Promise<void> {
  await host.must(`
    vgchange -ay ${group} >/dev/null
    mount /dev/${group}/${volume} ${mount}
    echo live >${mount}/.sluice-content
    echo 'as it is by day' >${mount}/changed
    echo 'new since the night' >${mount}/newer
    rm ${mount}/kept
    ${away}`);
}

const away = `
    umount ${mount}
    vgchange -an ${group} >/dev/null
    for d in /dev/mapper/3600a0980*; do blockdev --flushbufs $d; done`;

/** Brings production up, as it would come up by itself after a reboot from then on: records, devices file, fstab. The database runs. */
export async function bringUp(host: Guest, reach: Reach): Promise<void> {
  await host.must(`
    ${signIn(reach)}
    if grep -q '^[[:space:]]*use_devicesfile = 1' /etc/lvm/lvm.conf; then
      for map in ${maps(reach)}; do lvm lvmdevices --adddev $map; done
    fi
    vgchange -ay ${group} >/dev/null
    mkdir -p ${mount}
    grep -q ' ${mount} ' /etc/fstab || echo '/dev/${group}/${volume} ${mount} xfs defaults,noatime,_netdev,nofail 0 0' >>/etc/fstab
    systemctl daemon-reload
    mountpoint -q ${mount} || mount ${mount}
    systemctl start irisdb`);
}
