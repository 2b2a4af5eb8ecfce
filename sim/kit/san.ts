/**
 * What a host sees of the arrays over iSCSI and Fibre Channel: the seam between the host simulator and the ONTAP simulator.
 * The ONTAP simulator implements it over its own state; the host simulator only ever asks through it.
 */

/** A portal of an iSCSI target, as SendTargets lists it. */
export interface Portal {
  readonly address: string;
  readonly port: number;
  readonly tpgt: number;
}

export interface Target {
  /** `iqn.1992-08.com.netapp:sn.<hex>:vs.<n>` */
  readonly iqn: string;
  readonly portals: readonly Portal[];
}

/** A LUN as one initiator sees it on one target. */
export interface SeenLun {
  /** LUN number of the map. */
  readonly number: number;
  /** The 12-character serial; WWID = 3600a0980 + hex of its bytes. */
  readonly serial: string;
  readonly sizeBytes: number;
  /** A LUN in a dp volume, or one under restore, refuses writes. */
  readonly readOnly: boolean;
}

/**
 * The bytes of a LUN, as far as anybody looks at them: plain JSON owned by the host simulator (LVM and XFS identities, files).
 * Snapshots, clones, transfers and restores copy it with the LUN; `null` is a blank disk.
 */
export type Disk = { readonly [key: string]: unknown } | null;

export interface San {
  /** SendTargets at that address; undefined when nothing listens there (host prints a connection error). */
  discover(address: string): Target | undefined;
  /** Opens an iSCSI session; undefined when the portal is unreachable, "refused" when the target is not there. Visible in the array's iscsi/sessions. */
  login(iqn: string, address: string, initiator: string): "ok" | "unreachable" | "refused";
  logout(iqn: string, address: string, initiator: string): void;
  /** LUNs the initiator sees through that portal now (empty when none mapped). Unreachable portal: undefined. */
  luns(iqn: string, address: string, initiator: string): readonly SeenLun[] | undefined;
  /** LUNs a Fibre Channel initiator (WWPN) sees now. */
  fcLuns(wwpn: string): readonly SeenLun[];
  /** Content by serial. Undefined: no such LUN (any more). The copy is the caller's. */
  readDisk(serial: string): Disk | undefined;
  /** Replaces the LUN's content; false when it is gone or read-only. `touchesFiles` gives the volume a new content id (a write by the application). */
  writeDisk(serial: string, disk: Disk, touchesFiles: boolean): boolean;
  /** The content id of the volume the LUN is in (what a mounted file system shows as `.sluice-content`). */
  contentId(serial: string): string | undefined;
}
