import { z } from "zod";
import { InDoubt, NotSent, Rejected } from "../../src/core/problems.js";
import type { Resource } from "../../src/core/resource.js";
import { defineRunbook, defineStep, shown, type Probe } from "../../src/runbooks/define.js";

export type Mischief = "none" | "rejectBefore" | "lostBefore" | "lostAfter" | "notSentOnce" | "foreign";

/** A toy world for the engine's own tests: boxes on a shelf. Put, paint, burn. */
export class Shelf {
  readonly boxes = new Map<string, { tag: string; paint: string }>();
  readonly burnt: string[] = [];
  puts = 0;
  mischief: { at: string; what: Mischief } = { at: "", what: "none" };

  private act(name: string, effect: () => void): void {
    const { at, what } = this.mischief;
    if (at !== name) return effect();
    if (what === "notSentOnce") {
      this.mischief = { at: "", what: "none" };
      throw new NotSent("the shelf was not reached", { from: "Shelf" });
    }
    if (what === "rejectBefore") throw new Rejected("no", { from: "Shelf", code: "77" });
    if (what === "lostBefore") throw new InDoubt("the answer was lost", { from: "Shelf" });
    effect();
    if (what === "lostAfter") {
      this.mischief = { at: "", what: "none" };
      throw new InDoubt("the answer was lost", { from: "Shelf" });
    }
  }
  put(box: string, tag: string): void {
    this.act("put", () => {
      this.puts += 1;
      this.boxes.set(box, { tag, paint: "" });
    });
  }
  paint(box: string, colour: string): void {
    this.act("paint", () => {
      const found = this.boxes.get(box);
      if (!found) throw new Rejected("no such box");
      found.paint = colour;
    });
  }
  burn(box: string): void {
    this.act("burn", () => {
      this.boxes.delete(box);
      this.burnt.push(box);
    });
  }
  take(box: string): void {
    this.act("take", () => void this.boxes.delete(box));
  }
}

/** `environment`: what the policy takes the boxes for. */
export function shelfRunbook(shelf: Shelf, environment: Resource["environment"] = "clone") {
  const box = (name: string): Resource => ({ kind: "box", id: `shelf/${name}`, name, environment, labels: {} });
  const steps = {
    put: defineStep({
      effect: "change",
      input: z.object({ box: z.string(), tag: z.string() }),
      output: z.object({ label: z.string() }),
      describe: (input) => `Put box ${shown(input.box, "?")} on the shelf`,
      touches: (input) => [{ resource: box(shown(input.box, "?")), as: "changes" }],
      probe: async (input): Promise<Probe<{ label: string }>> => {
        const found = shelf.boxes.get(input.box);
        if (!found) return { found: "absent" };
        return found.tag === input.tag
          ? { found: "done", output: { label: `L-${input.box}` } }
          : { found: "foreign", what: `A box ${input.box} stands there` };
      },
      run: async (input) => shelf.put(input.box, input.tag),
      undo: { describe: () => "the box is taken away again", run: async (input) => shelf.take(input.box) },
    }),
    paint: defineStep({
      effect: "change",
      input: z.object({ box: z.string(), label: z.string(), colour: z.string() }),
      output: z.object({}),
      describe: (input) => `Paint box ${shown(input.box, "?")} ${shown(input.colour, "?")}`,
      touches: (input) => [{ resource: box(shown(input.box, "?")), as: "changes" }],
      probe: async (input) =>
        shelf.boxes.get(input.box)?.paint === input.colour ? { found: "done", output: {} } : { found: "absent" },
      run: async (input) => shelf.paint(input.box, input.colour),
      undo: { stays: "the paint goes with the box" },
    }),
    burn: defineStep({
      effect: "destroy",
      input: z.object({ box: z.string() }),
      output: z.object({}),
      describe: (input) => `Burn box ${shown(input.box, "?")}`,
      touches: (input) => [{ resource: box(shown(input.box, "?")), as: "changes" }],
      probe: async (input) => (shelf.boxes.has(input.box) ? { found: "absent" } : { found: "done", output: {} }),
      run: async (input) => shelf.burn(input.box),
      undo: { impossible: "what is burnt is gone" },
    }),
  };
  return defineRunbook({
    name: "tidy",
    version: 1,
    title: (request) => `Tidy ${request.box}`,
    request: z.object({ box: z.string(), burn: z.string().optional() }),
    steps,
    observe: async () => ({ there: [...shelf.boxes.keys()].sort() }),
    plan: (request, facts, p) => {
      p.show("On the shelf", String(facts.there.length));
      const put = p.step.put({ box: request.box, tag: p.run.tag });
      p.step.paint({ box: request.box, label: put.label, colour: "red" });
      if (request.burn !== undefined) {
        if (!facts.there.includes(request.burn)) p.warn(`${request.burn} is not on the shelf`);
        p.step.burn({ box: request.burn });
        p.step.paint({ box: request.box, label: put.label, colour: "blue" });
      }
    },
    example: { say: "tidy", world: "shelf" },
  });
}
