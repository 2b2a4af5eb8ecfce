import { text } from "../kernel/body.js";
import { ApiError } from "../kernel/errors.js";
import type { Rec } from "../kernel/records.js";
import type { Ctx } from "../kernel/route.js";
import type { ClusterState, IgroupState } from "../state.js";

/** Igroups in this one, and those it is in: 9.9 and later. An igroup holds initiators or igroups, not both. */
export const nestedIn = (cluster: ClusterState, igroup: IgroupState): IgroupState[] =>
  cluster.igroups.filter((each) => igroup.nested?.includes(each.uuid));

export const parentsOf = (cluster: ClusterState, igroup: IgroupState): IgroupState[] =>
  cluster.igroups.filter((each) => each.nested?.includes(igroup.uuid));

/** However they are spelt, initiators' names are one. */
export const sameInitiator = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** Names of its initiators, those of nested igroups too. */
export function allInitiators(cluster: ClusterState, igroup: IgroupState): readonly string[] {
  const own = igroup.initiators.map((each) => each.name);
  return igroup.nested ? [...own, ...nestedIn(cluster, igroup).flatMap((each) => allInitiators(cluster, each))] : own;
}

const holds = (cluster: ClusterState, outer: IgroupState, inner: IgroupState): boolean =>
  outer === inner || nestedIn(cluster, outer).some((each) => holds(cluster, each, inner));

/** Puts an existing igroup of the same SVM, os_type and protocol into another. */
export function nest({ cluster }: Ctx, igroup: IgroupState, given: Rec): IgroupState {
  const name = text(given, "name");
  const uuid = text(given, "uuid");
  const inner = cluster.igroups.find(
    (each) => each.svm === igroup.svm && (uuid === undefined ? each.name === name : each.uuid === uuid),
  );
  if (!inner) throw new ApiError(5374852, `Igroup "${name ?? uuid ?? ""}" does not exist.`, 400, "igroups");
  if (igroup.initiators.length > 0)
    throw new ApiError(262186, `Igroup "${igroup.name}" holds initiators: it takes no igroups.`, 400, "igroups");
  if (inner.osType !== igroup.osType || inner.protocol !== igroup.protocol)
    throw new ApiError(5374734, `Igroup "${inner.name}" is of another os_type or protocol.`, 400, "igroups");
  if (holds(cluster, inner, igroup))
    throw new ApiError(262245, `Igroup "${inner.name}" holds igroup "${igroup.name}".`, 400, "igroups");
  if (igroup.nested?.includes(inner.uuid))
    throw new ApiError(1, `Igroup "${inner.name}" is already in igroup "${igroup.name}".`, 409, "igroups");
  igroup.nested = [...(igroup.nested ?? []), inner.uuid];
  return inner;
}
