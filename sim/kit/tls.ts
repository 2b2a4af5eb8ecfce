import { randomBytes } from "node:crypto";
import { link, mkdir, readFile, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { generate } from "selfsigned";

/** A certificate authority made for simulators; nothing outside this machine trusts it. */
export interface Ca {
  readonly certPem: string;
  readonly keyPem: string;
}

export interface CertAndKey {
  readonly key: string;
  readonly cert: string;
}

const DAY_MS = 86_400_000;
const validity = { notBeforeDate: new Date(Date.now() - DAY_MS), notAfterDate: new Date(Date.now() + 365 * DAY_MS) };
const elliptic = { keyType: "ec", algorithm: "sha256", ...validity } as const;

let ofThisProcess: Promise<Ca> | undefined;
const ofFolder = new Map<string, Promise<Ca>>();
const certOf = new Map<string, Promise<CertAndKey>>();

/** The CA of this process, or the one kept in `folder` (made there if missing), which several processes can share. */
export function simCa(folder?: string): Promise<Ca> {
  if (folder === undefined) return (ofThisProcess ??= makeCa());
  const known = ofFolder.get(folder);
  if (known) return known;
  const made = sharedCa(folder);
  ofFolder.set(folder, made);
  return made;
}

/** A server certificate for localhost, 127.0.0.1 and ::1, signed by `ca` (default: this process's). One per CA, made on first use. */
export async function serverCert(ca?: Ca): Promise<CertAndKey> {
  const signer = ca ?? (await simCa());
  const known = certOf.get(signer.certPem);
  if (known) return known;
  const made = issue(signer, "localhost", "server");
  certOf.set(signer.certPem, made);
  return made;
}

/** A client certificate with that common name, for logins by certificate. */
export async function clientCert(commonName: string, ca?: Ca): Promise<CertAndKey> {
  return issue(ca ?? (await simCa()), commonName, "client");
}

async function issue(ca: Ca, commonName: string, use: "server" | "client"): Promise<CertAndKey> {
  const made = await generate([{ name: "commonName", value: commonName }], {
    ...elliptic,
    ca: { key: ca.keyPem, cert: ca.certPem },
    extensions: [
      { name: "basicConstraints", cA: false },
      { name: "keyUsage", digitalSignature: true, critical: true },
      { name: "extKeyUsage", serverAuth: use === "server", clientAuth: use === "client" },
      ...(use === "server"
        ? [
            {
              name: "subjectAltName" as const,
              altNames: [
                { type: 2 as const, value: "localhost" },
                { type: 7 as const, ip: "127.0.0.1" },
                { type: 7 as const, ip: "::1" },
              ],
            },
          ]
        : []),
    ],
  });
  return { key: made.private, cert: made.cert };
}

async function makeCa(): Promise<Ca> {
  // The name is unique: two CAs with one name and different keys confuse OpenSSL's chain building.
  const made = await generate([{ name: "commonName", value: `Simulator CA ${randomBytes(4).toString("hex")}` }], {
    ...elliptic,
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  return { certPem: made.cert, keyPem: made.private };
}

/** Two processes may come at once: the first whose link() lands wins, the other reads the winner's file. */
async function sharedCa(folder: string): Promise<Ca> {
  const file = join(folder, "simulator-ca.json");
  const read = async (): Promise<Ca> => JSON.parse(await readFile(file, "utf8")) as Ca;
  await mkdir(folder, { recursive: true });
  try {
    return await read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  const mine = await makeCa();
  const draft = `${file}.${process.pid}.${randomBytes(4).toString("hex")}`;
  await writeFile(draft, JSON.stringify(mine), { mode: 0o600 });
  try {
    await link(draft, file);
    return mine;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return await read();
  } finally {
    await unlink(draft);
  }
}
