import type { FabricState } from "../../../sim/ontap/fabric.js";
import type { ClusterState, IgroupState, RelationshipState, VolumeState } from "../../../sim/ontap/state.js";

/** Versions each volume had when it was last looked at: what tells a new snapshot from an old one. */
export type Known = Map<string, ReadonlySet<string>>;

const twice = (all: readonly string[]): string[] => all.filter((each, i) => all.indexOf(each) !== i);

/** What no array can be in (reference 2 to 13, 16): every sentence names one thing that is wrong. */
export function forbidden(state: FabricState, known: Known): string[] {
  const all = [...state.clusters.values()];
  const wrong = all.flatMap((cluster) => [
    ...volumesOf(cluster),
    ...cluster.volumes.flatMap((volume) => volumeFaults(all, cluster, volume, known)),
    ...mapsOf(cluster),
    ...igroupsOf(cluster),
    ...mirrorsOf(state, cluster),
    ...groupsOf(cluster),
    ...jobsOf(state, cluster),
  ]);
  for (const volume of all.flatMap((each) => each.volumes))
    known.set(volume.uuid, new Set(volume.snapshots.map((each) => each.versionUuid)));
  return wrong;
}

function volumesOf(cluster: ClusterState): string[] {
  const names = cluster.volumes.map((each) => `${each.svm.name}:${each.name}`);
  const luns = cluster.volumes.flatMap((each) =>
    each.content.luns.map((file) => each.identities.get(file.inode)?.serial ?? `${each.name}/${file.name} has none`),
  );
  const uuids = [...cluster.volumes, ...cluster.queue.map((each) => each.volume)].map((each) => each.uuid);
  return [
    ...twice(names).map((name) => `two volumes are called ${name}`),
    ...twice(luns).map((serial) => `two LUNs have serial ${serial}`),
    ...twice(uuids).map((uuid) => `volume ${uuid} is there twice`),
  ];
}

function volumeFaults(
  all: readonly ClusterState[],
  cluster: ClusterState,
  volume: VolumeState,
  known: Known,
): string[] {
  const wrong: string[] = [];
  const before = known.get(volume.uuid);
  const others = all.flatMap((each) => each.volumes).filter((each) => each !== volume);
  for (const each of volume.type === "dp" && before ? volume.snapshots : []) {
    const made = !before?.has(each.versionUuid) && each.provenanceVolumeUuid === volume.uuid;
    // One that went over to a mirror may come back from there.
    const carried = others.some((other) => other.snapshots.some((one) => one.versionUuid === each.versionUuid));
    if (made && !carried) wrong.push(`${volume.name}@${each.name} was created on a dp volume`);
  }
  wrong.push(...twice(volume.snapshots.map((each) => each.name)).map((name) => `${volume.name} has ${name} twice`));
  wrong.push(
    ...twice(volume.snapshots.map((each) => each.versionUuid)).map((one) => `${volume.name} has ${one} twice`),
  );
  wrong.push(
    ...twice(volume.content.luns.map((each) => each.name)).map((name) => `${volume.name} has LUN ${name} twice`),
  );
  if (volume.snapshots.some((each, i) => each.createdAt < (volume.snapshots[i - 1]?.createdAt ?? 0)))
    wrong.push(`${volume.name}: snapshots are not in order`);
  if (volume.clone) wrong.push(...cloneFaults(cluster, volume, volume.clone));
  if (volume.restoring !== undefined) {
    if (volume.type !== "dp") wrong.push(`${volume.name} is writable while it is restored`);
    if (!cluster.relationships.some((each) => each.uuid === volume.restoring))
      wrong.push(`${volume.name} is held by a restore that is gone`);
  }
  return wrong;
}

function cloneFaults(cluster: ClusterState, volume: VolumeState, clone: NonNullable<VolumeState["clone"]>): string[] {
  const parent = [...cluster.volumes, ...cluster.queue.map((each) => each.volume)].find(
    (each) => each.uuid === clone.parentVolumeUuid,
  );
  if (!parent) return [`clone ${volume.name} has lost its parent`];
  const held = parent.snapshots.some((each) => each.uuid === clone.parentSnapshotUuid);
  return [
    ...(held ? [] : [`clone ${volume.name} has lost its snapshot ${clone.parentSnapshotName}`]),
    ...(parent.svm === volume.svm ? [] : [`clone ${volume.name} is on another SVM than its parent`]),
    ...(parent.aggregate === volume.aggregate ? [] : [`clone ${volume.name} is in another aggregate`]),
    ...(volume.type === "rw" || cluster.relationships.some((each) => each.destination.volumeUuid === volume.uuid)
      ? []
      : [`clone ${volume.name} is ${volume.type}`]),
  ];
}

