import { type Accepted, type HttpReads, type HttpWrites, SHORT_WORK, type WriteOptions } from "../wire/calls.js";
import { api } from "../wire/query.js";
import { flag, needText, num, part, parts, text, type Wire } from "../wire/records.js";

/** An SVM's keys in an Azure Key Vault. After an hour without reaching it the array takes the encrypted volumes offline. */
export interface AzureKeyVault {
  readonly uuid: string;
  readonly svm: string | undefined;
  /** `https://<vault>.vault.azure.net/` */
  readonly vault: string;
  readonly keyId: string | undefined;
  readonly tenantId: string | undefined;
  readonly clientId: string | undefined;
  /** "client_secret" or "certificate". ONTAP 9.10 and later. */
  readonly authentication: string | undefined;
  /** Undefined when it was not asked for. */
  readonly reachable: boolean | undefined;
  /** Why it is not reachable or usable, in the array's words. */
  readonly problems: readonly { readonly code: string | undefined; readonly message: string }[];
}

const FIELDS = "uuid,svm.name,name,key_id,tenant_id,client_id,authentication_method";
/** Expensive: the array asks Azure. */
const HEALTH_FIELDS = `${FIELDS},azure_reachability,ekmip_reachability,state`;

function problemOf(wire: Wire | undefined, good: "reachable" | "available") {
  if (flag(wire, good) !== false) return [];
  const code = text(wire, "code") ?? num(wire, "code")?.toString();
  return [{ code, message: text(wire, "message") ?? "no reason given" }];
}

function readVault(wire: Wire): AzureKeyVault {
  const azure = part(wire, "azure_reachability");
  return {
    uuid: needText(wire, "uuid"),
    svm: text(part(wire, "svm"), "name"),
    vault: needText(wire, "name"),
    keyId: text(wire, "key_id"),
    tenantId: text(wire, "tenant_id"),
    clientId: text(wire, "client_id"),
    authentication: text(wire, "authentication_method"),
    reachable: flag(azure, "reachable"),
    problems: [
      ...problemOf(azure, "reachable"),
      ...parts(wire, "ekmip_reachability").flatMap((each) => problemOf(each, "reachable")),
      ...problemOf(part(wire, "state"), "available"),
    ],
  };
}

/** Reads of `/security/azure-key-vaults` (reference 10). ONTAP 9.8 and later. */
export function azureKeyVaultReads(http: HttpReads) {
  const list = (filter: { readonly svm?: string } = {}): Promise<AzureKeyVault[]> =>
    http.list("/security/azure-key-vaults", { fields: FIELDS, where: { "svm.name": filter.svm } }, readVault);
  return {
    /** GET /security/azure-key-vaults, all pages, without asking Azure. */
    list,

    /** GET /security/azure-key-vaults?svm.name: the SVM's, undefined when its keys are elsewhere. */
    findBySvm: async (svm: string): Promise<AzureKeyVault | undefined> => (await list({ svm }))[0],

    /** GET /security/azure-key-vaults/{uuid} with its reachability, for which the array asks Azure. Rejected "4": there is none. */
    getHealth: (uuid: string): Promise<AzureKeyVault> =>
      http.get(api`/security/azure-key-vaults/${uuid}`, { fields: HEALTH_FIELDS }, readVault),
  };
}

/** A secret by its name, opened only when the call is sent. */
export interface NamedSecret {
  readonly $secret: string;
}
export type OpenSecret = (name: string) => string | Promise<string>;

/** How the array shows who it is to Azure; a secret either way. A certificate is PKCS#12 in base64 and needs ONTAP 9.10. */
export type AzureCredential =
  { readonly clientSecret: string | NamedSecret } | { readonly clientCertificate: string | NamedSecret };

export interface NewAzureKeyVault {
  readonly svm: string;
  readonly vault: string;
  /** `https://<vault>.vault.azure.net/keys/<key>` */
  readonly keyId: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly credential: AzureCredential;
}

