import type { ClusterConfig, Config, HostConfig, VolumeRef } from "../config/types.js";
import { interoperability, type MirrorEnd } from "../ontap/index.js";
import { fail, ok, warn, type Check, type Finding } from "./check.js";

/** As much of an ONTAP client as is looked through. */
export interface OntapLook {
  readonly cluster: {
    version(): Promise<{
      readonly short: string;
      readonly assumed: boolean;
      readonly generation: number;
      readonly major: number;
    }>;
    /** What it runs on; undefined where the login may not look. */
    findPlatform(): Promise<ClusterConfig["profile"] | undefined>;
  };
  readonly clusterPeers: {
    findByRemote(name: string): Promise<{ readonly remoteRelease: string | undefined } | undefined>;
  };
  readonly volumes: {
    findByName(svm: string, name: string): Promise<{ readonly type: string | undefined } | undefined>;
  };
  readonly relationships: {
    list(filter: {
      readonly destinationSvm: string;
      readonly destinationVolume: string;
    }): Promise<readonly { readonly state: string | undefined; readonly healthy: boolean | undefined }[]>;
  };
}

/** 9.8: the oldest release the client is tried on. */
const leastMajor = 8;

/** Can we log in, is the release one we know, and are the volumes and mirrors of the sets there? */
export function clusterCheck(cluster: ClusterConfig, config: Pick<Config, "sets">, look: OntapLook): Check {
  const name = `cluster ${cluster.name}`;
  return {
    name,
    run: async () => {
      const version = await look.cluster.version();
      const findings: Finding[] = [releaseOf(name, version, "user" in cluster.login ? "" : " by certificate")];
      if (cluster.insecure)
        findings.push(
          warn(
            name,
            "its certificate is not checked.",
            'Give its authority as "ca" and take "insecure" out of the configuration.',
          ),
        );
      findings.push(...(await profileOf(name, cluster, look)));
      for (const member of config.sets.flatMap((set) => set.members)) {
        if (member.source.cluster === cluster.name) findings.push(await volumeOf(name, member.source, "rw", look));
        if (member.mirror.cluster === cluster.name) findings.push(...(await mirrorOf(name, member.mirror, look)));
      }
      return findings;
    },
  };
}

function releaseOf(
  name: string,
  version: { short: string; assumed: boolean; generation: number; major: number },
  how: string,
): Finding {
  if (version.assumed)
    return ok(name, `logged in${how}; the login may not see the release, so ONTAP ${version.short} is assumed.`);
  if (version.generation === 9 && version.major < leastMajor)
    return fail(name, `runs ONTAP ${version.short}.`, `Sluice needs 9.${leastMajor} or later.`);
  return ok(name, `logged in${how}; ONTAP ${version.short}.`);
}

const PLATFORM_SAYS: Record<ClusterConfig["profile"], string> = {
  onprem: "hardware of its own (onprem)",
  "cvo-single": "Cloud Volumes ONTAP on one node (cvo-single)",
  "cvo-ha": "Cloud Volumes ONTAP on two nodes (cvo-ha)",
};

/** The configured profile against what the nodes say: interfaces, licences and the array's own approvals depend on it. */
async function profileOf(name: string, { profile }: ClusterConfig, look: OntapLook): Promise<Finding[]> {
  const platform = await look.cluster.findPlatform();
  if (platform === undefined)
    return [ok(name, `the login may not see what it runs on; profile ${profile} is taken as said.`)];
  if (platform === profile) return [ok(name, `runs on ${PLATFORM_SAYS[platform]}, as its profile says.`)];
  return [
    fail(
      name,
      `the configuration says profile ${profile}, and it runs on ${PLATFORM_SAYS[platform]}.`,
      `Set profile: ${platform} in the configuration.`,
    ),
  ];
}

/** Do the releases at the two ends of each set's mirrors go together? One line a pair of clusters. */
export function mirrorPairsCheck(config: Pick<Config, "sets">, ontap: (cluster: string) => OntapLook): Check {
  const members = config.sets.flatMap((set) => set.members);
  const pairs = new Map(
    members.map(({ source, mirror }) => [
      `${source.cluster} and ${mirror.cluster}`,
      [source.cluster, mirror.cluster] as const,
    ]),
  );
  return {
    name: "mirrors",
    run: () =>
      Promise.all(
        [...pairs].map(async ([both, [source, mirror]]) => {
          const [one, other] = await Promise.all([endOf(source, mirror, ontap), endOf(mirror, source, ontap)]);
          const pair = interoperability(one, other);
          if (pair.works === "yes")
            return ok("mirrors", `ONTAP ${one.release} and ${other.release} of ${both} mirror with each other.`);
          return pair.works === "no"
            ? fail("mirrors", pair.says, "Upgrade the older one before you protect anything.")
            : warn(
                "mirrors",
                pair.says,
                "Look it up in NetApp's table of compatible versions for SnapMirror relationships.",
              );
        }),
      ),
  };
}

