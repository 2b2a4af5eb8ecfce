import { randomUUID } from "node:crypto";
import type { VirtualMachineRunCommand } from "@azure/arm-compute";
import { InDoubt, NotSent, Rejected } from "../core/problems.js";
import type { OpenSecret, RawOutcome, ScriptCall, ScriptTransport, TicketState } from "../core/script.js";
import type { Clients } from "./clients.js";
import { createCollector, prefix, readPrefix } from "./collect.js";
import type { AzureOptions, VmAddress } from "./options.js";
import { azureProblem, statusOf } from "./problems.js";
import { checkReady, getVm } from "./vm.js";

/** Azure's own limits on a script's parameters. */
const envName = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** How long a machine found ready is taken to be so. */
const readyForMs = 60_000;
/** After a write without an answer: how often, and how far apart, we look whether it arrived. */
const looks = 3;
const lookAgainMs = 2_000;
/** The guest reports an end up to this long after it. */
const graceMs = 120_000;
/** What has run so long may have been cut off, which Azure never hears of; looking costs a run command, so it is not done at every poll. */
const mayBeCutAfterMs = 90_000;
const lookForCutMs = 120_000;

const isFull = (thrown: unknown): boolean =>
  thrown instanceof Rejected && /maximum number of managed Run commands/i.test(thrown.message);
const noSecrets: OpenSecret = (name) =>
  Promise.reject(new NotSent(`the secret ${name} cannot be opened here`, { from: "Sluice" }));

/** Ask soon at first, then no more than the per-VM buckets refill (12 reads a minute). */
function pollAfter(elapsedMs: number): number {
  if (elapsedMs < 20_000) return 2_000;
  return elapsedMs < 120_000 ? 5_000 : 15_000;
}

/**
 * One VM behind managed Run Command (v2). The resource's name is made from the ticket and is looked up before it is created: the service
 * neither refuses nor repeats a name, it kills what runs under it.
 */
export function createRunCommand(
  clients: () => Promise<Clients>,
  options: AzureOptions,
  at: VmAddress,
): ScriptTransport {
  const { clock } = options;
  const openSecret = options.openSecret ?? noSecrets;
  const collector = createCollector(clients, at, clock, options.log ?? (() => undefined));
  let location: string | undefined;
  let readyAt = Number.NEGATIVE_INFINITY;

  const ready = async (): Promise<string> => {
    if (location !== undefined && clock.now() - readyAt < readyForMs) return location;
    const vm = await getVm(clients, at);
    checkReady(vm, at);
    location = vm.location;
    readyAt = clock.now();
    return location;
  };

  const find = async (name: string): Promise<VirtualMachineRunCommand | undefined> => {
    try {
      const { read } = await clients();
      return await read.virtualMachineRunCommands.getByVirtualMachine(at.resourceGroup, at.name, name, {
        expand: "instanceView",
      });
    } catch (thrown) {
      if (statusOf(thrown) === 404) return undefined;
      throw azureProblem(thrown, false, at);
    }
  };

  const put = async (call: ScriptCall, name: string): Promise<void> => {
    const body = await bodyOf(call, await ready(), openSecret);
    const { write } = await clients();
    try {
      await write.virtualMachineRunCommands.createOrUpdate(at.resourceGroup, at.name, name, body).submitted();
    } catch (thrown) {
      readyAt = Number.NEGATIVE_INFINITY;
      throw azureProblem(thrown, true, at);
    }
  };

  /** Creates it; where no answer came, looks whether it arrived before giving up. */
  const create = async (call: ScriptCall, name: string): Promise<void> => {
    await collector.before();
    try {
      await put(call, name).catch(async (thrown: unknown) => {
        if (!isFull(thrown)) throw thrown;
        await collector.makeRoom();
        await put(call, name);
      });
    } catch (thrown) {
      if (!(thrown instanceof InDoubt)) throw thrown;
      for (let look = 0; look < looks; look++) {
        if (look > 0) await clock.sleep(lookAgainMs);
        if ((await find(name).catch(() => undefined)) !== undefined) return;
      }
      throw thrown;
    }
  };

  const state = async (name: string): Promise<TicketState<RawOutcome>> => {
    const found = await find(name);
    return found === undefined ? { state: "absent" } : stateOf(found, clock.now());
  };

  const lookedAt = new Map<string, number>();
  const notTooOften = (ticket: string, now: TicketState<RawOutcome>): TicketState<RawOutcome> => {
    if (now.state !== "running") lookedAt.delete(ticket);
    if (now.state !== "running" || !now.mayBeCut) return now;
    if (clock.now() - (lookedAt.get(ticket) ?? Number.NEGATIVE_INFINITY) < lookForCutMs)
      return { state: "running", pollAfterMs: now.pollAfterMs };
    lookedAt.set(ticket, clock.now());
    return now;
  };

  return {
    host: at.name,
    start: async (call, ticket) => {
      const name = prefix + ticket;
      if ((await find(name)) === undefined) await create(call, name);
    },
    ticket: async (ticket) => notTooOften(ticket, await state(prefix + ticket)),
    read: async (call) => {
      const name = `${readPrefix}${call.name}-${randomUUID().slice(0, 13)}`;
      await create(call, name);
      const until = clock.now() + call.timeoutMs + graceMs;
      for (let wait = 1_000; ;) {
        await clock.sleep(wait);
        const now = await state(name).catch((thrown: unknown) => later(thrown));
        if (now.state === "ended") return now.outcome;
        if (now.state !== "running" || clock.now() > until) {
          throw new NotSent(
            `${at.name} did not answer the ${call.name} script${now.state === "lost" ? ` (${now.why})` : ""}`,
            { from: "Azure", retryable: true },
          );
        }
        wait = now.pollAfterMs;
      }
    },
  };
}

