import type { OpenSecret, SecretRef } from "../core/script.js";

/** One bare-metal host reached by SSH. */
export interface SshHost {
  /** Its name in the inventory. */
  readonly name: string;
  readonly address: string;
  /** Default 22. */
  readonly port?: number;
  readonly user: string;
  /** The pinned host key: `SHA256:…`, as `ssh-keygen -lf` prints it. There is no trust on first use. */
  readonly hostKey: string;
  /** The private key (PEM or OpenSSH), by name. */
  readonly privateKey: SecretRef;
  /** Not root: scripts run by `sudo -n`. */
  readonly sudo?: boolean;
}

export interface SshOptions {
  readonly openSecret: OpenSecret;
  /** Longest wait for connection and login. Default 15 s. */
  readonly connectTimeoutMs?: number;
  /** Longest wait for a script's sign that it has begun. Default 30 s. */
  readonly acceptTimeoutMs?: number;
}
