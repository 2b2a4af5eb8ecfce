import { Lines } from "./lines.js";

/** qemu's own control socket: one command, one answer; events are passed over. */
export async function monitor(path: string, command: string, withinMs = 120_000): Promise<string> {
  const lines = new Lines(path, "qemu's monitor");
  const ask = async (call: object): Promise<unknown> => {
    lines.send(`${JSON.stringify(call)}\n`);
    for (;;) {
      const said = JSON.parse(await lines.next(withinMs)) as { return?: unknown; error?: { desc: string } };
      if (said.error) throw new Error(`qemu: ${said.error.desc}`);
      if ("return" in said) return said.return;
    }
  };
  try {
    await lines.next(withinMs);
    await ask({ execute: "qmp_capabilities" });
    return String(await ask({ execute: "human-monitor-command", arguments: { "command-line": command } }));
  } finally {
    lines.close();
  }
}
