import { Rejected } from "../../core/problems.js";
import type { HttpReads } from "../wire/calls.js";
import { FEATURES, type Feature, isAtLeast, type Release } from "../wire/releases.js";
import { flag, needText, num, part, text, Unreadable, type Wire } from "../wire/records.js";

export interface ClusterVersion extends Release {
  /** "9.14.1" */
  readonly short: string;
  /** The array's own long text. */
  readonly full: string;
  /** The login may not look; 9.10.1 is assumed, as NetApp's own Ansible collection does. */
  readonly assumed: boolean;
}

/** What an SVM-scoped login that is refused at `/cluster` is taken to talk to (reference 1.2). */
const ASSUMED: ClusterVersion = { generation: 9, major: 10, minor: 1, short: "9.10.1", full: "unknown", assumed: true };

function readVersion(wire: Wire): ClusterVersion {
  const version = part(wire, "version");
  const [generation, major, minor] = ["generation", "major", "minor"].map((key) => num(version, key));
  if (generation === undefined || major === undefined || minor === undefined) {
    throw new Unreadable("the cluster does not say its version");
  }
  const short = `${generation}.${major}.${minor}`;
  return { generation, major, minor, short, full: text(version, "full") ?? short, assumed: false };
}

/** What a cluster runs on: LIFs, licences and multi-admin verification depend on it. */
export type Platform = "onprem" | "cvo-single" | "cvo-ha";

export interface ClusterNode {
  readonly uuid: string;
  readonly name: string;
  /** "CDvM…" is Cloud Volumes ONTAP. */
  readonly model: string | undefined;
  readonly state: string | undefined;
  readonly highlyAvailable: boolean;
  /** The cloud it runs in. ONTAP 9.7 and later. */
  readonly provider: string | undefined;
}

function readNode(wire: Wire): ClusterNode {
  return {
    uuid: needText(wire, "uuid"),
    name: needText(wire, "name"),
    model: text(wire, "model"),
    state: text(wire, "state"),
    highlyAvailable: flag(part(wire, "ha"), "enabled") ?? false,
    provider: text(part(wire, "vm"), "provider_type"),
  };
}

function platformOf(nodes: readonly ClusterNode[]): Platform {
  const cloud = nodes.some((node) => node.provider !== undefined || /^CDvM/i.test(node.model ?? ""));
  if (!cloud) return "onprem";
  return nodes.length > 1 || nodes.some((node) => node.highlyAvailable) ? "cvo-ha" : "cvo-single";
}

/** What a release lacks of what somebody meant to use. */
export interface Lacking {
  readonly feature: Feature;
  readonly needs: string;
  /** For a plan: "ONTAP 9.8.0 has no labels on snapshots (9.11 or later has)". */
  readonly says: string;
}

/** Reads of `/cluster` (reference 1.2 and 14). Release and platform are read once and kept. */
export function clusterReads(http: HttpReads) {
  let known: Promise<ClusterVersion> | undefined;
  const version = (): Promise<ClusterVersion> => {
    known ??= http.get("/cluster", { fields: "version" }, readVersion).catch((problem: unknown) => {
      if (problem instanceof Rejected && (problem.code === "6" || problem.code === "4")) return ASSUMED;
      known = undefined;
      throw problem;
    });
    return known;
  };
  const nodes = (): Promise<ClusterNode[]> =>
    http.list("/cluster/nodes", { fields: "uuid,name,model,state,ha.enabled,vm.provider_type" }, readNode);
  let platform: Promise<Platform | undefined> | undefined;
  return {
    /** GET /cluster/nodes, all pages. Rejected "6" for SVM-scoped logins. */
    listNodes: nodes,

    /** From GET /cluster/nodes, read once and kept; undefined for a login that may not look. */
    findPlatform: (): Promise<Platform | undefined> =>
      (platform ??= nodes().then(platformOf, (problem: unknown) => {
        if (problem instanceof Rejected && (problem.code === "6" || problem.code === "4")) return undefined;
        platform = undefined;
        throw problem;
      })),

    /** From GET /cluster?fields=version: which of these the release lacks, in words for a plan; none where the release is only assumed. */
    listLacking: async (features: readonly Feature[]): Promise<Lacking[]> => {
      const release = await version();
      if (release.assumed) return [];
      return features.flatMap((feature) => {
        const { since, says } = FEATURES[feature];
        if (isAtLeast(release, since)) return [];
        return [{ feature, needs: since, says: `ONTAP ${release.short} has no ${says} (${since} or later has)` }];
      });
    },

    /** GET /cluster/licensing/licenses: names of what is licensed, lower case (`volume_encryption`, `mt_ek_mgmt`). Rejected "6" for SVM-scoped logins. */
    listLicences: (): Promise<string[]> =>
      http.list("/cluster/licensing/licenses", { fields: "name,state" }, (wire) =>
        needText(wire, "name").toLowerCase(),
      ),

    /** GET /cluster?fields=version, read once and kept. A login that may not look gets 9.10.1, marked `assumed`. */
    version,

    /** GET /cluster?fields=name: what the cluster calls itself; peers know it by that name. Rejected "6" for SVM-scoped logins. */
    name: (): Promise<string> =>
      http.get("/cluster", { fields: "name" }, (wire) => {
        const name = text(wire, "name");
        if (name === undefined) throw new Unreadable("the cluster does not say its name");
        return name;
      }),
  };
}

export type ClusterReads = ReturnType<typeof clusterReads>;
