import type { SimReply, SimRequest } from "../kit/http.js";
import type { Identity } from "./identity.js";
import { ArmError, type AzureKnobs } from "./types.js";

const SECRET = /^\/secrets\/([0-9A-Za-z-]{1,127})(?:\/([0-9A-Za-z]*))?\/?$/;

/** Key Vault: `GET /secrets/{name}`. The first call comes without a token and is answered with a challenge, as there. */
export function vault(
  request: SimRequest,
  origin: string,
  identity: Identity,
  tenant: string,
  knobs: AzureKnobs,
): SimReply | undefined {
  const name = SECRET.exec(request.path)?.[1];
  if (name === undefined || request.method !== "GET") return undefined;
  if (!identity.accepts(request, /^https:\/\/vault\.azure\.net$/)) {
    return {
      status: 401,
      headers: { "WWW-Authenticate": `Bearer authorization="${origin}/${tenant}", resource="https://vault.azure.net"` },
      body: { error: { code: "Unauthorized", message: "AKV10000: Request is missing a Bearer or PoP token." } },
    };
  }
  const value = knobs.secrets[name];
  if (value === undefined)
    throw new ArmError(404, "SecretNotFound", `A secret with (name/id) ${name} was not found in this key vault.`);
  return {
    status: 200,
    body: {
      value,
      id: `${origin}/secrets/${name}/0123456789abcdef0123456789abcdef`,
      attributes: { enabled: true, recoveryLevel: "Recoverable+Purgeable" },
    },
  };
}
