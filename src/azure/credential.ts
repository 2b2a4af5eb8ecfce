import type { TokenCredential } from "@azure/identity";
import { NotSent, Problem } from "../core/problems.js";
import type { AzureOptions } from "./options.js";

const microsoft =
  /^https:\/\/login\.(microsoftonline\.com|microsoftonline\.us|partner\.microsoftonline\.cn|chinacloudapi\.cn)\/?$/;

/** The credential the options name. A login that fails is NotSent: the call it was for never left. */
export async function createCredential(options: AzureOptions): Promise<TokenCredential> {
  const made = await create(options);
  return {
    getToken: async (scopes, asked) => {
      try {
        return await made.getToken(scopes, asked);
      } catch (cause) {
        if (cause instanceof Problem) throw cause;
        throw new NotSent(`Sluice could not sign in: ${firstLine(cause)}`, {
          from: "Azure",
          code: "login",
          next: "Check the credential in the configuration and that this machine reaches the login endpoint.",
          cause,
        });
      }
    },
  };
}

/** The same, made once at the first call and shared by every client. */
export function lazyCredential(options: AzureOptions): () => Promise<TokenCredential> {
  let made: Promise<TokenCredential> | undefined;
  return () => {
    made ??= createCredential(options).catch((thrown: unknown) => {
      made = undefined;
      throw thrown;
    });
    return made;
  };
}

const firstLine = (thrown: unknown): string =>
  (thrown instanceof Error ? thrown.message : String(thrown)).split(/\r?\n/, 1)[0]?.slice(0, 300) ?? "";

async function create({ tenantId, credential, authorityHost, ca }: AzureOptions): Promise<TokenCredential> {
  const identity = await import("@azure/identity");
  const options = {
    ...(authorityHost === undefined ? {} : { authorityHost, disableInstanceDiscovery: !microsoft.test(authorityHost) }),
    ...(ca === undefined ? {} : { tlsOptions: { ca } }),
  };
  switch (credential.kind) {
    case "default":
      return new identity.DefaultAzureCredential({ ...options, tenantId });
    case "managedIdentity":
      return credential.clientId === undefined
        ? new identity.ManagedIdentityCredential()
        : new identity.ManagedIdentityCredential({ clientId: credential.clientId });
    case "clientSecret":
      return new identity.ClientSecretCredential(
        tenantId,
        credential.clientId,
        await credential.clientSecret(),
        options,
      );
    case "workloadIdentity":
      return new identity.WorkloadIdentityCredential({
        ...options,
        tenantId,
        clientId: credential.clientId,
        tokenFilePath: credential.tokenFile,
      });
  }
}
