import type { ClusterConfig, KeyVaultConfig, SetConfig, VolumeRef } from "../config/types.js";
import { clonesAmong, type CloneOf } from "../core/clone-notes.js";
import { recallFailover, type FailoverNote } from "../core/failover-note.js";
import type { SecretLife } from "../core/key-vault.js";
import { recallPause, type PauseNote } from "../core/pause-note.js";
import { asProblem, Rejected } from "../core/problems.js";
import type {
  ClusterPeer,
  SvmPeer,
  MirrorPolicy,
  OntapReader,
  Relationship,
  Snapshot,
  Volume,
} from "../ontap/index.js";
import type { Looked } from "./looked.js";
import { lookAtKeyVaults, type KeyVaultHealth } from "./vaultView.js";

/** A volume of a set on one side of its mirror. */
export interface VolumeSight {
  readonly volume: Volume;
  readonly snapshots: readonly Snapshot[];
}

/** One member of a set, both its sides and the mirror between them. */
export interface MemberHealth {
  readonly source: VolumeRef;
  readonly mirror: VolumeRef;
  readonly relationship: Looked<Relationship | undefined>;
  /** Undefined also where it could not be read: then nothing is concluded from it. */
  readonly policy: MirrorPolicy | undefined;
  /** Of the last pause through Sluice; looked for only while the mirror is paused. */
  readonly pause: Looked<PauseNote | undefined>;
  readonly onSource: Looked<VolumeSight | undefined>;
  readonly onMirror: Looked<VolumeSight | undefined>;
}

export interface SetHealth {
  readonly set: SetConfig;
  readonly members: readonly MemberHealth[];
  /** As Sluice wrote it down; looked for only while one of its mirrors is broken off. */
  readonly failover?: FailoverNote | undefined;
}

export type HeldClone = CloneOf<Volume>;

/** What two SVMs that sets lie between, and their clusters, know of each other, as one that may look shows it; undefined: nobody may. */
export interface PeeringHealth {
  readonly source: { readonly cluster: string; readonly svm: string };
  readonly mirror: { readonly cluster: string; readonly svm: string };
  readonly clusters: { readonly seenOn: string; readonly peer: ClusterPeer | undefined } | undefined;
  readonly svms: { readonly seenOn: string; readonly peer: SvmPeer | undefined } | undefined;
}

/** Everything that was looked at, as it was then. */
export interface HealthView {
  readonly sets: readonly SetHealth[];
  readonly peerings: readonly PeeringHealth[];
  /** Of the clusters the sets lie on. */
  readonly keyVaults: readonly KeyVaultHealth[];
  /** What Sluice made in the mirrors' SVMs: clones, pins, safety copies. */
  readonly clones: readonly HeldClone[];
  /** Clusters that could not be looked at, or not wholly. */
  readonly troubles: readonly Trouble[];
}

export interface Trouble {
  readonly cluster: string;
  readonly why: string;
}

export interface HealthTools {
  readonly inventory: { readonly sets: readonly SetConfig[]; readonly clusters: readonly ClusterConfig[] };
  ontap(cluster: string): OntapReader;
  recall(name: string): Promise<string | undefined>;
  /** As Azure shows the secret a key vault is opened with; undefined: there is none of that name. Throws where Azure cannot be asked. */
  secretLife(keyVault: KeyVaultConfig): Promise<SecretLife | undefined>;
}

/** What looking for clones needs of it. */
type CloneTools = Pick<HealthTools, "ontap" | "recall"> & {
  readonly inventory: Pick<HealthTools["inventory"], "sets">;
};

/** Every cluster a set lies on. */
export const clustersOf = (sets: readonly SetConfig[]): ReadonlySet<string> =>
  new Set(sets.flatMap(({ members }) => members.flatMap(({ source, mirror }) => [source.cluster, mirror.cluster])));

