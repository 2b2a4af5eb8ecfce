import { z } from "zod";
import type { ArmHttp } from "./http.js";

/** A Key Vault as Resource Manager sees it: its protection and who gets in, never what it holds. */
export interface Vault {
  readonly id: string;
  readonly name: string;
  readonly location: string;
  /** `https://kv-epic.vault.azure.net` */
  readonly url: string;
  readonly softDelete: boolean;
  readonly purgeProtection: boolean;
  /** Rights by Azure roles; else by the vault's own access policies. */
  readonly rbac: boolean;
  /** May Azure's disk encryption use it? */
  readonly forDisks: boolean;
  /** Allow: from everywhere; Deny: only from the subnets named. */
  readonly network: "Allow" | "Deny";
  /** Ids of subnets let in. */
  readonly subnets: readonly string[];
}

export interface VaultsReader {
  /** A vault of the subscription, by name (names are unique in all of Azure) or by its URL. */
  find(nameOrUrl: string): Promise<Vault | undefined>;
  list(): Promise<readonly Vault[]>;
  findKey(vault: Vault, name: string): Promise<VaultKey | undefined>;
  /** When the secret expires, not what it is: Resource Manager never shows a value. */
  findSecret(vault: Vault, name: string): Promise<VaultSecret | undefined>;
}

/** A key's public side. */
export interface VaultKey {
  readonly name: string;
  /** RSA, RSA-HSM, EC. */
  readonly type: string;
  readonly bits?: number;
  readonly enabled: boolean;
  /** ISO-8601; absent: never. */
  readonly expires?: string;
}

export interface VaultSecret {
  readonly name: string;
  readonly enabled: boolean;
  /** ISO-8601; absent: never, or nobody said. */
  readonly expires?: string;
}

const attributes = z.object({ enabled: z.boolean().nullish(), exp: z.number().nullish() }).nullish();
const keyShape = z.object({
  name: z.string(),
  properties: z.object({ attributes, kty: z.string(), keySize: z.number().nullish() }),
});
const secretShape = z.object({ name: z.string(), properties: z.object({ attributes }) });
const lifeOf = (of: z.infer<typeof attributes>): { enabled: boolean; expires?: string } => ({
  enabled: of?.enabled ?? true,
  ...(of?.exp ? { expires: new Date(of.exp * 1000).toISOString() } : {}),
});
const version = "2023-07-01";

const shape = z.object({
  id: z.string(),
  name: z.string(),
  location: z.string(),
  properties: z.object({
    vaultUri: z.string(),
    enableSoftDelete: z.boolean().nullish(),
    enablePurgeProtection: z.boolean().nullish(),
    enableRbacAuthorization: z.boolean().nullish(),
    enabledForDiskEncryption: z.boolean().nullish(),
    networkAcls: z
      .object({
        defaultAction: z.enum(["Allow", "Deny"]).nullish(),
        virtualNetworkRules: z.array(z.object({ id: z.string() })).nullish(),
      })
      .nullish(),
  }),
});

const vaultOf = ({ id, name, location, properties: of }: z.infer<typeof shape>): Vault => ({
  id,
  name,
  location,
  url: of.vaultUri.replace(/\/+$/, ""),
  // absent means yes since Azure made it compulsory
  softDelete: of.enableSoftDelete ?? true,
  purgeProtection: of.enablePurgeProtection ?? false,
  rbac: of.enableRbacAuthorization ?? false,
  forDisks: of.enabledForDiskEncryption ?? false,
  network: of.networkAcls?.defaultAction ?? "Allow",
  subnets: (of.networkAcls?.virtualNetworkRules ?? []).map((each) => each.id),
});

/** Key Vaults, their management side (learn.microsoft.com/rest/api/keyvault: vaults, keys and secrets of the resource provider). */
export function vaults(http: ArmHttp): VaultsReader {
  const list = async (): Promise<readonly Vault[]> => {
    const path = `/subscriptions/${http.subscription}/providers/Microsoft.KeyVault/vaults`;
    return (await http.list(path, { what: "the key vaults", version }, shape)).map(vaultOf);
  };
  return {
    list,
    findKey: async (vault, name) => {
      const found = await http.find(
        `${vault.id}/keys/${name}`,
        { what: `the key ${name} in ${vault.name}`, version },
        keyShape,
      );
      if (!found) return undefined;
      const { kty, keySize, attributes: life } = found.properties;
      return { name: found.name, type: kty, ...(keySize ? { bits: keySize } : {}), ...lifeOf(life) };
    },
    findSecret: async (vault, name) => {
      const about = { what: `the secret ${name} in ${vault.name}`, version };
      const found = await http.find(`${vault.id}/secrets/${name}`, about, secretShape);
      return found && { name: found.name, ...lifeOf(found.properties.attributes) };
    },
    find: async (nameOrUrl) => {
      const wanted = nameOrUrl.replace(/\/+$/, "").toLowerCase();
      return (await list()).find((each) => each.name.toLowerCase() === wanted || each.url.toLowerCase() === wanted);
    },
  };
}
