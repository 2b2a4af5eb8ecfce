import type { ClusterConfig, KeyVaultConfig } from "../../config/types.js";
import type { VaultKey, VaultSecret } from "../../azure/index.js";
import { Refusal } from "../../core/problems.js";
import type { AzureKeyVault, KeyManager, OntapReader, Volume } from "../../ontap/index.js";
import { listed } from "../inventory.js";
import type { ReadTools } from "../tools.js";

export interface EncryptRequest {
  readonly svm?: string | undefined;
  readonly cluster?: string | undefined;
  readonly rotate?: true | undefined;
}

/** What the array says of the SVM. */
export interface SvmFacts {
  readonly vault: AzureKeyVault | undefined;
  readonly managers: readonly KeyManager[];
  readonly licences: readonly string[];
  readonly nameServers: readonly string[];
  readonly encrypted: readonly string[];
  readonly plain: readonly string[];
}

/** What Azure says of the vault; what is undefined is not there. */
export interface VaultFacts {
  readonly there: boolean;
  readonly softDelete: boolean;
  readonly purgeProtection: boolean;
  readonly rbac: boolean;
  /** Closed to the nodes' subnet. */
  readonly closed: boolean;
  readonly key: VaultKey | undefined;
  readonly secret: VaultSecret | undefined;
  /** Names of the roles its service principal has there. */
  readonly mayUse: boolean;
  /** Undefined where the configuration names no subnet. */
  readonly endpoints: readonly string[] | undefined;
}

export interface EncryptFacts {
  readonly cluster: ClusterConfig;
  readonly svm: string;
  readonly given: KeyVaultConfig & { readonly tenantId: string };
  readonly array: SvmFacts;
  readonly azure: VaultFacts;
  readonly askedAt: string;
}

const unchanged = { next: "Nothing was changed." };
/** Azure's own roles that let ONTAP wrap and unwrap with a key. */
const KEY_ROLES = [
  "Key Vault Crypto User",
  "Key Vault Crypto Officer",
  "Key Vault Crypto Service Encryption User",
  "Key Vault Administrator",
];

/** Looks at both ends. Throws a Refusal where there is nothing to look at; what is wrong with what is there is the plan's to say. */
export async function observe(asked: EncryptRequest, on: ReadTools): Promise<EncryptFacts> {
  const cluster = clusterOf(asked, on);
  const { keyVault } = cluster;
  if (!keyVault)
    throw new Refusal(`The configuration names no key vault for ${cluster.name}.`, {
      next: `Nothing was changed. Add keyVault to clusters, ${cluster.name}.`,
    });
  if (on.inventory.secrets?.[keyVault.secret] === undefined)
    throw new Refusal(
      `The configuration has no secret called ${keyVault.secret}, which ${cluster.name} signs in to its key vault with.`,
      {
        next: "Nothing was changed. Add it to secrets.",
      },
    );
  const ontap = on.ontap(cluster.name);
  const [lack] = await ontap.cluster.listLacking(["azureKeyVaultOnCvo"]);
  if (lack) throw new Refusal(`${cluster.name}: ${lack.says}.`, unchanged);
  const svm = await svmOf(asked, cluster, ontap);
  const tenantId = keyVault.tenantId ?? on.inventory.azure?.tenantId ?? "";
  const [array, azure] = await Promise.all([lookAtSvm(ontap, svm), lookAtVault(keyVault, on)]);
  return { cluster, svm, given: { ...keyVault, tenantId }, array, azure, askedAt: on.run.askedAt };
}

