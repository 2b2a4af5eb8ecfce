import type { HostConfig } from "../../config/types.js";
import { Refusal } from "../../core/problems.js";
import { showBytes } from "../../core/units.js";
import { inspect, type BuildInput } from "../../host/index.js";
import type { Igroup, LunMap, OntapReader, Volume } from "../../ontap/index.js";
import { freeNumbers } from "../clone/names.js";
import { getHost, getSet, mirrorPlaces } from "../inventory.js";
import type { ReadTools, RunFacts } from "../tools.js";
import type { ProvisionRequest } from "./request.js";

const nothing = "Nothing was changed.";
const GiB = 2 ** 30;
const mostLuns = 16;
const largestBytes = 128 * 1024 * GiB;

/** What new storage is planned from. */
export interface Facts {
  readonly host: HostConfig;
  readonly run: RunFacts;
  readonly cluster: string;
  readonly svm: string;
  readonly sizeBytes: number;
  readonly mount: string;
  readonly base: string;
  /** Volumes, each with the aggregate it goes to. */
  readonly volumes: readonly { readonly name: string; readonly aggregate: string; readonly sizeBytes: number }[];
  readonly group: string | undefined;
  readonly access: BuildInput["access"];
  readonly initiators: readonly string[];
  readonly igroup: string;
  /** Hosts beside this one that its igroup lets see the LUNs. */
  readonly alsoSees: readonly string[];
  readonly numbers: readonly number[];
  /** No other LUN of that SVM is on the host. */
  readonly isFirst: boolean;
  readonly freeBytes: number | undefined;
}

/** Looks for a place, names and numbers that are free. Throws a Refusal that asks back for what was not said. */
export async function observe(asked: ProvisionRequest, on: ReadTools): Promise<Facts> {
  const host = getHost(on.inventory, asked.host);
  const { count, sizeBytes, mount } = said(asked, host);
  const { cluster, svm } = placeFor(asked, host, on);
  const base = baseOf(asked.as ?? mount);
  const names = Array.from({ length: count }, (_, i) => `${base}_${String(i + 1).padStart(2, "0")}`);
  refuseOverlap(host, mount, on);
  const array = on.ontap(cluster);
  const fcp = host.environment === "production" && host.wwpns.length > 0;
  const initiators = fcp ? host.wwpns : host.iqn === undefined ? [] : [host.iqn];
  if (initiators.length === 0)
    throw new Refusal(`The configuration does not say which initiator ${host.name} has.`, { next: nothing });
  const [all, igroups, maps, found, lacking] = await Promise.all([
    array.volumes.list({ svm }),
    array.igroups.list({ svm }),
    array.lunMaps.list({ svm }),
    array.svms.findByName(svm),
    array.cluster.listLacking(["consistencyGroups"]),
  ]);
  const group = count > 1 && lacking.length === 0 ? `cg_${base}` : undefined;
  await refuseTaken({ names, group, all, svm, cluster, array });
  await refuseOnHost(host, mount, `vg_${base}`, on);
  const { igroup, inUse, others } = igroupOf(host, initiators, fcp, igroups, maps);
  const aggregates = aggregatesOf(found?.aggregates ?? [], all);
  return {
    host,
    run: on.run,
    cluster,
    svm,
    sizeBytes,
    mount,
    base,
    volumes: names.map((name, i) => ({
      name,
      aggregate: aggregates[i % aggregates.length] ?? "",
      // room for the LUN's own bookkeeping; thin, so it takes none
      sizeBytes: Math.ceil((sizeBytes * 1.1) / GiB) * GiB,
    })),
    group,
    access: fcp ? { protocol: "fcp" } : await iscsiAccess(host, cluster, svm, array),
    initiators,
    igroup,
    alsoSees: on.inventory.hosts
      .filter(
        (each) =>
          each.name !== host.name && [each.iqn, ...each.wwpns].some((one) => one && others.has(one.toLowerCase())),
      )
      .map((each) => each.name),
    numbers: freeNumbers(inUse, count),
    isFirst: inUse.length === 0,
    freeBytes: await freeOn(aggregates, array),
  };
}

