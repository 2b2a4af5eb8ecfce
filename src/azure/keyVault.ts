import type { TokenCredential } from "@azure/identity";
import { NotSent, Problem, Rejected } from "../core/problems.js";
import { bounded } from "./clients.js";
import type { AzureOptions } from "./options.js";
import { statusOf } from "./problems.js";

export interface SecretAddress {
  /** `https://<vault>.vault.azure.net` */
  readonly vault: string;
  readonly name: string;
  /** Default: the newest. */
  readonly version?: string;
}

/** Reads one secret. Throws Rejected when there is none or no right to it, NotSent when the vault cannot be reached. The value is in no message. */
export async function readSecret(
  credential: () => Promise<TokenCredential>,
  options: AzureOptions,
  at: SecretAddress,
): Promise<string> {
  try {
    const { SecretClient } = await import("@azure/keyvault-secrets");
    const vault = new SecretClient(at.vault, await credential(), {
      ...(options.ca === undefined ? {} : { tlsOptions: { ca: options.ca } }),
      ...bounded(options),
      retryOptions: { maxRetries: 1 },
      // a vault that is not Microsoft's cannot pass the SDK's check of its domain
      disableChallengeResourceVerification: !/\.vault\.(azure\.net|usgovcloudapi\.net|azure\.cn)\/?$/.test(at.vault),
    });
    const secret = await vault.getSecret(at.name, at.version === undefined ? {} : { version: at.version });
    if (secret.value === undefined)
      throw new Rejected(`the secret ${at.name} in ${at.vault} is empty`, { from: "Key Vault" });
    return secret.value;
  } catch (thrown) {
    throw vaultProblem(thrown, at);
  }
}

function vaultProblem(thrown: unknown, at: SecretAddress): Problem {
  if (thrown instanceof Problem) return thrown;
  const fields = { from: "Key Vault", cause: thrown };
  switch (statusOf(thrown)) {
    case 401:
    case 403:
      return new Rejected(`Sluice may not read the secret ${at.name} in ${at.vault}`, {
        ...fields,
        next: "Give its identity the role Key Vault Secrets User there.",
      });
    case 404:
      return new Rejected(`there is no secret ${at.name} in ${at.vault}`, {
        ...fields,
        next: "Check the reference in the configuration.",
      });
    case 429:
      return new NotSent(`${at.vault} asks us to slow down`, { ...fields, retryable: true, retryAfterMs: 10_000 });
    default:
      return new NotSent(`${at.vault} could not be read`, { ...fields, retryable: true });
  }
}
