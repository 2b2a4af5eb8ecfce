import type { SimRequest } from "../../kit/http.js";
import type { FabricState } from "../fabric.js";
import type { ClusterState, SvmState } from "../state.js";
import { ApiError, notAuthorized } from "./errors.js";
import { byCertificate, byPassword } from "./logins.js";
import type { Login } from "./route.js";

const refused = (): ApiError => new ApiError(6691623, "User is not authorized.", 401);

/** HTTP Basic, or a client certificate whose common name is a login: reference 1.2. A given password is not helped by a certificate. */
export function authenticate(fabric: FabricState, cluster: ClusterState, request: SimRequest): Login {
  if (fabric.is(cluster.name, "loginRefused")) throw refused();
  const basic = /^Basic (.+)$/i.exec(request.headers.authorization ?? "");
  const [user = "", ...rest] = basic
    ? Buffer.from(basic[1] ?? "", "base64")
        .toString("utf8")
        .split(":")
    : [];
  const named = basic ? byPassword(fabric, cluster, user, rest.join(":")) : byCertificate(fabric, cluster, request);
  if (!named) throw refused();
  return { user: named.user, role: named.role, svm: named.svm ? svmOf(cluster, named.svm) : undefined };
}

function svmOf(cluster: ClusterState, name: string): SvmState | undefined {
  return cluster.svms.find((each) => each.name === name);
}

/** X-Dot-SVM-Name or X-Dot-SVM-UUID confine a cluster login's call to one SVM. */
export function tunnelled(cluster: ClusterState, login: Login, request: SimRequest): SvmState | undefined {
  const name = request.headers["x-dot-svm-name"];
  const uuid = request.headers["x-dot-svm-uuid"];
  if (name === undefined && uuid === undefined) return login.svm;
  const svm = cluster.svms.find((each) => each.name === name || each.uuid === uuid);
  if (!svm || (login.svm && login.svm !== svm)) {
    throw new ApiError(262245, "The SVM in the request header does not exist or contradicts the request.", 400);
  }
  return svm;
}

export type Right = "none" | "read" | "all";

/** The custom cluster role `sluice` of a CVO: longest prefix wins; what is not here is refused. docs/operating.md gives its commands. */
const CLUSTER_ROLE: Readonly<Record<string, Right>> = {
  "/cluster": "read",
  "/cluster/peers": "read",
  "/cluster/schedules": "all",
  "/svm": "read",
  "/network": "read",
  "/storage": "read",
  "/storage/volumes": "all",
  "/storage/luns": "all",
  "/protocols/san": "read",
  "/protocols/san/igroups": "all",
  "/protocols/san/lun-maps": "all",
  "/snapmirror": "all",
  "/application/consistency-groups": "all",
  "/support/ems": "all",
  "/security/multi-admin-verify": "read",
  "/security/azure-key-vaults": "all",
  "/security/key-managers": "read",
  "/name-services/dns": "read",
};

/** The role `sluice-setup`: what it takes besides to connect clusters and SVMs, once. docs/operating.md gives its commands. */
const SETUP_ROLE: Readonly<Record<string, Right>> = {
  ...CLUSTER_ROLE,
  "/cluster/peers": "all",
  "/svm/peers": "all",
  "/svm/peer-permissions": "all",
  "/network": "all",
  "/private/cli/network/port/broadcast-domain": "all",
};

/** An SVM-scoped login: reference 1.2 and 0 (no /network, no cluster peers, no schedules, no MAV). */
const SVM_ROLE: Readonly<Record<string, Right>> = {
  "/cluster": "read",
  "/cluster/jobs": "all",
  "/cluster/nodes": "none",
  "/cluster/peers": "none",
  "/cluster/schedules": "none",
  "/svm/svms": "read",
  "/svm/peers": "all",
  "/storage/volumes": "all",
  "/storage/luns": "all",
  "/storage/aggregates": "none",
  "/protocols/san": "read",
  "/protocols/san/igroups": "all",
  "/protocols/san/lun-maps": "all",
  "/snapmirror": "all",
  "/application/consistency-groups": "all",
};

/** What a login may do: its paths and rights. An administrator of the cluster may do everything. */
export function rightsOf(login: { readonly role: string; readonly svm?: unknown }): Readonly<Record<string, Right>> {
  if (login.svm !== undefined) return SVM_ROLE;
  if (login.role === "admin") return { "/": "all" };
  return login.role === "sluice-setup" ? SETUP_ROLE : CLUSTER_ROLE;
}

const within = (path: string, root: string): boolean => path === root || path.startsWith(`${root}/`);

/** Throws 403/6 unless the login may do this. */
export function authorize(fabric: FabricState, login: Login, method: string, path: string): void {
  if (login.role === "admin" && !login.svm) return;
  if (login.svm && path === "/cluster" && !fabric.knobs.svmLoginSeesCluster) throw notAuthorized();
  if (login.svm && within(path, "/cluster/jobs") && !fabric.knobs.svmLoginSeesJobs) throw notAuthorized();
  const role = rightsOf(login);
  const prefix = Object.keys(role)
    .filter((each) => within(path, each))
    .sort((a, b) => b.length - a.length)[0];
  const right = prefix === undefined ? "none" : (role[prefix] ?? "none");
  if (right === "none" || (right === "read" && !["GET", "HEAD", "OPTIONS"].includes(method))) throw notAuthorized();
}