/** What must be said, with buttons for what was not. */
function said(asked: ProvisionRequest, host: HostConfig): { count: number; sizeBytes: number; mount: string } {
  const { sizeBytes, mount, count = 1 } = asked;
  const luns = count === 1 ? "1 LUN" : `${count} LUNs`;
  const place = mount === undefined ? "" : ` at ${mount}`;
  const as = asked.as === undefined ? "" : ` as ${asked.as}`;
  if (count > mostLuns)
    throw new Refusal(`${count} LUNs are more than one file system is striped over here: ${mostLuns} at most.`, {
      next: nothing,
    });
  if (sizeBytes === undefined)
    throw new Refusal(
      `How large shall ${count === 1 ? "it" : "each LUN"} be? Say for example "provision 4 LUNs of 500 GB on ${host.name} at /epic/app".`,
      {
        next: nothing,
        detail: {
          choices: ["100 GB", "500 GB", "1 TB"].map((size) => ({
            label: size,
            say: `provision ${luns} of ${size} on ${host.name}${place}${as}`,
          })),
        },
      },
    );
  if (sizeBytes < GiB || sizeBytes > largestBytes)
    throw new Refusal(
      `A LUN of ${showBytes(sizeBytes)} cannot be made: from ${showBytes(GiB)} to ${showBytes(largestBytes)}.`,
      { next: nothing },
    );
  if (mount === undefined) {
    const root = host.purposes[0]?.mountPoint.split("/")[1] ?? "srv";
    const size = sizeBytes % GiB === 0 ? `${sizeBytes / GiB} GB` : `${Math.round(sizeBytes / 2 ** 20)} MB`;
    throw new Refusal(`Where shall it be mounted on ${host.name}? Say for example "at /${root}/app".`, {
      next: nothing,
      detail: {
        choices: ["app", "data"].map((name) => ({
          label: `/${root}/${name}`,
          say: `provision ${luns} of ${size} on ${host.name} at /${root}/${name}${as}`,
        })),
      },
    });
  }
  if (!/^(\/[A-Za-z0-9._-]+)+$/.test(mount) || /(^|\/)\.\.?(\/|$)/.test(mount))
    throw new Refusal(`"${mount}" is no mount point I can use.`, { next: nothing });
  return { count, sizeBytes, mount };
}

