import type { AzureReader } from "../azure/index.js";
import type { KeyVaultConfig } from "../config/types.js";
import type { SecretLife } from "../core/key-vault.js";

/** When the secret of a key vault ends, as Azure shows it; undefined: there is no such vault or secret. Throws a Refusal without an azure section, and what Azure throws. */
export async function secretLife(
  azure: () => AzureReader,
  { url, secretName }: KeyVaultConfig,
): Promise<SecretLife | undefined> {
  const { vaults } = azure();
  const vault = await vaults.find(url);
  return vault && vaults.findSecret(vault, secretName);
}
