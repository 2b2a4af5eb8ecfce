import { X509Certificate } from "node:crypto";
import type { TLSSocket } from "node:tls";
import type { SimRequest } from "../../kit/http.js";
import type { WorldCluster } from "../../worlds/types.js";
import type { FabricState } from "../fabric.js";
import type { ClusterState } from "../state.js";

export type WorldLogin = WorldCluster["logins"][number];

/** Logins of a cluster: the world's, and those added since (`security login create`). */
export const loginsOf = (fabric: FabricState, cluster: ClusterState): readonly WorldLogin[] => [
  ...cluster.spec.logins,
  ...(fabric.logins.get(cluster.name) ?? []),
];

const takes = (login: WorldLogin, method: "password" | "certificate"): boolean =>
  login.methods?.includes(method) ?? true;

/** The login a name and password are good for. */
export const byPassword = (
  fabric: FabricState,
  cluster: ClusterState,
  user: string,
  password: string,
): WorldLogin | undefined =>
  loginsOf(fabric, cluster).find((each) => each.user === user && each.password === password && takes(each, "password"));

/**
 * The login of a client certificate (reference 1.2): its common name is the user, the user may log in by certificate, and a CA installed
 * as client-ca signed it, or it is itself installed there, as self-signed ones are.
 */
export function byCertificate(fabric: FabricState, cluster: ClusterState, request: SimRequest): WorldLogin | undefined {
  const socket = request.raw.socket as TLSSocket;
  if (typeof socket.getPeerCertificate !== "function") return undefined;
  const peer = socket.getPeerCertificate();
  const name: unknown = peer.subject?.CN;
  if (typeof name !== "string" || !trusted(fabric, cluster, new X509Certificate(peer.raw))) return undefined;
  return loginsOf(fabric, cluster).find((each) => each.user === name && takes(each, "certificate"));
}

function trusted(fabric: FabricState, cluster: ClusterState, certificate: X509Certificate): boolean {
  const now = Date.now();
  if (Date.parse(certificate.validFrom) > now || Date.parse(certificate.validTo) < now) return false;
  return (fabric.clientCas.get(cluster.name) ?? []).some((pem) => {
    const ca = new X509Certificate(pem);
    if (ca.fingerprint256 === certificate.fingerprint256) return true;
    return certificate.checkIssued(ca) && certificate.verify(ca.publicKey);
  });
}

/** `security certificate install -type client-ca`: throws unless it is a certificate. */
export function installClientCa(fabric: FabricState, cluster: string, pem: string): void {
  const known = fabric.clientCas.get(fabric.cluster(cluster).name) ?? [];
  fabric.clientCas.set(cluster, [...known, new X509Certificate(pem).toString()]);
}

/** `security login create`: another login, by password, certificate or both. Throws on words it does not know. */
export function addLogin(
  fabric: FabricState,
  cluster: string,
  given: Readonly<Record<string, string | undefined>>,
): void {
  const { user, password, svm, role = "sluice", method } = given;
  if (user === undefined || user === "") throw new Error("a login has a user");
  if (role !== "admin" && role !== "sluice" && role !== "sluice-setup")
    throw new Error("the role is admin, sluice or sluice-setup");
  if (method !== undefined && method !== "password" && method !== "certificate")
    throw new Error("the method is password or certificate");
  if (svm !== undefined && !fabric.cluster(cluster).svms.some((each) => each.name === svm))
    throw new Error(`${cluster} has no SVM "${svm}"`);
  if (method !== "certificate" && !password) throw new Error("a login by password has one");
  fabric.logins.set(cluster, [
    ...(fabric.logins.get(cluster) ?? []),
    {
      user,
      password: password ?? "",
      role,
      ...(svm === undefined ? {} : { svm }),
      ...(method === undefined ? {} : { methods: [method] }),
    },
  ]);
}
