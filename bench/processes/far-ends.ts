import { startWorld, type WorldOptions } from "../../sim/worlds/start.js";
import { serve } from "../child.js";
import type { Reach } from "../settings.js";
import { tapSockets } from "../tap.js";

/** The simulators, in a process of their own. */
const taken = tapSockets();
const started = await startWorld("epic", JSON.parse(process.argv[2] ?? "{}") as WorldOptions);

serve(
  {
    reach: async (): Promise<Reach> => ({
      urls: started.urls,
      overrides: started.overrides,
      secrets: started.secrets,
    }),
    /** Everything as it was at the start; throttling buckets are full again. */
    reset: async () => {
      started.fabric.reset();
      started.hosts.reset();
      started.azure.reset();
    },
    calls: async () => [
      ...started.fabric.calls("cvo-eastus2").map((call) => `${call.at} cvo ${call.method} ${call.path} ${call.status}`),
      ...started.azure.calls().map((call) => `${call.at} azure ${call.method} ${call.path} ${call.status}`),
    ],
    /** Writes `count` things at an even pace; answers with milliseconds from delivery to acknowledgement. */
    deliver: async ({ count, perSecond }: { count: number; perSecond: number }) => {
      taken.clear();
      await pace(count, perSecond, (i) => say(i));
      await started.slack.settled();
      return taken.list();
    },
  },
  () => started.close(),
);

/** Mostly chatter nobody answers, every fifth a command, every fiftieth a question that reads all runs. */
function say(i: number): void {
  const channel = "C0STORAGE";
  const user = i % 2 === 0 ? "U0STORAGE" : "U0REQUESTER";
  const { control } = started.slack;
  if (i % 5 === 1) void control.command({ channel, user, command: "/sluice", text: i % 50 === 1 ? "approvals" : "hm" });
  else void control.message({ channel, user, text: `has anybody seen the report of ${i} o'clock?` });
}

async function pace(count: number, perSecond: number, act: (i: number) => void): Promise<void> {
  const from = performance.now();
  for (let i = 0; i < count; i += 1) {
    const wait = from + (i * 1_000) / perSecond - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    act(i);
  }
}