const initiators = (cluster: ClusterState, igroup: IgroupState): string[] => [
  ...igroup.initiators.map((each) => each.name),
  ...cluster.igroups.filter((each) => igroup.nested?.includes(each.uuid)).flatMap((each) => initiators(cluster, each)),
];

function mapsOf(cluster: ClusterState): string[] {
  const luns = new Set(
    cluster.volumes.flatMap((each) => each.content.luns.map((file) => each.identities.get(file.inode)?.uuid)),
  );
  const wrong: string[] = [];
  const seen: string[] = [];
  for (const map of cluster.maps) {
    const igroup = cluster.igroups.find((each) => each.uuid === map.igroupUuid);
    if (!luns.has(map.lunUuid)) wrong.push(`map of a LUN that is gone: ${map.lunUuid}`);
    if (!igroup) wrong.push(`map to an igroup that is gone: ${map.igroupUuid}`);
    seen.push(`${map.igroupUuid} #${map.number}`);
  }
  const pairs = cluster.maps.map((each) => `${each.lunUuid} -> ${each.igroupUuid}`);
  return [
    ...wrong,
    ...twice(seen).map((each) => `LUN number twice in ${each}`),
    ...twice(pairs).map((each) => `map ${each} twice`),
  ];
}

function igroupsOf(cluster: ClusterState): string[] {
  return [
    ...twice(cluster.igroups.map((each) => `${each.svm.name}:${each.name}`)).map(
      (name) => `two igroups called ${name}`,
    ),
    ...cluster.igroups
      .filter((each) => (each.nested?.length ?? 0) > 0 && each.initiators.length > 0)
      .map((each) => `${each.name} holds initiators and igroups`),
    ...cluster.igroups
      .flatMap((each) => each.nested ?? [])
      .filter((uuid) => !cluster.igroups.some((each) => each.uuid === uuid))
      .map((uuid) => `nested igroup ${uuid} is gone`),
    ...cluster.igroups
      .filter((each) => initiators(cluster, each).length > 1000)
      .map((each) => `${each.name} is endless`),
  ];
}

function mirrorsOf(state: FabricState, cluster: ClusterState): string[] {
  const destinations = cluster.relationships.map((each) => each.destination.volumeUuid);
  const uuids = cluster.relationships.map((each) => each.uuid);
  return [
    ...twice(destinations).map((uuid) => `two relationships lead to volume ${uuid}`),
    ...twice(uuids).map((uuid) => `relationship ${uuid} is there twice`),
    ...cluster.relationships.flatMap((each) => mirrorFaults(state, cluster, each)),
  ];
}

function mirrorFaults(state: FabricState, cluster: ClusterState, mirror: RelationshipState): string[] {
  const volume = state.volumeOf(mirror.destination);
  const title = `${mirror.source.path} -> ${mirror.destination.path} (${mirror.state})`;
  if (mirror.destination.cluster !== cluster.name) return [`${title} is kept on the wrong cluster`];
  if (!volume) return [`${title} has lost its destination`];
  if (mirror.source.volumeUuid === mirror.destination.volumeUuid) return [`${title} leads to itself`];
  const mirrored = mirror.state === "snapmirrored" || mirror.state === "paused";
  const exported = mirror.exported;
  const has = volume.snapshots.some((each) => each.versionUuid === exported?.versionUuid);
  return [
    ...(mirrored && volume.type !== "dp" ? [`${title}: its destination can be written to`] : []),
    ...(mirrored && !exported ? [`${title} exports nothing`] : []),
    ...(mirrored && !has ? [`${title} exports a snapshot that is gone`] : []),
    ...(mirrored && !volume.initialized ? [`${title}: its destination is not initialized`] : []),
    ...(mirror.state === "broken_off" && !mirror.transfer && volume.type === "dp" && mirror.healthy
      ? [`${title}: its destination cannot be written to`]
      : []),
  ];
}

function groupsOf(cluster: ClusterState): string[] {
  const members = cluster.groups.flatMap((each) => each.volumeUuids);
  return [
    ...twice(members).map((uuid) => `volume ${uuid} is in two consistency groups`),
    ...members
      .filter((uuid) => !cluster.volumes.some((each) => each.uuid === uuid))
      .map((uuid) => `consistency group with a volume that is gone: ${uuid}`),
    ...twice(cluster.groups.map((each) => `${each.svm.name}:${each.name}`)).map((name) => `two groups called ${name}`),
    ...cluster.groups
      .filter((each) => each.snapshots.some((one) => one.uuid === each.fence?.uuid))
      .map((each) => `${each.name}: a snapshot is taken and still waits`),
  ];
}

function jobsOf(state: FabricState, cluster: ClusterState): string[] {
  return cluster.jobs
    .filter((each) => each.endedAt === undefined && each.endsAt < state.now)
    .map((each) => `job ${each.description} should have ended`);
}
