import { fieldTable } from "../kernel/fields.js";
import type { Rec } from "../kernel/records.js";
import type { Collection, Ctx } from "../kernel/route.js";
import { ref, sees } from "../kernel/scope.js";
import type { ClusterState, LifState, SvmState } from "../state.js";

export interface ServicePolicy {
  readonly name: string;
  readonly kind: LifState["kind"];
  readonly services: readonly string[];
}

const OF_SVM: readonly ServicePolicy[] = [
  { name: "default-data-blocks", kind: "iscsi", services: ["data_core", "data_iscsi"] },
  { name: "default-data-iscsi", kind: "iscsi", services: ["data_core", "data_iscsi"] },
  { name: "default-data-files", kind: "files", services: ["data_core", "data_nfs", "data_cifs"] },
  {
    name: "default-management",
    kind: "management",
    services: ["management_core", "management_https", "management_ssh"],
  },
];
const OF_CLUSTER: readonly ServicePolicy[] = [
  { name: "default-intercluster", kind: "intercluster", services: ["intercluster_core", "management_https"] },
  {
    name: "default-management",
    kind: "management",
    services: ["management_core", "management_https", "management_ssh"],
  },
];

/** The built-in service policies a LIF of an SVM, or of the cluster, may have. */
export const servicePolicies = (svm: SvmState | undefined): readonly ServicePolicy[] => (svm ? OF_SVM : OF_CLUSTER);

/** The policy of a LIF: its own, else the first of its kind. */
export function policyOf(lif: LifState): ServicePolicy {
  const known = servicePolicies(lif.svm);
  const found = known.find((each) => each.name === lif.servicePolicy) ?? known.find((each) => each.kind === lif.kind);
  return found ?? { name: lif.servicePolicy ?? "", kind: lif.kind, services: [] };
}

/** What names a service policy: its uuid is the same in every call. */
export function policyRef({ fabric, cluster }: Pick<Ctx, "fabric" | "cluster">, lif: LifState, name: string): Rec {
  return { uuid: policyUuid({ fabric, cluster }, lif.svm?.name ?? lif.ipspace, name), name };
}

const policyUuid = (
  { fabric, cluster }: { fabric: Ctx["fabric"]; cluster: ClusterState },
  owner: string,
  name: string,
): string => fabric.ids.uuid(`${cluster.name}/service-policy/${owner}/${name}`);

/** GET only: LIFs are made with the built-in ones. */
export const servicePolicyRecords: Collection = {
  path: "/network/ip/service-policies",
  keys: ["uuid"],
  fields: fieldTable("uuid name scope svm.{uuid,name} ipspace.{uuid,name} services is_built_in"),
  list: (ctx) => {
    const { cluster } = ctx;
    const standard = cluster.ipspaces.find((each) => each.name === "Default");
    const ipspace = standard && ref(standard);
    const own = cluster.svms
      .filter((svm) => sees(ctx, svm))
      .flatMap((svm) => OF_SVM.map((each) => record(ctx, each, svm.name, { scope: "svm", svm: ref(svm), ipspace })));
    const shared = ctx.scope
      ? []
      : cluster.ipspaces.flatMap((one) =>
          OF_CLUSTER.map((each) => record(ctx, each, one.name, { scope: "cluster", ipspace: ref(one) })),
        );
    return [...own, ...shared];
  },
};

function record(ctx: Ctx, policy: ServicePolicy, owner: string, of: Rec): { key: string; view: () => Rec } {
  const uuid = policyUuid(ctx, owner, policy.name);
  return {
    key: uuid,
    view: () => ({ uuid, name: policy.name, services: policy.services, is_built_in: true, ...of }),
  };
}