/** Its own word; where the login may not look, what its peer has been told. */
async function endOf(cluster: string, peer: string, ontap: (cluster: string) => OntapLook): Promise<MirrorEnd> {
  const own = await ontap(cluster).cluster.version();
  if (!own.assumed) return { cluster, release: own.short };
  // Every refusal here only means that nobody may look: the finding says so.
  const told = await ontap(peer)
    .clusterPeers.findByRemote(cluster)
    .catch(() => undefined);
  return { cluster, release: told?.remoteRelease };
}

async function volumeOf(name: string, { svm, volume }: VolumeRef, type: string, look: OntapLook): Promise<Finding> {
  const found = await look.volumes.findByName(svm, volume);
  if (!found)
    return fail(
      name,
      `there is no volume ${volume} in ${svm}, or the login may not see it.`,
      "Correct the set in the configuration, or the login's role.",
    );
  if (found.type !== type)
    return warn(
      name,
      `${svm}:${volume} is of type ${found.type ?? "unknown"}, not ${type}.`,
      "After a failover this is so; else correct the set.",
    );
  return ok(name, `${svm}:${volume} is there.`);
}

async function mirrorOf(name: string, at: VolumeRef, look: OntapLook): Promise<Finding[]> {
  const volume = await volumeOf(name, at, "dp", look);
  if (volume.level === "fail") return [volume];
  const [relationship] = await look.relationships.list({ destinationSvm: at.svm, destinationVolume: at.volume });
  if (!relationship)
    return [
      volume,
      fail(
        name,
        `nothing is mirrored to ${at.svm}:${at.volume}.`,
        'Ask Sluice to "protect" the set, or correct it in the configuration.',
      ),
    ];
  if (relationship.state !== "snapmirrored" || !relationship.healthy)
    return [
      volume,
      warn(
        name,
        `the mirror to ${at.svm}:${at.volume} is ${relationship.state ?? "in no known state"}${relationship.healthy ? "" : " and not healthy"}.`,
        'Ask for "health".',
      ),
    ];
  return [volume, ok(name, `the mirror to ${at.svm}:${at.volume} is healthy.`)];
}

/** As much of Azure as is looked through. */
export interface AzureLook {
  vm(at: {
    readonly resourceGroup: string;
    readonly name: string;
  }): Promise<{ readonly power: string; readonly agentReady: boolean }>;
}

/** Does the token work, may we read the machine, and would a script arrive there? */
export function vmCheck(host: HostConfig, look: AzureLook): Check {
  const name = `azure ${host.name}`;
  return {
    name,
    run: async () => {
      if (host.reach.kind !== "runCommand") return [];
      const { resourceGroup, vm } = host.reach;
      const state = await look.vm({ resourceGroup, name: vm });
      if (state.power !== "running")
        return [warn(name, `${vm} is ${state.power}: no script arrives there.`, "Start it before it is needed.")];
      if (!state.agentReady)
        return [
          fail(
            name,
            `${vm} runs, and its guest agent is not ready: no script arrives there.`,
            "Look at the Azure VM agent on it.",
          ),
        ];
      return [ok(name, `${vm} in ${resourceGroup} runs and takes scripts.`)];
    },
  };
}

/** As much of a host as is looked through: a read script's facts. */
export interface HostLook {
  inspect(): Promise<{ readonly initiator: string; readonly wwpns: readonly string[] }>;
}

/** Does a script run there, and is the host who the configuration says it is? LUNs are mapped to these names. */
export function hostCheck(host: HostConfig, look: HostLook): Check {
  const name = `host ${host.name}`;
  return {
    name,
    run: async () => {
      const facts = await look.inspect();
      const findings: Finding[] = [];
      if (host.iqn !== undefined && facts.initiator !== host.iqn) {
        findings.push(
          fail(
            name,
            `its iSCSI name is "${facts.initiator}", and the configuration says "${host.iqn}": LUNs would be mapped to another machine.`,
            "Correct iqn in the configuration.",
          ),
        );
      }
      const theirs = facts.wwpns.map(bareWwpn);
      const lost = host.wwpns.filter((wwpn) => !theirs.includes(bareWwpn(wwpn)));
      if (lost.length > 0)
        findings.push(
          fail(name, `it has no Fibre Channel port ${lost.join(", ")}.`, "Correct wwpns in the configuration."),
        );
      return findings.length > 0 ? findings : [ok(name, "runs our read script and is who the configuration says.")];
    },
  };
}

/** The kernel writes 0x100000109b5a0101 where people write 10:00:00:10:9b:5a:01:01. */
const bareWwpn = (wwpn: string): string => wwpn.toLowerCase().replace(/^0x/, "").replaceAll(":", "");
