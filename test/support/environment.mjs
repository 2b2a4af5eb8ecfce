import { TestEnvironment } from "jest-environment-node";

/** Handles that keep a process alive. Timers are not among them: jest has its own. */
const watched = new Set(["TCPServerWrap", "TCPSocketWrap", "PipeServerWrap", "ProcessWrap", "UDPWrap", "FSEventWrap"]);
const graceMs = 3000;

/** Node's environment, and a test file that leaves a server, a connection or a child process open fails. */
export default class ClosedBehindYou extends TestEnvironment {
  #before = new Map();

  async setup() {
    await super.setup();
    this.#before = count();
  }

  async handleTestEvent(event, state) {
    if (event.name !== "run_finish") return;
    const since = Date.now();
    let left = this.#left();
    while (left.length > 0 && Date.now() - since < graceMs) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      left = this.#left();
    }
    if (left.length > 0) state.unhandledErrors.push(new Error(`this file leaves open: ${left.join(", ")}`));
  }

  #left() {
    return [...count()].flatMap(([kind, now]) =>
      now > (this.#before.get(kind) ?? 0) ? [`${now - (this.#before.get(kind) ?? 0)} ${kind}`] : [],
    );
  }
}

function count() {
  const counts = new Map();
  for (const kind of process.getActiveResourcesInfo())
    if (watched.has(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}
