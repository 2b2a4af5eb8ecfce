import type { VirtualMachineRunCommand } from "@azure/arm-compute";
import type { Clock } from "../core/clock.js";
import type { Clients } from "./clients.js";
import type { AzureOptions, VmAddress } from "./options.js";

/** Names of ours at Azure. Nothing that does not begin so is ever deleted. */
export const prefix = "sluice-";
export const readPrefix = "sluice-read-";

/** A VM holds 25 run commands. From here on we make room, as often as this and for as many as are made meanwhile. */
const comfortable = 15;
const lookEvery = 8;
/** Each delete costs one of the VM's updates, of which there are four a minute and twelve at once; in need, fewer are spent. */
const deletesInNeed = 4;
/**
 * A change's command is kept so long: time enough for a worker to have read how it ended, and should none have, the script's own record on the host answers
 * when the ticket comes again. Azure lets two a minute be made and deleted, so that those kept never fill the VM by themselves.
 */
const keepMs = 5 * 60_000;
const waits = 10;
const waitMs = 3_000;

export interface Collector {
  /** To be called before a run command is created: now and then deletes a few that have ended. Never throws. */
  before(): Promise<void>;
  /** The VM is full: deletes a few and waits until there is room, or gives up in silence after half a minute. */
  makeRoom(): Promise<void>;
}

const isRead = (command: VirtualMachineRunCommand): boolean => command.name?.startsWith(readPrefix) ?? false;
const endedAt = (command: VirtualMachineRunCommand): number | undefined => command.instanceView?.endTime?.getTime();

/** Deletes ended run commands of ours, lazily: reads first, then the oldest. */
export function createCollector(
  clients: () => Promise<Clients>,
  at: VmAddress,
  clock: Clock,
  log: NonNullable<AzureOptions["log"]>,
): Collector {
  let made = 0;

  const list = async (): Promise<VirtualMachineRunCommand[]> => {
    const { read } = await clients();
    const all: VirtualMachineRunCommand[] = [];
    for await (const each of read.virtualMachineRunCommands.listByVirtualMachine(at.resourceGroup, at.name, {
      expand: "instanceView",
    }))
      all.push(each);
    return all;
  };

  const drop = async (all: readonly VirtualMachineRunCommand[], most: number): Promise<void> => {
    const { write } = await clients();
    const old = all
      .filter((each) => each.name?.startsWith(prefix))
      .filter((each) => endedAt(each) !== undefined && (isRead(each) || clock.now() - (endedAt(each) ?? 0) > keepMs))
      .sort((a, b) => Number(isRead(b)) - Number(isRead(a)) || (endedAt(a) ?? 0) - (endedAt(b) ?? 0))
      .slice(0, most);
    for (const each of old)
      await write.virtualMachineRunCommands.delete(at.resourceGroup, at.name, each.name ?? "").submitted();
  };

  const quietly = async (act: () => Promise<void>): Promise<void> => {
    try {
      await act();
    } catch (thrown) {
      log("ended run commands could not be deleted", {
        vm: at.name,
        why: thrown instanceof Error ? thrown.message.slice(0, 200) : "unknown",
      });
    }
  };

  return {
    before: async () => {
      if (made++ % lookEvery !== 0) return;
      await quietly(async () => {
        const all = await list();
        if (all.length >= comfortable) await drop(all, lookEvery);
      });
    },
    makeRoom: () =>
      quietly(async () => {
        const full = await list();
        await drop(full, deletesInNeed);
        for (let wait = 0; wait < waits; wait++) {
          if ((await list()).length < full.length) return;
          await clock.sleep(waitMs);
        }
      }),
  };
}