/**
 * Looks at every mirror of the inventory's sets: one list of relationships and policies per mirror cluster, one list of volumes per SVM,
 * one list of snapshots per volume, all at once. Never throws for a far end: what could not be seen stands in the view as such.
 */
export async function observeHealth(on: HealthTools): Promise<HealthView> {
  const looks = new Looks(on);
  const sets = await Promise.all(
    on.inventory.sets.map(async (set) => {
      const members = await Promise.all(set.members.map((member) => looks.member(member)));
      return { set, members, failover: await looks.failover(set, members) };
    }),
  );
  const peerings = await Promise.all(pairsOf(on.inventory.sets).map((pair) => looks.peering(pair)));
  const { clones } = await lookForClones(on, looks);
  const keyVaults = await lookAtKeyVaults(on, clustersOf(on.inventory.sets), (cluster, svm) =>
    looks.volumes(cluster, svm),
  );
  return { sets, peerings, keyVaults, clones, troubles: looks.troubles() };
}

type Pair = Pick<PeeringHealth, "source" | "mirror">;

/** Every two SVMs that sets lie between, of different clusters. */
function pairsOf(sets: readonly SetConfig[]): Pair[] {
  const members = sets.flatMap((set) => set.members).filter(({ source, mirror }) => source.cluster !== mirror.cluster);
  const place = ({ cluster, svm }: VolumeRef): Pair["source"] => ({ cluster, svm });
  const pairs = members.map(({ source, mirror }): Pair => ({ source: place(source), mirror: place(mirror) }));
  return [...new Map(pairs.map((pair) => [JSON.stringify(pair), pair])).values()];
}

/** Every clone of ours in the SVMs that hold mirrors; a cluster that does not answer is a trouble, not an absence of clones. */
export async function lookForClones(
  on: CloneTools,
  looks: Looks = new Looks(on),
): Promise<Pick<HealthView, "clones" | "troubles">> {
  const mirrors = on.inventory.sets.flatMap((set) => set.members.map((member) => member.mirror));
  const places = new Map(mirrors.map((mirror) => [`${mirror.cluster}/${mirror.svm}`, mirror]));
  const found = await Promise.all(
    [...places.values()].map(async ({ cluster, svm }) => {
      const volumes = await looks.volumes(cluster, svm);
      return volumes.ok ? clonesAmong(cluster, svm, volumes.is) : [];
    }),
  );
  return { clones: found.flat(), troubles: looks.troubles() };
}

/** The calls of one look, each made once however many ask. */
class Looks {
  private readonly kept = new Map<string, Promise<Looked<unknown>>>();
  private readonly failed = new Map<string, string>();

  constructor(private readonly on: CloneTools) {}

  troubles(): Trouble[] {
    return [...this.failed].map(([cluster, why]) => ({ cluster, why }));
  }

  volumes(cluster: string, svm: string): Promise<Looked<Volume[]>> {
    return this.once(cluster, `volumes ${svm}`, (array) => array.volumes.list({ svm }));
  }

  async member({ source, mirror }: { source: VolumeRef; mirror: VolumeRef }): Promise<MemberHealth> {
    const [relationship, policies, onSource, onMirror] = await Promise.all([
      this.relationship(mirror),
      this.policies(mirror.cluster),
      this.volume(source),
      this.volume(mirror),
    ]);
    const its = relationship.ok ? relationship.is?.policy : undefined;
    const policy = policies.find((each) => (its?.uuid ? each.uuid === its.uuid : each.name === its?.name));
    const paused = relationship.ok && relationship.is?.state === "paused";
    return {
      source,
      mirror,
      relationship,
      policy,
      pause: paused ? await this.pause(mirror) : { ok: true, is: undefined },
      onSource,
      onMirror,
    };
  }

