import type { Clock } from "../core/clock.js";
import type { OpenSecret } from "../core/script.js";

/** How Sluice proves to Azure who it is. */
export type AzureCredential =
  /** @azure/identity's own chain: environment, workload identity, managed identity, the tools somebody is signed in to. */
  | { readonly kind: "default" }
  | {
      readonly kind: "managedIdentity";
      /** Of a user-assigned identity; without it the VM's own. */ readonly clientId?: string;
    }
  | {
      readonly kind: "clientSecret";
      readonly clientId: string;
      /** Asked for once, at the first call. */ readonly clientSecret: () => Promise<string>;
    }
  | {
      readonly kind: "workloadIdentity";
      readonly clientId: string;
      /** Path of the federated token. */ readonly tokenFile: string;
    };

export interface AzureOptions {
  readonly tenantId: string;
  readonly subscription: string;
  readonly credential: AzureCredential;
  /** Resource Manager's origin. Default https://management.azure.com. */
  readonly endpoint?: string;
  /** Where tokens come from. Default https://login.microsoftonline.com. One that is not Microsoft's is not looked up at Microsoft. */
  readonly authorityHost?: string;
  /** PEM of the authority that signed the endpoints' certificates, when it is not a public one. */
  readonly ca?: string;
  readonly clock: Clock;
  /** Opens the secrets a script names. Default: there are none. */
  readonly openSecret?: OpenSecret;
  /** Asked before every write to Resource Manager; throws when the caller may act no longer. */
  readonly beforeWrite?: () => Promise<void>;
  /** Longest wait for one HTTP answer. Default 30 s. */
  readonly requestTimeoutMs?: number;
  /** What went wrong without anybody needing to know: a finished run command that could not be deleted. */
  readonly log?: (message: string, facts: Readonly<Record<string, string | number>>) => void;
}

/** One virtual machine. */
export interface VmAddress {
  readonly resourceGroup: string;
  readonly name: string;
}