/** A throttled or unlucky look is taken again, no sooner than asked. */
function later(thrown: unknown): TicketState<RawOutcome> {
  if (thrown instanceof NotSent && thrown.retryable)
    return { state: "running", pollAfterMs: thrown.retryAfterMs ?? 5_000 };
  throw thrown;
}

async function bodyOf(call: ScriptCall, location: string, openSecret: OpenSecret): Promise<VirtualMachineRunCommand> {
  const bad = [...Object.keys(call.env), ...Object.keys(call.secrets)].find((name) => !envName.test(name));
  if (bad !== undefined) throw new TypeError(`${bad} is not a name of an environment variable`);
  const secrets = await Promise.all(
    Object.entries(call.secrets).map(async ([name, { $secret }]) => ({ name, value: await openSecret($secret) })),
  );
  return {
    location,
    source: { script: call.script },
    // named ones arrive as environment variables; unnamed ones would be appended to a shell command as they are
    parameters: Object.entries(call.env).map(([name, value]) => ({ name, value })),
    ...(secrets.length === 0 ? {} : { protectedParameters: secrets }),
    asyncExecution: true,
    timeoutInSeconds: Math.ceil(call.timeoutMs / 1000),
  };
}

/** Reads a run command resource. Linux guests report a script killed at its time-out as Failed with exit -1. */
export function stateOf(command: VirtualMachineRunCommand, now: number): TicketState<RawOutcome> {
  const view = command.instanceView;
  const timeoutMs = (command.timeoutInSeconds ?? 5_400) * 1000;
  const execution = view?.executionState;
  if (execution === "Succeeded" || execution === "Failed") {
    const exitCode = view?.exitCode ?? (execution === "Succeeded" ? 0 : -1);
    if (exitCode === -1) return { state: "lost", why: "the script was cut off at its time-out" };
    return { state: "ended", outcome: { exitCode, stdout: view?.output ?? "", stderr: view?.error ?? "" } };
  }
  if (execution === "TimedOut" || execution === "Canceled")
    return { state: "lost", why: `Azure says the script was ${execution === "Canceled" ? "cancelled" : "timed out"}` };
  if (command.provisioningState === "Failed" || command.provisioningState === "Canceled") {
    return { state: "lost", why: "Azure could not reach the guest agent" };
  }
  const elapsedMs = view?.startTime === undefined ? 0 : now - view.startTime.getTime();
  // a reboot in the middle leaves "Running" standing for ever; a host that cannot be asked either is given up so
  if (elapsedMs > timeoutMs + graceMs)
    return { state: "lost", why: "it is long past its time and Azure still shows it as running" };
  const mayBeCut = elapsedMs > mayBeCutAfterMs ? ({ mayBeCut: true } as const) : {};
  return { state: "running", pollAfterMs: pollAfter(elapsedMs), ...mayBeCut };
}
