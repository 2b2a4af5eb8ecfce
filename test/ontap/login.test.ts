import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { afterEach, expect, test } from "@jest/globals";
import { pino } from "pino";
import { clientCert, serverCert, simCa } from "../../sim/kit/tls.js";
import { loadConfig } from "../../src/config/load.js";
import { resolveSecrets } from "../../src/config/secrets.js";
import type { ClusterLogin, Config } from "../../src/config/types.js";
import { createFarEnds } from "../../src/farEnds.js";
import type { OntapClient } from "../../src/ontap/index.js";
import { JumpClock } from "../support/clock.js";
import { FarEnd } from "../support/far-end.js";

/** From the configuration to the array: the certificate behind a reference is the one the array sees. */
const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

const certificates = new URL("./certificates/", import.meta.url).pathname;
/** Self-signed, as Azure Large Instances has it: the array has it as its client-ca itself. Made to last a century; passphrase below. */
const p12 = join(certificates, "svc-sluice.p12");
const passphrase = "open-sesame";

async function arrayThatAsksForOne(): Promise<{ far: FarEnd; seen: string[]; ca: string }> {
  const { certPem } = await simCa();
  const own = await readFile(join(certificates, "svc-sluice.pem"), "utf8");
  const tls = { ...(await serverCert()), ca: [certPem, own], requestCert: true, rejectUnauthorized: true };
  const far = await FarEnd.listen([{ status: 200, body: { records: [], num_records: 0 } }], tls);
  open.push(() => far.close());
  const seen: string[] = [];
  far.onCall = (request) => seen.push(String((request.socket as TLSSocket).getPeerCertificate().subject.CN));
  return { far, seen, ca: certPem };
}

async function configured(login: ClusterLogin, env: Record<string, string>) {
  const { far, seen, ca } = await arrayThatAsksForOne();
  const epic = await loadConfig({ file: "config/epic.yaml", env: {} });
  const cluster = { ...epic.clusters[0]!, name: "array", url: far.url, ca, login };
  const config: Config = { ...epic, clusters: [cluster] };
  const secrets = await resolveSecrets(config, { env: (name) => env[name] ?? "unused" });
  const farEnds = createFarEnds({
    config,
    secrets,
    clock: new JumpClock(),
    log: pino({ level: "silent" }),
    beforeWrite: () => Promise.resolve(),
  });
  open.push(() => farEnds.close());
  return { ontap: farEnds.ontap("array") as OntapClient, far, seen };
}

test("a PKCS#12 file with a passphrase logs in, and the call says which program made it", async () => {
  const { ontap, far, seen } = await configured({ pkcs12: { file: p12 }, passphrase: { env: "P" } }, { P: passphrase });
  expect(await ontap.volumes.list()).toEqual([]);
  expect(seen).toEqual(["svc-sluice"]);
  const { version } = JSON.parse(await readFile("package.json", "utf8")) as { version: string };
  expect(far.arrived[0]?.headers["x-dot-client-app"]).toBe(`sluice/${version}`);
  expect(far.arrived[0]?.headers.authorization).toBeUndefined();
});

test("so does one in base64, as the environment and Azure Key Vault carry it", async () => {
  const env = { C: (await readFile(p12)).toString("base64"), P: passphrase };
  const { ontap, seen } = await configured({ pkcs12: { env: "C" }, passphrase: { env: "P" } }, env);
  expect(await ontap.volumes.list()).toEqual([]);
  expect(seen).toEqual(["svc-sluice"]);
});

test("so do certificate and key in PEM", async () => {
  const { cert, key } = await clientCert("svc-pem");
  const folder = await mkdtemp(join(tmpdir(), "sluice-login-"));
  open.push(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, "key.pem"), key);
  const login = { certificate: { env: "C" }, key: { file: join(folder, "key.pem") } };
  const { ontap, seen } = await configured(login, { C: cert });
  expect(await ontap.volumes.list()).toEqual([]);
  expect(seen).toEqual(["svc-pem"]);
});

test("a wrong passphrase is not sent, and not repeated in the message", async () => {
  const login = { pkcs12: { file: p12 }, passphrase: { env: "P" } };
  const { ontap, far } = await configured(login, { P: "not-this-one" });
  const problem = await ontap.volumes.delete("v", { force: true }).catch((error: unknown) => error);
  expect(problem).toMatchObject({ kind: "notSent" });
  expect(String((problem as Error).message)).not.toContain("not-this-one");
  expect(far.arrived).toEqual([]);
});
