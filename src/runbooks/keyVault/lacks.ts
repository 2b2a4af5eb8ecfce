import { listed } from "../inventory.js";
import type { EncryptFacts } from "./observe.js";

const DAY_MS = 86_400_000;
/** A secret that ends sooner than this is warned of. */
export const SOON_DAYS = 30;

/** What must be so before an SVM is given the vault (reference 10 and azure-host D): a sentence for each that is not. */
export function lacks(facts: EncryptFacts): string[] {
  return [...svmLacks(facts), ...vaultLacks(facts)];
}

function svmLacks({ cluster, svm, array }: EncryptFacts): string[] {
  const wanted = [
    ["volume_encryption", "volume encryption (VE)"],
    ["mt_ek_mgmt", "key management by tenant (MT_EK_MGMT)"],
  ] as const;
  return [
    ...wanted
      .filter(([name]) => !array.licences.includes(name))
      .map(([, says]) => `${cluster.name} has no licence for ${says}.`),
    ...(array.managers.length > 0
      ? [
          `${svm} has another key manager (${array.managers.map(({ kind }) => kind ?? "unknown").join(", ")}): an SVM has one.`,
        ]
      : []),
    ...(array.encrypted.length > 0 && !array.vault
      ? [
          `${listed(array.encrypted)} in ${svm} ${array.encrypted.length === 1 ? "is" : "are"} encrypted already, with keys kept elsewhere: a key vault comes before encrypted volumes.`,
        ]
      : []),
    ...(array.nameServers.length === 0 ? [`${svm} has no name servers (DNS), so it cannot find the vault.`] : []),
  ];
}

/** What must be so at Azure's side, for a new vault as for a new secret of it. */
export function vaultLacks({ given, azure, askedAt, cluster }: EncryptFacts): string[] {
  const { url } = given;
  if (!azure.there) return [`There is no key vault ${url} in the subscription, or Sluice may not see it.`];
  return [
    ...(azure.softDelete
      ? []
      : [`${url} has no soft delete: a key that is deleted is gone, and every encrypted volume with it.`]),
    ...(azure.purgeProtection
      ? []
      : [`${url} has no purge protection: whoever may purge could destroy the key for good.`]),
    ...(azure.closed ? [`${url} is closed to the network of ${cluster.name}: let its subnet in.`] : []),
    ...keyLacks({ given, azure, askedAt }),
    ...secretLacks({ given, azure, askedAt }),
    ...(azure.rbac
      ? azure.mayUse
        ? []
        : [
            `The service principal ${given.principalId} has no role on ${url} that lets it use keys: give it Key Vault Crypto User.`,
          ]
      : [`${url} goes by access policies, which cannot be checked: switch it to Azure roles (RBAC).`]),
    ...(cluster.profile === "cvo-ha" ? endpointLacks({ given, azure }) : []),
  ];
}

function keyLacks({ given, azure, askedAt }: Pick<EncryptFacts, "given" | "azure" | "askedAt">): string[] {
  const { key } = azure;
  if (!key) return [`There is no key ${given.key} in ${given.url}.`];
  if (!/^RSA/i.test(key.type) || (key.bits ?? 0) < 2048)
    return [
      `The key ${given.key} is ${key.type}${key.bits === undefined ? "" : ` of ${key.bits} bits`}: ONTAP needs RSA of 2048.`,
    ];
  if (!key.enabled) return [`The key ${given.key} is disabled.`];
  return key.expires !== undefined && key.expires <= askedAt
    ? [`The key ${given.key} ended on ${key.expires.slice(0, 10)}.`]
    : [];
}

function secretLacks({ given, azure, askedAt }: Pick<EncryptFacts, "given" | "azure" | "askedAt">): string[] {
  const { secret } = azure;
  const it = `The secret ${given.secretName} in ${given.url}`;
  if (!secret)
    return [
      `There is no secret ${given.secretName} in ${given.url}, so nobody knows when ${given.clientId} can sign in no longer.`,
    ];
  if (!secret.enabled) return [`${it} is disabled.`];
  if (secret.expires === undefined)
    return [`${it} has no expiry date: give it that of the client secret, so that its end is seen coming.`];
  return secret.expires <= askedAt ? [`${it} ended on ${secret.expires.slice(0, 10)}: make a new one first.`] : [];
}

function endpointLacks({ given, azure }: Pick<EncryptFacts, "given" | "azure">): string[] {
  if (azure.endpoints === undefined)
    return [
      "The configuration does not say in which subnet the nodes lie (keyVault.subnet): a pair needs service endpoints on it.",
    ];
  const { endpoints } = azure;
  const missing = ["Microsoft.KeyVault", "Microsoft.AzureActiveDirectory"].filter((each) => !endpoints.includes(each));
  const subnet = given.subnet?.slice(given.subnet.lastIndexOf("/") + 1) ?? "";
  return missing.map((each) => `The subnet ${subnet} has no service endpoint ${each}, which a pair of nodes needs.`);
}

/** Days from asking until the secret ends; undefined where nobody said when. */
export function daysLeft(expires: string | undefined, askedAt: string): number | undefined {
  return expires === undefined ? undefined : Math.floor((Date.parse(expires) - Date.parse(askedAt)) / DAY_MS);
}
