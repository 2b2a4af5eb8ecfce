import { randomBytes } from "node:crypto";
import type { SimReply, SimRequest } from "../kit/http.js";
import type { WorldBluexp } from "../worlds/types.js";
import type { BluexpKnobs } from "./types.js";

/** The client id everybody's refresh token is exchanged with (reference C1). */
const EVERYBODY = "Mu0V1ywgYteI6w1MbD15fKfVIUrNXGWC";
const AUDIENCE = "https://api.cloud.netapp.com";
/** BlueXP's own endpoint, and that of the login service behind it. */
const PATHS: readonly string[] = ["/auth/oauth/token", "/oauth/token"];

/** Tokens for a service account, or for a person's refresh token. They live by the wall clock. */
export class Tokens {
  private readonly issued = new Map<string, number>();

  constructor(
    private readonly account: WorldBluexp,
    private readonly knobs: BluexpKnobs,
  ) {}

  secrets(): string[] {
    return [this.account.clientSecret, this.account.refreshToken, ...this.issued.keys()];
  }

  revoke(): void {
    this.issued.clear();
  }

  /** undefined: not a path of this room. */
  answer(request: SimRequest): SimReply | undefined {
    if (!PATHS.includes(request.path) || request.method !== "POST") return undefined;
    let body: Record<string, unknown>;
    try {
      body = JSON.parse(request.body.toString("utf8")) as Record<string, unknown>;
    } catch {
      return refuse(400, "invalid_request", "Missing required parameter: grant_type");
    }
    if (body["audience"] !== AUDIENCE)
      return refuse(403, "access_denied", `Service not enabled within domain: ${String(body["audience"])}`);
    if (body["grant_type"] === "client_credentials") {
      const { clientId, clientSecret } = this.account;
      const good = body["client_id"] === clientId && body["client_secret"] === clientSecret;
      return good ? this.give() : refuse(401, "access_denied", "Unauthorized");
    }
    if (body["grant_type"] !== "refresh_token")
      return refuse(
        403,
        "unauthorized_client",
        `Grant type '${String(body["grant_type"])}' not allowed for the client.`,
      );
    const good = body["client_id"] === EVERYBODY && body["refresh_token"] === this.account.refreshToken;
    return good ? this.give() : refuse(403, "invalid_grant", "Unknown or invalid refresh token.");
  }

  accepts(request: SimRequest): boolean {
    const token = (request.headers.authorization ?? "").replace(/^Bearer /, "");
    return (this.issued.get(token) ?? 0) > Date.now();
  }

  private give(): SimReply {
    const token = `eyJ0eXAiOiJKV1Qi.${randomBytes(24).toString("base64url")}.bluexp`;
    this.issued.set(token, Date.now() + this.knobs.tokenSeconds * 1000);
    return {
      status: 200,
      body: { access_token: token, scope: "openid profile", expires_in: this.knobs.tokenSeconds, token_type: "Bearer" },
    };
  }
}

const refuse = (status: number, error: string, error_description: string): SimReply => ({
  status,
  body: { error, error_description },
});
