import { type Accepted, type HttpReads, type HttpWrites, SHORT_WORK, type WriteOptions } from "../wire/calls.js";
import { api } from "../wire/query.js";
import { flag, needText, part, parts, text, type Wire } from "../wire/records.js";

/** Where a cluster or an SVM keeps the keys of its encrypted volumes. */
export interface KeyManager {
  readonly uuid: string;
  /** Absent for the cluster's. */
  readonly svm: string | undefined;
  readonly kind: "onboard" | "external" | undefined;
  /** KMIP servers, `address:port`. */
  readonly servers: readonly string[];
  /** Can volumes be encrypted one by one? */
  readonly volumeEncryption: boolean | undefined;
}

/** One entry of the newer list of all key stores, Azure Key Vaults among them. ONTAP 9.10 and later. */
export interface KeyStore {
  readonly uuid: string;
  readonly type: string | undefined;
  readonly svm: string | undefined;
  readonly enabled: boolean | undefined;
}

function readManager(wire: Wire): KeyManager {
  const onboard = flag(part(wire, "onboard"), "enabled");
  const servers = parts(part(wire, "external"), "servers").flatMap((each) => text(each, "server") ?? []);
  return {
    uuid: needText(wire, "uuid"),
    svm: text(part(wire, "svm"), "name"),
    kind: onboard === true ? "onboard" : servers.length > 0 ? "external" : undefined,
    servers,
    volumeEncryption: flag(part(wire, "volume_encryption"), "supported"),
  };
}

const readStore = (wire: Wire): KeyStore => ({
  uuid: needText(wire, "uuid"),
  type: text(wire, "type"),
  svm: text(part(wire, "svm"), "name"),
  enabled: flag(wire, "enabled"),
});

/** Reads of `/security/key-managers` and `/security/key-stores` (reference 10). */
export function keyManagerReads(http: HttpReads) {
  return {
    /** GET /security/key-managers, all pages. */
    list: (filter: { readonly svm?: string } = {}): Promise<KeyManager[]> =>
      http.list(
        "/security/key-managers",
        {
          fields: "uuid,svm.name,onboard.enabled,external.servers,volume_encryption",
          where: { "svm.name": filter.svm },
        },
        readManager,
      ),

    /** GET /security/key-stores, all pages. ONTAP 9.10 and later: before, Rejected "3". */
    listStores: (filter: { readonly svm?: string } = {}): Promise<KeyStore[]> =>
      http.list(
        "/security/key-stores",
        { fields: "uuid,type,svm.name,enabled", where: { "svm.name": filter.svm } },
        readStore,
      ),
  };
}

/** Writes of `/security/key-managers` (reference 10). Asynchronous. */
export function keyManagerWrites(http: HttpWrites) {
  return {
    /** POST /security/key-managers `onboard`: the cluster keeps its keys itself, under a passphrase nobody can recover. 65537500 there is a key manager already. */
    createOnboard: (passphrase: string, options: WriteOptions = {}): Promise<Accepted> =>
      http.start(
        {
          method: "POST",
          path: "/security/key-managers",
          query: { also: { return_records: true } },
          body: { onboard: { passphrase } },
          secrets: [passphrase],
        },
        { returnTimeoutSeconds: SHORT_WORK, ...options },
      ),

    /** DELETE /security/key-managers/{uuid}. 65536817/27/67 keys are in use: their volumes would be lost. */
    delete: (uuid: string, options: WriteOptions = {}): Promise<Accepted> =>
      http.start(
        { method: "DELETE", path: api`/security/key-managers/${uuid}` },
        { returnTimeoutSeconds: SHORT_WORK, ...options },
      ),
  };
}

export type KeyManagerReads = ReturnType<typeof keyManagerReads>;
export type KeyManagerWrites = ReturnType<typeof keyManagerWrites>;
