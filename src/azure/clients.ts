import type { ComputeManagementClient, ComputeManagementClientOptionalParams } from "@azure/arm-compute";
import type { TokenCredential } from "@azure/identity";
import type { AzureOptions } from "./options.js";

export interface Clients {
  /** For reads: a lost connection or a 5xx is tried again by the SDK. */
  readonly read: ComputeManagementClient;
  /** For writes: sent once, whatever happens. The SDK's retries would send a POST or PUT again that the far end had already taken. */
  readonly write: ComputeManagementClient;
  readonly credential: TokenCredential;
}

const defaultTimeoutMs = 30_000;
/** The SDK asks for a token of the public cloud whatever the endpoint. */
const sovereign = /\.(usgovcloudapi\.net|chinacloudapi\.cn)\/?$/;

/** Makes both clients once, at the first call: the SDK costs tens of megabytes. */
export function lazyClients(options: AzureOptions, credential: () => Promise<TokenCredential>): () => Promise<Clients> {
  let made: Promise<Clients> | undefined;
  return () => {
    made ??= create(options, credential).catch((thrown: unknown) => {
      made = undefined;
      throw thrown;
    });
    return made;
  };
}

async function create(options: AzureOptions, signIn: () => Promise<TokenCredential>): Promise<Clients> {
  const credential = await signIn();
  const { ComputeManagementClient: Client } = await import("@azure/arm-compute");
  const client = (maxRetries: number): ComputeManagementClient =>
    new Client(credential, options.subscription, {
      ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
      ...(options.endpoint !== undefined && sovereign.test(options.endpoint)
        ? { credentials: { scopes: [`${options.endpoint}/.default`] } }
        : {}),
      ...(options.ca === undefined ? {} : { tlsOptions: { ca: options.ca } }),
      retryOptions: { maxRetries },
      ...bounded(options),
    });
  return { read: client(2), write: client(0), credential };
}

/** Client options that end every HTTP call in time: the SDK by itself waits without end for a server that never answers. */
export function bounded(options: AzureOptions): Pick<ComputeManagementClientOptionalParams, "additionalPolicies"> {
  const timeout = options.requestTimeoutMs ?? defaultTimeoutMs;
  return {
    additionalPolicies: [
      {
        position: "perCall",
        policy: {
          name: "sluiceTimeout",
          sendRequest: (request, next) => {
            request.timeout = timeout;
            return next(request);
          },
        },
      },
    ],
  };
}
