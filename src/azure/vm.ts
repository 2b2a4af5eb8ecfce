import type { Clients } from "./clients.js";
import type { VmAddress } from "./options.js";
import { azureProblem, notRunning } from "./problems.js";

export interface VmState {
  readonly location: string;
  /** Azure's word: running, starting, stopping, stopped, deallocating, deallocated, unknown. */
  readonly power: string;
  /** Does the guest agent report ready? Without it no Run Command arrives. */
  readonly agentReady: boolean;
}

/** Throws Rejected when there is no such machine or no right to see it, NotSent when Azure cannot be reached. */
export async function getVm(clients: () => Promise<Clients>, at: VmAddress): Promise<VmState> {
  try {
    const { read } = await clients();
    const vm = await read.virtualMachines.get(at.resourceGroup, at.name, { expand: "instanceView" });
    const codes = (vm.instanceView?.statuses ?? []).map((each) => each.code ?? "");
    return {
      location: vm.location,
      power: codes.find((code) => code.startsWith("PowerState/"))?.slice("PowerState/".length) ?? "unknown",
      agentReady: (vm.instanceView?.vmAgent?.statuses ?? []).some(
        (each) => each.displayStatus === "Ready" || each.code === "ProvisioningState/succeeded",
      ),
    };
  } catch (thrown) {
    throw azureProblem(thrown, false, at);
  }
}

/** Throws Rejected, with a sentence, unless scripts can be sent there now. */
export function checkReady(vm: VmState, at: VmAddress): void {
  if (vm.power !== "running")
    throw notRunning(at, vm.power === "unknown" ? "does not say whether it runs" : `is ${vm.power}`);
  if (!vm.agentReady) throw notRunning(at, "runs, but its guest agent is not ready");
}

/** Asks Azure to start the machine and returns once it has accepted; `getVm` tells when it runs. Starting a running one changes nothing. */
export async function startVm(clients: () => Promise<Clients>, at: VmAddress): Promise<void> {
  try {
    const { write } = await clients();
    await write.virtualMachines.start(at.resourceGroup, at.name).submitted();
  } catch (thrown) {
    throw azureProblem(thrown, true, at);
  }
}
