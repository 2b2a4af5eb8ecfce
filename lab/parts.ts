import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { naaOf, TgtTargets } from "../sim/ontap/index.js";
import type { Fabric } from "../sim/ontap/index.js";
import type { RealParts } from "../sim/worlds/start.js";
import type { World } from "../sim/worlds/types.js";
import { Guest, type Path } from "./guest.js";
import { guestHosts } from "./hosts.js";
import type { Reach } from "./production.js";

/** A LUN's file is so many times smaller than the LUN says it is: 3 TiB are 192 MiB, the least that two of them need for an XFS. */
export const divisor = 16_384;

/** The production host's name in the lab's world. */
export const productionHost = "epic-prd-01";

export interface Parts extends RealParts {
  readonly guests: readonly Guest[];
  guest(name: string): Guest;
}

export interface PartsOptions {
  readonly image: string;
  /** Bytes the LUNs hold at the start; blank without. */
  readonly seed?: string;
  /** Only these hosts of the world; default all. */
  readonly hosts?: readonly string[];
  /** Off: as Debian has it. Default on, as RHEL 9 has it. */
  readonly devicesFile?: boolean;
}

/** Every portal of the world's arrays, the first of each on the first path, the second on the second. */
export function pathsOf(world: World): Path[] {
  const iscsi = world.clusters.map(({ lifs }) => lifs.filter(({ kind }) => kind === "iscsi"));
  return [0, 1].map((i) => ({ portals: iscsi.flatMap((lifs) => lifs[i]?.address ?? []) }));
}

/** Guests, their targets and a folder for the bytes: what takes the place of virtual hosts in a world. Closes what it opened when it fails. */
export async function openParts(world: World, options: PartsOptions): Promise<Parts> {
  const home = await mkdtemp(join(tmpdir(), "sluice-lab-"));
  const hosts = world.hosts.filter(({ name }) => options.hosts?.includes(name) ?? true);
  const paths = pathsOf(world);
  const guests = hosts.map(
    ({ name, iqn }, i) =>
      new Guest({ name, iqn, image: options.image, folder: join(home, `g${i}`), paths, control: i }),
  );
  const close = async (): Promise<void> => {
    await Promise.all(guests.map((guest) => guest.close()));
    rmSync(home, { recursive: true, force: true });
  };
  try {
    const folder = join(home, "data");
    mkdirSync(folder, { mode: 0o700 });
    if (options.seed !== undefined) symlinkSync(options.seed, join(folder, "seed"));
    await Promise.all(guests.map((guest) => guest.wire()));
    await Promise.all(guests.map((guest) => guest.start()));
    if (options.devicesFile === false) await Promise.all(guests.map(withoutDevicesFile));
    const servers = guests.map((guest) => ({
      initiator: guest.options.iqn,
      pid: guest.tgtPid,
      control: guest.options.control,
      env: guest.tgtEnvironment,
    }));
    const shells = await Promise.all(
      guests
        .filter(({ name }) => hosts.some((host) => host.name === name && host.kind === "bare-metal"))
        .map((guest) => shellOf(guest, options.image)),
    );
    return {
      data: { folder, divisor, targets: new TgtTargets(servers) },
      hosts: guestHosts(guests),
      shells: {
        endpoints: Object.fromEntries(shells.map((each) => [each.host, each])),
        clientKey: readFileSync(join(options.image, "id_ed25519"), "utf8"),
      },
      guests,
      guest: (name) => {
        const found = guests.find((each) => each.name === name);
        if (!found) throw new Error(`no guest ${name} in the lab`);
        return found;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

const withoutDevicesFile = (guest: Guest): Promise<string> =>
  guest.must(`
    sed -i 's/use_devicesfile = 1/use_devicesfile = 0/' /etc/lvm/lvm.conf
    rm -f /etc/lvm/devices/system.devices`);

async function shellOf(guest: Guest, image: string): Promise<RealParts["shells"]["endpoints"][string]> {
  const [type = "", blob = ""] = readFileSync(join(image, "host_key.pub"), "utf8").split(" ");
  const hash = createHash("sha256").update(Buffer.from(blob, "base64")).digest("base64").replace(/=+$/, "");
  const door = await guest.ssh();
  return { host: guest.name, ...door, hostKeyFingerprint: `SHA256:${hash}`, hostKey: `${type} ${blob}` };
}

/** Where the production host finds its LUNs. */
export function productionReach(world: World, fabric: Fabric): Reach {
  const host = world.hosts.find(({ name }) => name === productionHost);
  const cluster = world.clusters[0];
  const portals = (cluster?.lifs ?? []).filter(({ kind }) => kind === "iscsi").map(({ address }) => address);
  const target = fabric.san().discover(portals[0] ?? "")?.iqn ?? "";
  const luns = fabric.san().luns(target, portals[0] ?? "", host?.iqn ?? "") ?? [];
  return { target, portals, wwids: luns.map(({ serial }) => `3${naaOf(serial)}`) };
}
