import type { Vault, VaultSecret } from "../azure/index.js";
import type { ClusterConfig } from "../config/types.js";
import { isSameVault, renewSecret, secretEnd } from "../core/key-vault.js";
import type { AzureKeyVault } from "../ontap/index.js";
import { fail, ok, warn, type Check, type Finding } from "./check.js";

/** As much of an ONTAP client as is looked through. */
export interface KeyVaultLook {
  readonly azureKeyVaults: {
    list(): Promise<readonly AzureKeyVault[]>;
    getHealth(uuid: string): Promise<Pick<AzureKeyVault, "problems">>;
  };
}

/** As much of Azure as is looked through: when a secret ends, never what it is. */
export interface VaultSecretLook {
  find(url: string): Promise<Vault | undefined>;
  findSecret(vault: Vault, name: string): Promise<VaultSecret | undefined>;
}

/** Do the nodes reach the vaults their keys are in, and when does the secret end that opens them? An hour without one takes volumes offline. */
export function keyVaultCheck(
  cluster: ClusterConfig,
  look: KeyVaultLook,
  azure: VaultSecretLook | undefined,
  now: () => number,
): Check {
  const name = `key vault ${cluster.name}`;
  return {
    name,
    run: async () => {
      const { keyVault } = cluster;
      const vaults = await look.azureKeyVaults.list();
      const reach = await Promise.all(vaults.map((vault) => reachOf(name, vault, look)));
      const strange = vaults.filter(({ vault }) => !keyVault || !isSameVault(vault, keyVault.url));
      return [
        ...reach,
        ...strange.map(({ svm, vault }) =>
          warn(
            name,
            `${svm ?? "an SVM"} has its keys in ${vault}, which the configuration does not name: nobody sees coming when its secret ends.`,
            `Give it as keyVault of ${cluster.name}.`,
          ),
        ),
        ...(keyVault ? [await secretOf(name, keyVault, azure, now())] : []),
        ...(keyVault && vaults.length === 0 ? [ok(name, `no SVM has its keys in ${keyVault.url} yet.`)] : []),
      ];
    },
  };
}

async function reachOf(name: string, { uuid, svm, vault }: AzureKeyVault, look: KeyVaultLook): Promise<Finding> {
  const { problems } = await look.azureKeyVaults.getHealth(uuid);
  if (problems.length === 0) return ok(name, `every node reaches ${vault}, where the keys of ${svm ?? "an SVM"} are.`);
  const why = [...new Set(problems.map(({ message }) => message))].join(" ");
  return fail(
    name,
    `the nodes cannot use ${vault}, where the keys of ${svm ?? "an SVM"} are: ${why} An hour without it takes every encrypted volume offline.`,
    "Look at the client secret, the key, and the way from the nodes to the vault.",
  );
}

async function secretOf(
  name: string,
  { url, secretName }: NonNullable<ClusterConfig["keyVault"]>,
  azure: VaultSecretLook | undefined,
  now: number,
): Promise<Finding> {
  const unknown = (why: string, fix: string): Finding =>
    warn(name, `when the secret ends that opens ${url} is not known: ${why}`, fix);
  if (!azure) return unknown('the configuration has no "azure" section.', "Add it.");
  const vault = await azure.find(url);
  if (!vault)
    return unknown("there is no such vault in the subscription, or Sluice may not see it.", "Look at its role.");
  const end = secretEnd(await azure.findSecret(vault, secretName), secretName, `the secret that opens ${url}`, now);
  switch (end.state) {
    case "unknown":
      return unknown(end.why, "Write the client secret there, with its end as its expiry date.");
    case "ended":
      return fail(name, `${end.says}.`, renewSecret);
    case "soon":
      return warn(name, `${end.says}.`, renewSecret);
    case "later":
      return ok(name, `${end.says}.`);
  }
}
