import type { Disk, San, SeenLun, Target } from "../../kit/san.js";
import type { FabricState } from "../fabric.js";
import { isAlive, isUp } from "../network/reach.js";
import type { ClusterState, IgroupState, LifState, SvmState } from "../state.js";
import { findLun, type LunPlace, putDisk } from "../storage/content.js";
import { readOnly } from "../storage/luns.js";
import { holds, isOnline, placesSeen } from "./seen.js";

const ISCSI_PORT = 3260;
const FIRST_TAG = 1029;

interface Listening {
  readonly cluster: ClusterState;
  readonly svm: SvmState;
  readonly lif: LifState;
}

/** What hosts see of the arrays, over the same state as REST. */
export class ArraySan implements San {
  constructor(private readonly fabric: FabricState) {}

  discover(address: string): Target | undefined {
    const found = this.listening(address);
    const targetName = found?.svm.iscsi?.targetName;
    if (!found || targetName === undefined) return undefined;
    const portals = portalsOf(found.cluster, found.svm).map((lif, i) => ({
      address: lif.address,
      port: ISCSI_PORT,
      tpgt: FIRST_TAG + i,
    }));
    return { iqn: targetName, portals };
  }

  login(iqn: string, address: string, initiator: string): "ok" | "unreachable" | "refused" {
    const found = this.listening(address);
    if (!found) return "unreachable";
    if (found.svm.iscsi?.targetName !== iqn) return "refused";
    const { cluster } = found;
    if (!cluster.sessions.some((each) => each.address === address && each.initiator === initiator)) {
      const tsih = cluster.sessions.reduce((most, each) => Math.max(most, each.tsih), 0) + 1;
      const isid = `40:00:01:37:00:${tsih.toString(16).padStart(2, "0")}`;
      cluster.sessions.push({ targetName: iqn, address, initiator, isid, tsih });
    }
    return "ok";
  }

  logout(iqn: string, address: string, initiator: string): void {
    this.fabric.settle();
    for (const cluster of this.fabric.clusters.values()) {
      cluster.sessions = cluster.sessions.filter(
        (each) => !(each.targetName === iqn && each.address === address && each.initiator === initiator),
      );
    }
  }

  luns(iqn: string, address: string, initiator: string): readonly SeenLun[] | undefined {
    const found = this.listening(address);
    if (!found || found.svm.iscsi?.targetName !== iqn) return undefined;
    return seenBy(
      found.cluster,
      (igroup) => igroup.svm === found.svm && igroup.protocol !== "fcp" && holds(found.cluster, igroup, initiator),
    );
  }

  fcLuns(wwpn: string): readonly SeenLun[] {
    this.fabric.settle();
    return [...this.fabric.clusters.values()].flatMap((cluster) =>
      seenBy(
        cluster,
        (igroup) => igroup.protocol !== "iscsi" && (igroup.svm.fcp?.enabled ?? false) && holds(cluster, igroup, wwpn),
      ),
    );
  }

  readDisk(serial: string): Disk | undefined {
    return this.place(serial)?.file.disk;
  }

  writeDisk(serial: string, disk: Disk, touchesFiles: boolean): boolean {
    const place = this.place(serial);
    if (!place || readOnly(place) || !isOnline(place)) return false;
    putDisk(this.fabric, place, structuredClone(disk), touchesFiles);
    return true;
  }

  contentId(serial: string): string | undefined {
    return this.place(serial)?.volume.content.id;
  }

  private place(serial: string): LunPlace | undefined {
    this.fabric.settle();
    for (const cluster of this.fabric.clusters.values()) {
      const found = findLun(cluster, (each) => each.identity.serial === serial);
      if (found) return found;
    }
    return undefined;
  }

  private listening(address: string): Listening | undefined {
    this.fabric.settle();
    for (const cluster of this.fabric.clusters.values()) {
      const lif = cluster.lifs.find(
        (each) => each.kind === "iscsi" && each.address === address && isAlive(cluster, each),
      );
      if (lif?.svm?.iscsi?.enabled) return { cluster, svm: lif.svm, lif };
    }
    return undefined;
  }
}

const portalsOf = (cluster: ClusterState, svm: SvmState): LifState[] =>
  cluster.lifs.filter((lif) => lif.kind === "iscsi" && lif.svm === svm && isUp(cluster, lif));

function seenBy(cluster: ClusterState, wanted: (igroup: IgroupState) => boolean): SeenLun[] {
  return placesSeen(cluster, wanted).map(({ number, place }) => ({
    number,
    serial: place.identity.serial,
    sizeBytes: place.file.sizeBytes,
    readOnly: readOnly(place),
  }));
}