  /** The mirrors' side is asked first, since the array's login often may not look; what neither may see is not judged. */
  async peering(pair: Pair): Promise<PeeringHealth> {
    const { source, mirror } = pair;
    const sides = [
      { here: mirror, there: source },
      { here: source, there: mirror },
    ];
    let clusters: PeeringHealth["clusters"];
    let svms: PeeringHealth["svms"];
    for (const { here, there } of sides) {
      const seenOn = here.cluster;
      const all = clusters
        ? undefined
        : await this.once(seenOn, "cluster peers", (array) => unlessRefused(array.clusterPeers.list()));
      if (all?.ok && all.is) clusters = { seenOn, peer: all.is.find((each) => each.remoteName === there.cluster) };
      const known = svms
        ? undefined
        : await this.once(seenOn, "SVM peers", (array) => unlessRefused(array.svmPeers.list()));
      if (known?.ok && known.is) svms = { seenOn, peer: known.is.find((each) => isPeerOf(each, here, there)) };
    }
    return { ...pair, clusters, svms };
  }

  private async relationship({ cluster, svm, volume }: VolumeRef): Promise<Looked<Relationship | undefined>> {
    const all = await this.once(cluster, "relationships", (array) => array.relationships.list());
    if (!all.ok) return all;
    const is = all.is.find(
      (each) => !each.restore && each.destination.svm === svm && each.destination.volume === volume,
    );
    return { ok: true, is };
  }

  /** A login that may not read policies only makes us say less. */
  private async policies(cluster: string): Promise<readonly MirrorPolicy[]> {
    const all = await this.once(cluster, "policies", (array) => array.policies.list().catch(() => []));
    return all.ok ? all.is : [];
  }

  private async volume({ cluster, svm, volume: name }: VolumeRef): Promise<Looked<VolumeSight | undefined>> {
    const all = await this.volumes(cluster, svm);
    if (!all.ok) return all;
    const volume = all.is.find((each) => each.name === name);
    if (!volume) return { ok: true, is: undefined };
    const snapshots = await this.once(cluster, `snapshots ${volume.uuid}`, (array) =>
      array.snapshots.list(volume.uuid),
    );
    return snapshots.ok ? { ok: true, is: { volume, snapshots: snapshots.is } } : snapshots;
  }

  /** What cannot be recalled makes us say less, not something else. */
  async failover(set: SetConfig, members: readonly MemberHealth[]): Promise<FailoverNote | undefined> {
    const broken = members.some(({ relationship }) => relationship.ok && relationship.is?.state === "broken_off");
    return broken ? recallFailover(this.on, set.name).catch(() => undefined) : undefined;
  }

  private async pause(mirror: VolumeRef): Promise<Looked<PauseNote | undefined>> {
    try {
      return { ok: true, is: await recallPause(this.on, mirror) };
    } catch (error) {
      return { ok: false, why: asProblem(error).sentence };
    }
  }

  private once<T>(cluster: string, what: string, look: (array: OntapReader) => Promise<T>): Promise<Looked<T>> {
    const key = `${cluster} ${what}`;
    const before = this.kept.get(key) as Promise<Looked<T>> | undefined;
    const looked = before ?? this.look(cluster, look);
    this.kept.set(key, looked);
    return looked;
  }

  private async look<T>(cluster: string, look: (array: OntapReader) => Promise<T>): Promise<Looked<T>> {
    try {
      return { ok: true, is: await look(this.on.ontap(cluster)) };
    } catch (error) {
      const why = asProblem(error, `ONTAP ${cluster}`).sentence;
      if (!this.failed.has(cluster)) this.failed.set(cluster, why);
      return { ok: false, why };
    }
  }
}

const isPeerOf = ({ svm, peer }: SvmPeer, here: Pair["source"], there: Pair["source"]): boolean =>
  svm.name === here.svm && peer.svm.name === there.svm && peer.cluster.name === there.cluster;

/** Undefined where the login may not look, which is no trouble of the cluster's. */
const unlessRefused = <T>(look: Promise<T>): Promise<T | undefined> =>
  look.catch((problem: unknown) => {
    if (problem instanceof Rejected) return undefined;
    throw problem;
  });
