import { createHash } from "node:crypto";
import type { Client } from "ssh2";
import { NotSent } from "../core/problems.js";
import type { SshHost } from "./options.js";

const keepaliveMs = 10_000;
/** About a minute of silence is a lost connection. */
const keepaliveCount = 6;

/** The fingerprint OpenSSH prints: `SHA256:` and base64 without padding. */
export const fingerprint = (key: Buffer): string =>
  `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;

/**
 * A signed-in connection. Whatever goes wrong here is NotSent: no script has left. A host key other than the pinned one is never accepted,
 * and is not tried again.
 */
export async function connect(host: SshHost, privateKey: string, timeoutMs: number): Promise<Client> {
  const { Client: Ssh } = (await import("ssh2")).default;
  const client = new Ssh();
  let shown: string | undefined;
  return new Promise((resolve, reject) => {
    const no = (error: Error & { level?: string }): void => {
      client.removeAllListeners();
      // a late error of a connection given up is nobody's
      client.on("error", () => undefined);
      client.end();
      reject(problem(host, error, shown));
    };
    client.once("ready", () => {
      client.removeListener("error", no);
      client.removeListener("close", closed);
      resolve(client);
    });
    const closed = (): void => no(new Error("the connection was closed"));
    client.once("error", no);
    client.once("close", closed);
    try {
      client.connect({
        host: host.address,
        port: host.port ?? 22,
        username: host.user,
        privateKey,
        readyTimeout: timeoutMs,
        keepaliveInterval: keepaliveMs,
        keepaliveCountMax: keepaliveCount,
        hostVerifier: (key: Buffer) => {
          shown = fingerprint(key);
          return shown === host.hostKey;
        },
      });
    } catch (thrown) {
      // a private key that cannot be read throws at once
      no(thrown instanceof Error ? thrown : new Error("the private key could not be used"));
    }
  });
}

function problem(host: SshHost, error: Error & { level?: string }, shown: string | undefined): NotSent {
  const from = `host ${host.name}`;
  if (shown !== undefined && shown !== host.hostKey) {
    return new NotSent(`it shows the host key ${shown}, not the pinned one; nothing was sent`, {
      from,
      code: "hostKey",
      next: "If the machine was reinstalled, put its new fingerprint in the configuration; else somebody is in between.",
    });
  }
  if (error.level === "client-authentication") {
    return new NotSent(`it did not accept the key of ${host.user}`, {
      from,
      code: "login",
      next: "Check the user and the key in the configuration.",
    });
  }
  if (/privateKey|private key/i.test(error.message)) {
    return new NotSent("Sluice's private key for it cannot be read", {
      from,
      code: "login",
      next: "Check the key in the configuration.",
    });
  }
  return new NotSent(`it cannot be reached by SSH (${error.message})`, {
    from,
    retryable: true,
    next: "Nothing was changed.",
    cause: error,
  });
}
