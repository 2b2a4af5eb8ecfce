import type { ClusterConfig, KeyVaultConfig } from "../config/types.js";
import { isSameVault, type SecretLife } from "../core/key-vault.js";
import { asProblem, Rejected } from "../core/problems.js";
import type { AzureKeyVault, OntapReader, Volume } from "../ontap/index.js";
import type { Looked } from "./looked.js";

/** An SVM's keys in an Azure Key Vault, and what hangs on them. */
export interface KeyVaultHealth {
  readonly cluster: string;
  readonly svm: string;
  /** `https://kv-epic.vault.azure.net` */
  readonly vault: string;
  /** Why the nodes cannot use it, in the array's words; empty: they can. */
  readonly problems: Looked<AzureKeyVault["problems"]>;
  /** Names of the SVM's volumes whose keys are there. */
  readonly volumes: Looked<{ readonly encrypted: readonly string[]; readonly offline: readonly string[] }>;
  /** Undefined: the configuration names no such vault for the cluster, so nobody knows which secret it is. */
  readonly secret: Looked<SecretLife | undefined> | undefined;
  /** The secret's name in the vault, where the configuration says it. */
  readonly secretName: string | undefined;
  /** ISO-8601: when a round first saw that the nodes cannot use it. */
  readonly lostSince: string | undefined;
}

/** What is needed to look at key vaults. */
export interface VaultTools {
  readonly inventory: { readonly clusters: readonly ClusterConfig[] };
  ontap(cluster: string): OntapReader;
  recall(name: string): Promise<string | undefined>;
  /** As Azure shows the secret; undefined: there is none of that name. Throws where Azure cannot be asked. */
  secretLife(keyVault: KeyVaultConfig): Promise<SecretLife | undefined>;
}

/** Under what name it is written down since when a vault is lost; an empty note: it is not. */
export const lostVaultNote = ({ cluster, svm }: Pick<KeyVaultHealth, "cluster" | "svm">): string =>
  `keyVaultLost:${cluster}/${svm}`;

/** An SVM's volumes, perhaps from a list that was fetched before. */
export type VolumesOf = (cluster: string, svm: string) => Promise<Looked<readonly Volume[]>>;

/** The key vaults of Cloud Volumes ONTAP among these clusters. A cluster that does not answer has none here: its trouble is told elsewhere. */
export async function lookAtKeyVaults(
  on: VaultTools,
  clusters: ReadonlySet<string>,
  volumesOf: VolumesOf = (cluster, svm) => looked(() => on.ontap(cluster).volumes.list({ svm })),
): Promise<KeyVaultHealth[]> {
  const all = on.inventory.clusters.filter(({ name, profile }) => profile !== "onprem" && clusters.has(name));
  return (await Promise.all(all.map((cluster) => ofCluster(on, cluster, volumesOf)))).flat();
}

async function ofCluster(on: VaultTools, cluster: ClusterConfig, volumesOf: VolumesOf): Promise<KeyVaultHealth[]> {
  const array = on.ontap(cluster.name);
  const vaults = await looked(() => array.azureKeyVaults.list());
  return vaults.ok ? Promise.all(vaults.is.map((vault) => ofVault(on, cluster, vault, volumesOf))) : [];
}

async function ofVault(
  on: VaultTools,
  cluster: ClusterConfig,
  vault: AzureKeyVault,
  volumesOf: VolumesOf,
): Promise<KeyVaultHealth> {
  const array = on.ontap(cluster.name);
  const svm = vault.svm ?? "";
  const named = cluster.keyVault && isSameVault(cluster.keyVault.url, vault.vault) ? cluster.keyVault : undefined;
  const [problems, volumes, secret, lostSince] = await Promise.all([
    looked(async () => (await array.azureKeyVaults.getHealth(vault.uuid)).problems),
    volumesOf(cluster.name, svm),
    named && looked(() => on.secretLife(named)),
    on.recall(lostVaultNote({ cluster: cluster.name, svm })).catch(() => undefined),
  ]);
  const names = (which: readonly Volume[]): string[] => which.map(({ name }) => name).sort();
  const encrypted = volumes.ok ? volumes.is.filter((each) => each.encrypted === true) : [];
  return {
    cluster: cluster.name,
    svm,
    vault: vault.vault.replace(/\/+$/, ""),
    problems,
    volumes: volumes.ok
      ? {
          ok: true,
          is: { encrypted: names(encrypted), offline: names(encrypted.filter((each) => each.state === "offline")) },
        }
      : volumes,
    secret,
    secretName: named?.secretName,
    lostSince: lostSince === "" ? undefined : lostSince,
  };
}

async function looked<T>(look: () => Promise<T>): Promise<Looked<T>> {
  try {
    return { ok: true, is: await look() };
  } catch (error) {
    const why = error instanceof Rejected ? `the login may not look: ${error.sentence}` : asProblem(error).sentence;
    return { ok: false, why };
  }
}
