import { randomBytes } from "node:crypto";
import type { SimReply, SimRequest } from "../kit/http.js";
import type { World } from "../worlds/types.js";
import type { AzureKnobs } from "./types.js";

interface Token {
  readonly audience: string;
  readonly expiresAt: number;
}

const OPENID = /^\/([^/]+)\/(?:v2\.0\/)?\.well-known\/openid-configuration$/;
const TOKEN = /^\/([^/]+)\/oauth2\/(?:v2\.0\/)?token$/;
const IMDS = /^\/metadata\/identity\/oauth2\/token\/?$/;

/**
 * Entra ID for one application, and the managed identity of the machine the product runs on. Tokens live by the wall clock, for the
 * libraries that cache them know no other.
 */
export class Identity {
  private readonly tokens = new Map<string, Token>();

  constructor(
    private readonly azure: World["azure"],
    private readonly knobs: AzureKnobs,
  ) {}

  /** Every token given out, to be blanked in logs. */
  issued(): string[] {
    return [...this.tokens.keys()];
  }

  /** undefined: not a path of this room. */
  answer(request: SimRequest, origin: string): SimReply | undefined {
    const config = OPENID.exec(request.path);
    if (config && request.method === "GET") return this.configuration(config[1] ?? "", origin);
    const token = TOKEN.exec(request.path);
    if (token && request.method === "POST")
      return this.grant(token[1] ?? "", new URLSearchParams(request.body.toString("utf8")));
    if (IMDS.test(request.path)) return this.managedIdentity(request);
    if (request.path === "/common/discovery/instance")
      return {
        status: 200,
        body: {
          tenant_discovery_endpoint: `${origin}/${this.azure.tenant}/v2.0/.well-known/openid-configuration`,
          metadata: [],
        },
      };
    if (request.path.endsWith("/discovery/v2.0/keys")) return { status: 200, body: { keys: [] } };
    return undefined;
  }

  private configuration(tenant: string, origin: string): SimReply {
    if (!this.isTenant(tenant)) return refuse(400, "invalid_tenant", `AADSTS90002: Tenant '${tenant}' not found.`);
    const base = `${origin}/${tenant}`;
    return {
      status: 200,
      body: {
        token_endpoint: `${base}/oauth2/v2.0/token`,
        authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
        device_authorization_endpoint: `${base}/oauth2/v2.0/devicecode`,
        end_session_endpoint: `${base}/oauth2/v2.0/logout`,
        jwks_uri: `${base}/discovery/v2.0/keys`,
        issuer: `${base}/v2.0`,
        tenant_region_scope: "NA",
        cloud_instance_name: new URL(origin).host,
        response_types_supported: ["code", "id_token"],
        subject_types_supported: ["pairwise"],
        id_token_signing_alg_values_supported: ["RS256"],
        token_endpoint_auth_methods_supported: ["client_secret_post", "private_key_jwt", "client_secret_basic"],
      },
    };
  }

  private grant(tenant: string, form: URLSearchParams): SimReply {
    const { clientId, clientSecret } = this.azure;
    if (!this.isTenant(tenant))
      return refuse(
        400,
        "invalid_request",
        `AADSTS90002: Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID.`,
      );
    if (form.get("grant_type") !== "client_credentials")
      return refuse(400, "unsupported_grant_type", "AADSTS70003: The app requested an unsupported grant type.");
    if (form.get("client_id") !== clientId)
      return refuse(
        400,
        "unauthorized_client",
        `AADSTS700016: Application with identifier '${form.get("client_id")}' was not found in the directory.`,
      );
    if (form.get("client_secret") !== clientSecret)
      return refuse(
        401,
        "invalid_client",
        "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID.",
      );
    const scope = form.get("scope")?.split(" ")[0] ?? "";
    return {
      status: 200,
      body: {
        token_type: "Bearer",
        expires_in: this.knobs.tokenSeconds,
        ext_expires_in: this.knobs.tokenSeconds,
        access_token: this.issue(scope.replace(/\/\.default$/, "")),
      },
    };
  }

  private managedIdentity(request: SimRequest): SimReply {
    if (request.headers["metadata"] !== "true")
      return {
        status: 400,
        body: { error: "invalid_request", error_description: "Required metadata header not specified" },
      };
    const resource = request.query.get("resource") ?? "";
    const token = this.issue(resource.replace(/\/$/, ""));
    const expires = Math.floor(Date.now() / 1000) + this.knobs.tokenSeconds;
    return {
      status: 200,
      body: {
        access_token: token,
        client_id: this.azure.clientId,
        expires_in: String(this.knobs.tokenSeconds),
        expires_on: String(expires),
        resource,
        token_type: "Bearer",
      },
    };
  }

  private issue(audience: string): string {
    const token = `eyJ0eXAiOiJKV1QiLCJhbGciOiJub25lIn0.${randomBytes(24).toString("base64url")}.sim`;
    this.tokens.set(token, { audience, expiresAt: Date.now() + this.knobs.tokenSeconds * 1000 });
    return token;
  }

  /** Does this call carry a token for that audience? */
  accepts(request: SimRequest, audience: RegExp): boolean {
    const token = this.tokens.get((request.headers.authorization ?? "").replace(/^Bearer /, ""));
    return token !== undefined && token.expiresAt > Date.now() && audience.test(token.audience);
  }

  /** Every token given out so far is refused from now on, as after a revocation. */
  revoke(): void {
    this.tokens.clear();
  }

  private isTenant(tenant: string): boolean {
    return tenant.toLowerCase() === this.azure.tenant;
  }
}

const refuse = (status: number, error: string, error_description: string): SimReply => ({
  status,
  body: { error, error_description, error_codes: [], correlation_id: "00000000-0000-4000-8000-000000000000" },
});
