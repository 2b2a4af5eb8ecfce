import type { HostConfig, SetConfig } from "../../config/types.js";
import type { FailoverNote } from "../../core/failover-note.js";
import { Problem, Refusal } from "../../core/problems.js";
import { inspect } from "../../host/index.js";
import { failoverPlace } from "../failover/observe.js";
import { groupsOf, mountUnder } from "../groups.js";
import { listed } from "../inventory.js";
import type { ReadTools } from "../tools.js";
import type { Facts, Leaving } from "./facts.js";

const nothing = "Nothing was changed.";
/** Mount points one look may ask about. */
const most = 6;

/** The host to be left, and production's hosts: none of them may still hold old blocks of the set. Throws a Refusal where one does, or cannot be asked. */
export async function lookAtLeaving(
  set: SetConfig,
  note: FailoverNote,
  fenced: Facts["fenced"],
  on: ReadTools,
): Promise<Leaving> {
  const { host, purpose } = failoverPlace(on.inventory, set, note.host);
  const { cluster, svm } = set.members[0]?.mirror ?? { cluster: "", svm: "" };
  const array = on.ontap(cluster);
  const [luns, igroups, maps, service, portals, hosts] = await Promise.all([
    Promise.all(set.members.map(({ mirror }) => array.luns.listByVolume(svm, mirror.volume))),
    array.igroups.list({ svm }),
    array.lunMaps.list({ svm }),
    array.iscsi.findService(svm),
    array.interfaces.iscsi(svm),
    productionHosts(set, fenced, on),
  ]);
  await Promise.all(hosts.map((each) => refuseActive(set, each, on)));
  const mine = new Set(luns.flat().map(({ uuid }) => uuid));
  const igroup = igroups.find(({ name }) =>
    luns.flat().some((lun) => lun.maps.some((map) => map.igroup.name === name)),
  );
  const others = maps.filter((map) => map.igroup.name === igroup?.name && !mine.has(map.lun.uuid ?? ""));
  const tags = new Map(fenced.hosts.map(({ name, tag }) => [name, tag]));
  return {
    host,
    places: groupsOf(set).map((group) => ({ ...group, mount: mountUnder(purpose.mountPoint, set, group.logical) })),
    luns,
    igroup,
    dropsIgroup: igroup !== undefined && others.length === 0 && igroup.name === `ig_${host.name}`,
    target: service?.targetIqn ?? "",
    portals,
    back: hosts.flatMap((each) => {
      const tag = tags.get(each.name);
      return tag === undefined ? [] : [{ host: each, tag }];
    }),
    byHand: hosts.filter(({ name }) => !tags.has(name)).map(({ name }) => name),
  };
}

/** Those that had the LUNs when they were taken. */
async function productionHosts(set: SetConfig, { maps }: Facts["fenced"], on: ReadTools): Promise<HostConfig[]> {
  const places = new Map(maps.map(({ cluster, svm }) => [`${cluster}/${svm}`, { cluster, svm }]));
  const initiators = new Set<string>();
  for (const { cluster, svm } of places.values())
    for (const igroup of await on.ontap(cluster).igroups.list({ svm }))
      if (maps.some((map) => map.cluster === cluster && map.igroup === igroup.name))
        for (const name of igroup.initiators) initiators.add(name.toLowerCase());
  return on.inventory.hosts.filter(
    ({ name, iqn, wwpns }) =>
      set.productionHosts.includes(name) ||
      [iqn, ...wwpns].some((each) => each !== undefined && initiators.has(each.toLowerCase())),
  );
}

/** What a host still has of the set: its volume groups and, since LVM does not show a group whose LUNs were taken from under it, what is mounted of them. */
async function refuseActive(set: SetConfig, host: HostConfig, on: ReadTools): Promise<void> {
  const vgs = set.layout.volumeGroups.map(({ name }) => name);
  const mounts = set.layout.volumeGroups.flatMap(({ logicalVolumes }) =>
    logicalVolumes.map(({ mountPoint }) => mountPoint),
  );
  const asked = [...Array(Math.max(1, Math.ceil(mounts.length / most))).keys()];
  let answers;
  try {
    answers = await Promise.all(
      asked.map((i) =>
        inspect.ask(on.host(host.name), { vgs: i === 0 ? vgs : [], mounts: mounts.slice(i * most, (i + 1) * most) }),
      ),
    );
  } catch (error) {
    if (!(error instanceof Problem) || error.kind === "refusal") throw error;
    throw new Refusal(
      `${host.name} does not answer, so nobody can tell whether it still holds old blocks of ${set.name}; with its LUNs back it could write them.`,
      { next: `Bring it up, or take it out of the igroup and the configuration. ${nothing}` },
    );
  }
  const active = answers
    .flatMap(({ vgs: seen }) => seen)
    .filter((group) => group.active || group.mounts.length > 0)
    .map(({ name }) => name);
  const mounted = answers
    .flatMap(({ mounts: seen }) => seen)
    .filter(({ source }) => source !== undefined)
    .map(({ path }) => path);
  if (active.length === 0 && mounted.length === 0) return;
  const what = active.length > 0 ? `${listed(active)} active` : `${listed(mounted)} mounted`;
  throw new Refusal(
    `${host.name} still has ${what}, from before the failover: with its LUNs back it would write old blocks over the new ones.`,
    { next: `Unmount and deactivate it there, or restart the host. ${nothing}` },
  );
}
