import { Rejected } from "../../core/problems.js";
import type { HttpReads } from "../wire/calls.js";
import { FEATURES, type Feature, isAtLeast, type Release } from "../wire/releases.js";
import { num, part, text, Unreadable, type Wire } from "../wire/records.js";

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

/** Reads of `/cluster`. */
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
  return {
    /** GET /cluster?fields=version, read once and kept. A login that may not look gets 9.10.1, marked `assumed`. */
    version,

    /** Can this release do that? Says yes where the release is only assumed: the array will say no itself. */
    supports: async (feature: Feature): Promise<boolean> => {
      const release = await version();
      return release.assumed || isAtLeast(release, FEATURES[feature]);
    },

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
