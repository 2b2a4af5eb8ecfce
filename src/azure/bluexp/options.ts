import type { Clock } from "../../core/clock.js";
import type { OpenSecret } from "../../core/script.js";

/** How Sluice signs in to BlueXP. */
export type BluexpLogin =
  | { readonly kind: "serviceAccount"; readonly clientId: string; readonly secret: () => Promise<string> }
  /** A person's; see services.cloud.netapp.com/refresh-token. */
  | { readonly kind: "refreshToken"; readonly token: () => Promise<string> };

export interface BluexpOptions {
  /** `account-XXXXXXXX` */
  readonly account: string;
  readonly login: BluexpLogin;
  /** Default https://api.bluexp.netapp.com. */
  readonly url?: string;
  /** Default `<url>/auth/oauth/token`; the login service's own is https://netapp-cloud-account.auth0.com/oauth/token. */
  readonly tokenUrl?: string;
  /** PEM of the authority that signed the endpoints' certificates, when it is not a public one. */
  readonly ca?: string;
  readonly clock: Clock;
  /** Opens the secrets a call names. Default: there are none. */
  readonly openSecret?: OpenSecret;
  /** Asked before every write; throws when the caller may act no longer. */
  readonly beforeWrite?: () => Promise<void>;
  /** Longest wait for one HTTP answer. Default 30 s. */
  readonly requestTimeoutMs?: number;
}
