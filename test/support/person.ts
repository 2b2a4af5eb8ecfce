import { Agent, fetch } from "undici";
import { Conflict } from "../../src/core/journal.js";
import type { RunView, StepView } from "../../src/core/fold.js";
import type { RunId } from "../../src/core/ids.js";
import { derived } from "../../src/core/derived.js";
import { simCa } from "../../sim/kit/tls.js";
import { testKey, type TestEngine } from "./engine.js";
import type { TestWorld } from "./world.js";

/** Calls a person made: no write of the product's. */
const byPerson = new WeakSet<object>();
export const isByPerson = (call: object): boolean => byPerson.has(call);

interface TypedCall {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
}

/** The REST calls of a hand-off's text, read as a person would: `METHOD /api/path`, and the body in the lines after it. */
export function callsIn(text: string): TypedCall[] {
  const rest = text.slice(text.indexOf("Or REST:\n") + "Or REST:\n".length);
  const calls: { method: string; path: string; body?: string }[] = [];
  for (const line of rest.split("\n")) {
    const [, method, path] = /^(GET|POST|PATCH|DELETE) (\/api\/\S+)$/.exec(line) ?? [];
    const last = calls.at(-1);
    if (method !== undefined && path !== undefined) calls.push({ method, path });
    else if (line.trim() !== "" && last) last.body = `${last.body ?? ""}${line}`;
    else if (line.trim() !== "") throw new Error(`this is no call: ${line}`);
  }
  return calls;
}

/** Types what the card says into the cluster, as its administrator. What is there already, or gone, is no reason to stop. */
async function type(world: TestWorld, cluster: string, text: string, passphrase: string): Promise<void> {
  const url = world.config.clusters.find((each) => each.name === cluster)?.url ?? "";
  const dispatcher = new Agent({ connect: { ca: (await simCa()).certPem }, pipelining: 0 });
  try {
    let uuid: string | undefined;
    for (const call of callsIn(text)) {
      if (call.path.includes("{uuid}") && uuid === undefined) continue;
      const answer = await send(world, cluster, dispatcher, `${url}${call.path.replace("{uuid}", uuid ?? "")}`, {
        ...call,
        ...(call.body === undefined
          ? {}
          : { body: call.body.replace("<passphrase>", passphrase).replace("<the client secret>", "value of nve") }),
      });
      if (call.method === "GET") uuid = (answer as { records?: { uuid?: string }[] }).records?.[0]?.uuid;
    }
  } finally {
    await dispatcher.close();
  }
}

/** A person whose call failed on the way calls once more. */
async function send(
  world: TestWorld,
  cluster: string,
  dispatcher: Agent,
  url: string,
  { method, body }: TypedCall,
): Promise<unknown> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const headers = { authorization: `Basic ${Buffer.from("admin:netapp1!").toString("base64")}` };
      const answer = await fetch(url, { method, headers, dispatcher, ...(body === undefined ? {} : { body }) });
      const said = (await answer.json().catch(() => ({}))) as { error?: { code: string; message: string } };
      if (answer.ok || attempt === 3 || isKnown(said.error?.code)) return said;
    } catch (error) {
      if (attempt === 3) throw error;
    } finally {
      const last = world.fabric.calls(cluster).at(-1);
      if (last) byPerson.add(last);
    }
  }
}

/** There already: the call before had arrived. */
const isKnown = (code: string | undefined): boolean =>
  ["1", "4", "1377261", "1966140", "1376963", "1966345", "4653075"].includes(code ?? "");

interface NicWanted {
  readonly cluster: string;
  readonly node: string;
  readonly port: string;
  readonly address: string;
}
/** Stops the node's machine, attaches the NIC and starts it, as the text on the card says. */
const attach = (world: TestWorld, { cluster, ...nic }: NicWanted): void => world.fabric.attachNic(cluster, nic);

const waiting = (view: RunView): StepView | undefined =>
  view.outcome
    ? undefined
    : view.steps.find(
        (step) =>
          (step.phase === "held" && step.held?.why === "handOff") ||
          (step.phase === "doubted" && step.planned.by !== "sluice"),
      );

/** Steps of the longest chain by hand, each asked for twice; more is a step whose probe never sees what was done. */
const patience = 60;

/**
 * Turns a run until nothing is left to do for workers or for the person who may do what our login may not: that one types the text from the
 * card into the cluster and presses Done, and gives their word where the product cannot look.
 */
export async function driveWithPerson(world: TestWorld, engine: TestEngine, run: RunId): Promise<RunView> {
  let view = await engine.drive(run);
  let rounds = 0;
  for (let step = waiting(view); step; step = waiting(view)) {
    const id = step.planned.id;
    rounds += 1;
    if (rounds > patience) throw new Error(`asked again and again: ${JSON.stringify(step)}`);
    if (step.phase === "held") {
      const { text = "" } = (step.held?.detail ?? {}) as { text?: string };
      const given = step.planned.input as { cluster?: string; maps?: readonly { cluster: string }[] };
      const cluster = given.cluster ?? given.maps?.[0]?.cluster ?? "";
      if (step.planned.uses === "attachNic") attach(world, step.planned.input as unknown as NicWanted);
      else await type(world, cluster, text, derived(testKey, view.id, "cluster-peering"));
    }
    const event =
      step.phase === "held"
        ? ({ type: "triedAgain", step: id } as const)
        : ({ type: "answered", step: id, answer: "happened", reason: "I have seen it" } as const);
    await engine.append(view.id, event).catch((error: unknown) => {
      if (!(error instanceof Conflict)) throw error;
    });
    view = await engine.drive(run);
  }
  return view;
}
