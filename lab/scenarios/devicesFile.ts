import { equal, night, reads, remains, type Scenario } from "./scenario.js";

/** As Debian, Ubuntu and RHEL 8 have it: LVM looks at every disk, and finds two clones of one volume group by itself. */
export const devicesFile: readonly Scenario[] = [
  {
    name: "2, 3 with LVM's devices file off: two clones of one volume on one host, and nothing is left of them",
    run: async ({ people, training }) => {
      await training.must(`
        sed -i 's/use_devicesfile = 1/use_devicesfile = 0/' /etc/lvm/lvm.conf
        mv /etc/lvm/devices/system.devices /root/system.devices`);
      reads(await people.done("clone prod volume for training"), /Done in/);
      reads(await people.done("clone prod volume for testing"), /Done in/);
      equal(await training.must("cat /epic/trn/changed /epic/tst/changed"), `${night}${night}`, "both clones");
      await training.must("test ! -e /etc/lvm/devices/system.devices");
      reads(await people.done("release the testing clone"), /Done in/);
      equal(await training.must("cat /epic/trn/changed"), night, "the one that stays");
      reads(await people.done("release the training clone"), /Done in/);
      equal(await remains(training), {}, "the host");
      await training.must(`
        sed -i 's/use_devicesfile = 0/use_devicesfile = 1/' /etc/lvm/lvm.conf
        mv /root/system.devices /etc/lvm/devices/system.devices`);
    },
  },
];