/** Volume names take letters, digits and underscores. */
function baseOf(text: string): string {
  const base = text
    .replace(/^\//, "")
    .replace(/[^A-Za-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "")
    .toLowerCase();
  if (/^[a-z]\w{0,59}$/.test(base)) return base;
  throw new Refusal(`I cannot name volumes after "${text}".`, {
    next: `Give a name that begins with a letter ("as app"). ${nothing}`,
  });
}

/** A production host gets its storage where its sets are; any other from where mirrors live. */
function placeFor(asked: ProvisionRequest, host: HostConfig, on: ReadTools): { cluster: string; svm: string } {
  const isProduction = host.environment === "production";
  const sets = asked.set === undefined ? on.inventory.sets : [getSet(on.inventory, asked.set)];
  const places = isProduction
    ? sets
        .filter((each) => each.productionHosts.includes(host.name))
        .flatMap((each) => each.members.map(({ source }) => source))
    : mirrorPlaces({ ...on.inventory, sets });
  const [first, ...others] = places;
  if (!first) throw new Refusal(`I know no SVM that gives storage to ${host.name}.`, { next: nothing });
  const { cluster, svm } = first;
  if (others.every((each) => each.cluster === cluster && each.svm === svm)) return { cluster, svm };
  const rest = `${asked.count ?? 1} LUNs of ${Math.round((asked.sizeBytes ?? 0) / GiB)} GB`;
  throw new Refusal(`From which SVM shall it come? Name the set whose mirrors live there.`, {
    next: nothing,
    detail: {
      choices: sets.map((each) => ({
        label: `${each.members[0]?.mirror.svm ?? "?"} (${each.name})`,
        say: `provision ${rest} for ${each.name} on ${host.name} at ${asked.mount ?? ""}`,
      })),
    },
  });
}

const overlap = (a: string, b: string): boolean => a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);

function refuseOverlap(host: HostConfig, mount: string, on: ReadTools): void {
  const kept = [
    ...host.purposes.flatMap((each) => [
      each.mountPoint,
      ...(each.drillMountPoint === undefined ? [] : [each.drillMountPoint]),
    ]),
    ...on.inventory.sets
      .filter((set) => set.productionHosts.includes(host.name))
      .flatMap((set) =>
        set.layout.volumeGroups.flatMap((group) => group.logicalVolumes.map((each) => each.mountPoint)),
      ),
  ];
  const taken = kept.find((each) => overlap(each, mount));
  if (taken)
    throw new Refusal(
      `${taken} on ${host.name} is kept for something else, and ${mount} would be ${mount === taken ? "the same" : "above or below it"}.`,
      {
        next: `Choose another place. ${nothing}`,
      },
    );
}

interface Taken {
  readonly names: readonly string[];
  readonly group: string | undefined;
  readonly all: readonly Volume[];
  readonly cluster: string;
  readonly svm: string;
  readonly array: OntapReader;
}

async function refuseTaken({ names, group, all, cluster, svm, array }: Taken): Promise<void> {
  const again = `Give it another name ("as app2"). ${nothing}`;
  const volume = names.find((name) => all.some((each) => each.name === name));
  if (volume) throw new Refusal(`A volume ${volume} is on ${cluster} already.`, { next: again });
  if (group !== undefined && (await array.consistencyGroups.findByName(svm, group)))
    throw new Refusal(`A consistency group ${group} is on ${cluster} already.`, { next: again });
}

async function refuseOnHost(host: HostConfig, mount: string, vg: string, on: ReadTools): Promise<void> {
  const seen = await inspect.ask(on.host(host.name), { mounts: [mount], vgs: [vg] });
  const [at] = seen.mounts;
  const why =
    at?.source !== undefined
      ? `has ${at.source} mounted already`
      : at?.kind === "occupied"
        ? "is a directory with files in it, which a mount would hide"
        : at?.kind === "file"
          ? "is a file"
          : undefined;
  if (why !== undefined)
    throw new Refusal(`${mount} on ${host.name} ${why}.`, { next: `Choose another place. ${nothing}` });
  if (seen.vgs.length > 0)
    throw new Refusal(`A volume group ${vg} is on ${host.name} already.`, {
      next: `Give it another name ("as app2"). ${nothing}`,
    });
  if (host.environment !== "production" && seen.initiator !== (host.iqn ?? ""))
    throw new Refusal(
      `${host.name} signs in as ${seen.initiator === "" ? "nobody" : seen.initiator}, and the configuration says ${host.iqn ?? "nothing"}.`,
      {
        next: `Prepare it first. ${nothing}`,
        detail: { choices: [{ label: "Prepare it", say: `prepare ${host.name}` }] },
      },
    );
}

function igroupOf(
  host: HostConfig,
  initiators: readonly string[],
  fcp: boolean,
  igroups: readonly Igroup[],
  maps: readonly LunMap[],
) {
  const own = new Set(initiators.map((each) => each.toLowerCase()));
  const holding = igroups.filter(
    (each) => each.protocol !== (fcp ? "iscsi" : "fcp") && each.initiators.some((one) => own.has(one.toLowerCase())),
  );
  const names = new Set(holding.map((each) => each.name));
  const whole = holding.find((each) =>
    initiators.every((one) => each.initiators.some((other) => other.toLowerCase() === one.toLowerCase())),
  );
  const others = (whole?.initiators ?? []).map((each) => each.toLowerCase()).filter((each) => !own.has(each));
  return {
    igroup: whole?.name ?? `ig_${host.name}`,
    inUse: maps.filter((map) => names.has(map.igroup.name ?? "")).map((map) => map.number),
    others: new Set(others),
  };
}

/** Where the SVM may put volumes; where it does not say, where its volumes are. */
function aggregatesOf(allowed: readonly string[], all: readonly Volume[]): readonly string[] {
  const used = all.flatMap((each) => each.aggregate?.name ?? []);
  const names = [...new Set(allowed.length > 0 ? allowed : used)].sort();
  if (names.length > 0) return names;
  throw new Refusal("The SVM does not say on which aggregates it may make volumes.", { next: nothing });
}

async function iscsiAccess(
  host: HostConfig,
  cluster: string,
  svm: string,
  array: OntapReader,
): Promise<BuildInput["access"]> {
  const [service, portals] = await Promise.all([array.iscsi.findService(svm), array.interfaces.iscsi(svm)]);
  if (!service?.enabled || portals.length === 0)
    throw new Refusal(`${svm} on ${cluster} serves no iSCSI now.`, { next: nothing });
  return {
    protocol: "iscsi",
    initiator: host.iqn ?? "",
    target: service.targetIqn,
    portals: portals.map((portal) => portal.address),
  };
}

/** Logins of one SVM may not see aggregates. */
async function freeOn(names: readonly string[], array: OntapReader): Promise<number | undefined> {
  const all = await array.aggregates.list().catch(() => []);
  const free = all.filter((each) => names.includes(each.name)).map((each) => each.availableBytes ?? 0);
  return free.length === 0 ? undefined : free.reduce((sum, each) => sum + each, 0);
}
