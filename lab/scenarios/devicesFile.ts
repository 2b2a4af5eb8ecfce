import { equal, night, reads, remains, type Scenario } from "./scenario.js";

/** As Debian, Ubuntu and RHEL 8 have it: LVM looks at every disk, and finds two clones of one volume group by itself. */
export const devicesFile: readonly Scenario[] = [
  {
    name: "2, 3 with LVM's devices file off: two clones of one volume on one host, and nothing is left of them",
    run: async ({ people, backup }) => {
      await backup.must(`
        sed -i 's/use_devicesfile = 1/use_devicesfile = 0/' /etc/lvm/lvm.conf
        mv /etc/lvm/devices/system.devices /root/system.devices`);
      reads(await people.done("clone prod volume for backup for 14 days"), /Done in/);
      reads(await people.done("clone prod volume for reporting for 14 days"), /Done in/);
      equal(await backup.must("cat /epic/bkp/changed /epic/rpt/changed"), `${night}${night}`, "both clones");
      await backup.must("test ! -e /etc/lvm/devices/system.devices");
      reads(await people.done("release the reporting clone"), /Done in/);
      equal(await backup.must("cat /epic/bkp/changed"), night, "the one that stays");
      reads(await people.done("release the backup clone"), /Done in/);
      equal(await remains(backup), {}, "the host");
      await backup.must(`
        sed -i 's/use_devicesfile = 0/use_devicesfile = 1/' /etc/lvm/lvm.conf
        mv /root/system.devices /etc/lvm/devices/system.devices`);
    },
  },
];