/** The credential as the call says it, and the value that no message may hold. */
async function opened(credential: AzureCredential, open: OpenSecret): Promise<{ body: object; secret: string }> {
  const given = "clientSecret" in credential ? credential.clientSecret : credential.clientCertificate;
  const secret = typeof given === "string" ? given : await open(given.$secret);
  return {
    secret,
    body: "clientSecret" in credential ? { client_secret: secret } : { client_certificate: secret },
  };
}

/** Writes of `/security/azure-key-vaults` (reference 10). All asynchronous. */
export function azureKeyVaultWrites(http: HttpWrites, openSecret: OpenSecret) {
  const act = (path: string, body: object, options: WriteOptions): Promise<Accepted> =>
    http.start({ method: "POST", path, body }, { returnTimeoutSeconds: SHORT_WORK, ...options });
  return {
    /**
     * POST /security/azure-key-vaults, of a data SVM without encrypted volumes. Errors: 65537500 it has a key manager, 65537523 bad key id, 65537553 bad vault, 65537567 no
     * authentication, 65537573 bad certificate, 65537506 MetroCluster, 65539704.
     */
    create: async (vault: NewAzureKeyVault, options: WriteOptions = {}): Promise<Accepted> => {
      const { body, secret } = await opened(vault.credential, openSecret);
      return http.start(
        {
          method: "POST",
          path: "/security/azure-key-vaults",
          query: { also: { return_records: true } },
          body: {
            svm: { name: vault.svm },
            name: vault.vault,
            key_id: vault.keyId,
            tenant_id: vault.tenantId,
            client_id: vault.clientId,
            ...body,
          },
          secrets: [secret],
        },
        { returnTimeoutSeconds: SHORT_WORK, ...options },
      );
    },

    /** PATCH /security/azure-key-vaults/{uuid} with a new credential, before the old one ends. 65537540 Azure refuses it, 65537120 not configured. */
    setCredential: async (uuid: string, credential: AzureCredential, options: WriteOptions = {}): Promise<Accepted> => {
      const { body, secret } = await opened(credential, openSecret);
      return http.start(
        { method: "PATCH", path: api`/security/azure-key-vaults/${uuid}`, body, secrets: [secret] },
        { returnTimeoutSeconds: SHORT_WORK, ...options },
      );
    },

    /** POST …/{uuid}/rekey-internal: the array's own keys anew, wrapped by the same key in the vault. 65537529 that is going on already, 65537551 the vault cannot be reached. */
    rekeyInternal: (uuid: string, options: WriteOptions = {}): Promise<Accepted> =>
      act(api`/security/azure-key-vaults/${uuid}/rekey-internal`, {}, options),

    /** POST …/{uuid}/rekey-external: another key of the vault wraps the array's. 65537523 bad key id, 65537529 a rekey goes on, 65537551 the vault cannot be reached. */
    rekeyExternal: (uuid: string, keyId: string, options: WriteOptions = {}): Promise<Accepted> =>
      act(api`/security/azure-key-vaults/${uuid}/rekey-external`, { key_id: keyId }, options),

    /** POST …/{uuid}/restore: fetches keys the array has lost. 65537551 the vault cannot be reached. */
    restore: (uuid: string, options: WriteOptions = {}): Promise<Accepted> =>
      act(api`/security/azure-key-vaults/${uuid}/restore`, {}, options),

    /** DELETE /security/azure-key-vaults/{uuid}. 65536817/27/67 keys are in use: their volumes would be lost. */
    delete: (uuid: string, options: WriteOptions = {}): Promise<Accepted> =>
      http.start(
        { method: "DELETE", path: api`/security/azure-key-vaults/${uuid}` },
        { returnTimeoutSeconds: SHORT_WORK, ...options },
      ),
  };
}

export type AzureKeyVaultReads = ReturnType<typeof azureKeyVaultReads>;
export type AzureKeyVaultWrites = ReturnType<typeof azureKeyVaultWrites>;
