import type { Disk, San, SeenLun, Target } from "../../../../sim/kit/san.js";

interface Lun {
  sizeBytes: number;
  readOnly: boolean;
  disk: Disk;
  content: string;
}

/** A small array: one target, portals that can be down, LUNs mapped by number to any initiator that asks. */
export class MemorySan implements San {
  readonly iqn: string;
  readonly portals = new Map<string, { tpgt: number; up: boolean }>();
  readonly luns_ = new Map<string, Lun>();
  readonly maps = new Map<number, string>();
  readonly fcMaps = new Map<number, string>();
  readonly fcInitiators = new Set<string>();
  readonly initiators = new Set<string>();
  readonly loggedIn = new Set<string>();
  private writes = 0;

  constructor(
    iqn = "iqn.1992-08.com.netapp:sn.6b1c0ffee00111ee8a5d00a098aabbcc:vs.7",
    portals: readonly string[] = ["10.8.1.21", "10.8.1.22"],
  ) {
    this.iqn = iqn;
    portals.forEach((address, i) => this.portals.set(address, { tpgt: 1029 + i, up: true }));
  }

  create(serial: string, sizeBytes: number, disk: Disk = null, content = `content of ${serial}`): void {
    this.luns_.set(serial, { sizeBytes, readOnly: false, disk, content });
  }

  /** A FlexClone: same bytes, new serial. */
  clone(from: string, to: string): void {
    const source = this.get(from);
    this.luns_.set(to, { ...source, readOnly: false, disk: structuredClone(source.disk) });
  }

  get(serial: string): Lun {
    const lun = this.luns_.get(serial);
    if (!lun) throw new Error(`no LUN ${serial}`);
    return lun;
  }

  discover(address: string): Target | undefined {
    if (!this.portals.get(address)?.up) return undefined;
    return {
      iqn: this.iqn,
      portals: [...this.portals].map(([each, { tpgt }]) => ({ address: each, port: 3260, tpgt })),
    };
  }

  login(iqn: string, address: string, initiator: string): "ok" | "unreachable" | "refused" {
    if (!this.portals.get(address)?.up) return "unreachable";
    if (iqn !== this.iqn) return "refused";
    this.loggedIn.add(`${initiator} ${address}`);
    return "ok";
  }

  logout(_iqn: string, address: string, initiator: string): void {
    this.loggedIn.delete(`${initiator} ${address}`);
  }

  luns(_iqn: string, address: string, initiator: string): readonly SeenLun[] | undefined {
    if (!this.portals.get(address)?.up || !this.loggedIn.has(`${initiator} ${address}`)) return undefined;
    return this.initiators.size > 0 && !this.initiators.has(initiator) ? [] : this.seen(this.maps);
  }

  fcLuns(wwpn: string): readonly SeenLun[] {
    return this.fcInitiators.size > 0 && !this.fcInitiators.has(wwpn) ? [] : this.seen(this.fcMaps);
  }

  private seen(maps: ReadonlyMap<number, string>): SeenLun[] {
    return [...maps].flatMap(([number, serial]) => {
      const lun = this.luns_.get(serial);
      return lun ? [{ number, serial, sizeBytes: lun.sizeBytes, readOnly: lun.readOnly }] : [];
    });
  }

  readDisk(serial: string): Disk | undefined {
    const lun = this.luns_.get(serial);
    return lun && structuredClone(lun.disk);
  }

  writeDisk(serial: string, disk: Disk, touchesFiles: boolean): boolean {
    const lun = this.luns_.get(serial);
    if (!lun || lun.readOnly) return false;
    lun.disk = structuredClone(disk);
    if (touchesFiles) lun.content = `written ${++this.writes}`;
    return true;
  }

  contentId(serial: string): string | undefined {
    return this.luns_.get(serial)?.content;
  }
}

/** Disks of a formatted volume group, one for each LUN. */
export function formatted(vgName: string, lvName: string, sizes: readonly number[], seed = vgName): Disk[] {
  const uuid = (of: string): string => {
    const hex = Buffer.from(`${seed}/${of}`.padEnd(16, "x")).toString("hex").slice(-32);
    return `${hex.slice(0, 6)}-${hex.slice(6, 10)}-${hex.slice(10, 14)}-${hex.slice(14, 18)}-${hex.slice(18, 22)}-${hex.slice(22, 26)}-${hex.slice(26)}`;
  };
  return sizes.map((sizeBytes, pvIndex) => ({
    lvm: {
      pvUuid: uuid(`pv${pvIndex}`),
      vgName,
      vgUuid: uuid("vg"),
      lvName,
      lvUuid: uuid("lv"),
      pvIndex,
      pvCount: sizes.length,
      sizeBytes,
    },
    fs: { type: "xfs", uuid: "4477ec17-3bde-4594-af1e-4d83dfe19189", label: "", files: { marker: "production\n" } },
  }));
}