function clusterOf({ cluster, svm }: EncryptRequest, on: ReadTools): ClusterConfig {
  const { clusters, sets } = on.inventory;
  const home = sets
    .flatMap(({ members }) => members.flatMap(({ source, mirror }) => [source, mirror]))
    .find((each) => each.svm === svm)?.cluster;
  const name = cluster ?? home;
  const fits =
    name === undefined
      ? clusters.filter(({ profile }) => profile !== "onprem")
      : clusters.filter((each) => each.name === name);
  const [one] = fits;
  if (!one || fits.length > 1)
    throw new Refusal(
      fits.length === 0
        ? `There is no cluster ${name ?? "of Cloud Volumes ONTAP"} in the configuration.`
        : "There are several clusters of Cloud Volumes ONTAP.",
      {
        ...unchanged,
        detail: {
          choices: fits.map((each) => ({ label: each.name, say: `encrypt ${svm ?? "the svm"} on ${each.name}` })),
        },
      },
    );
  if (one.profile === "onprem")
    throw new Refusal(
      `${one.name} is no Cloud Volumes ONTAP: Azure Key Vault keeps the keys of SVMs in Azure.`,
      unchanged,
    );
  return one;
}

async function svmOf({ svm, rotate }: EncryptRequest, cluster: ClusterConfig, ontap: OntapReader): Promise<string> {
  const all = (await ontap.svms.list()).map((each) => each.name).sort();
  const [only] = all;
  if (svm === undefined && all.length === 1 && only !== undefined) return only;
  if (svm !== undefined && all.includes(svm)) return svm;
  const verb = rotate ? "rotate the key vault secret of" : "encrypt";
  throw new Refusal(
    svm === undefined
      ? `${cluster.name} has the SVMs ${listed(all)}: which one?`
      : `There is no SVM ${svm} on ${cluster.name}; there ${all.length === 1 ? "is" : "are"} ${listed(all)}.`,
    { ...unchanged, detail: { choices: all.map((each) => ({ label: each, say: `${verb} ${each}` })) } },
  );
}

async function lookAtSvm(ontap: OntapReader, svm: string): Promise<SvmFacts> {
  const [vault, managers, licences, nameServers, volumes] = await Promise.all([
    ontap.azureKeyVaults.findBySvm(svm),
    ontap.keyManagers.list({ svm }),
    ontap.cluster.listLicences(),
    ontap.svms.listNameServers(svm),
    ontap.volumes.list({ svm }),
  ]);
  const names = (which: (volume: Volume) => boolean): string[] =>
    volumes
      .filter(which)
      .map(({ name }) => name)
      .sort();
  return {
    vault,
    managers,
    licences,
    nameServers,
    encrypted: names((each) => each.encrypted === true),
    plain: names((each) => each.encrypted !== true),
  };
}

async function lookAtVault(given: KeyVaultConfig, on: ReadTools): Promise<VaultFacts> {
  const azure = on.azure();
  const [vault, subnet] = await Promise.all([
    azure.vaults.find(given.url),
    given.subnet === undefined ? undefined : azure.networks.findSubnet(given.subnet),
  ]);
  const endpoints = given.subnet === undefined ? undefined : (subnet?.serviceEndpoints ?? []);
  if (!vault)
    return {
      there: false,
      softDelete: false,
      purgeProtection: false,
      rbac: false,
      closed: false,
      key: undefined,
      secret: undefined,
      mayUse: false,
      endpoints,
    };
  const [key, secret, assigned, roles] = await Promise.all([
    azure.vaults.findKey(vault, given.key),
    azure.vaults.findSecret(vault, given.secretName),
    azure.roles.listAssignments(vault.id, given.principalId),
    Promise.all(KEY_ROLES.map((name) => azure.roles.findDefinition(vault.id, name))),
  ]);
  const guids = roles.flatMap((role) => (role ? [role.name.toLowerCase()] : []));
  const mayUse = assigned.some(({ role }) => guids.includes(role.slice(role.lastIndexOf("/") + 1).toLowerCase()));
  const open =
    vault.network === "Allow" || vault.subnets.some((each) => each.toLowerCase() === given.subnet?.toLowerCase());
  const { softDelete, purgeProtection, rbac } = vault;
  return { there: true, softDelete, purgeProtection, rbac, closed: !open, key, secret, mayUse, endpoints };
}
