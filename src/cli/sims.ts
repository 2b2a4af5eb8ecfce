import { manifest } from "../bot/index.js";
import { complain, say, sayJson, type ExitCode } from "./output.js";

interface SimFlags {
  readonly port: string;
  readonly tls?: boolean;
  readonly world?: string;
  readonly cluster?: string;
  readonly release?: string;
  readonly platform?: string;
  readonly knob?: readonly string[];
  readonly relationships?: string;
  readonly data?: string;
}

/** `sluice sim NAME --port N`: one simulator by itself, until told to stop. */
export async function sim(name: string, flags: SimFlags): Promise<ExitCode> {
  const port = Number(flags.port);
  if (!Number.isInteger(port)) {
    complain(`--port takes a number, not "${flags.port}".`);
    return 2;
  }
  if (!["ontap", "azure", "slack", "bluexp"].includes(name)) {
    complain(`There is no simulator "${name}"; there are ontap, azure, slack and bluexp.`);
    return 2;
  }
  const { OptionError, startOne } = await import("../../sim/worlds/one.js");
  const { cluster, release, platform, knob, relationships, data } = flags;
  const started = await startOne(name as "ontap" | "azure" | "slack" | "bluexp", {
    world: flags.world ?? "epic",
    port,
    tls: flags.tls ?? false,
    ...(cluster === undefined ? {} : { cluster }),
    ...(release === undefined ? {} : { release }),
    ...(platform === undefined ? {} : { platform }),
    ...(knob === undefined ? {} : { knobs: knob }),
    ...(relationships === undefined ? {} : { relationships }),
    ...(data === undefined ? {} : { data }),
  }).catch((error: unknown) => {
    if (!(error instanceof OptionError)) throw error;
    complain(`${error.message}.`);
    return undefined;
  });
  if (!started) return 2;
  say(`listening on ${started.url}`);
  await new Promise<void>((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
  });
  await started.close();
  return 0;
}

/** `sluice manifest [--http URL]`: the Slack app's manifest. */
export function printManifest(flags: { readonly http?: string }): ExitCode {
  sayJson(manifest({ command: "/sluice", ...(flags.http === undefined ? {} : { httpUrl: flags.http }) }));
  return 0;
}
