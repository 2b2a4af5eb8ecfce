import { expect, test } from "@jest/globals";
import { memento } from "../../../sim/kit/memento.js";

class Box {
  items: string[] = [];
  constructor(public inside?: Box) {}
}

test("everything that hangs on an object is put back in place, and what came later is gone", () => {
  const inner = new Box();
  const outer = new Box(inner);
  inner.inside = outer;
  const by = new Map<string, Set<Box>>([["a", new Set([inner])]]);
  const root: Record<string, unknown> = { outer, by, count: 1 };
  const { items } = inner;
  const waits = (): number => items.push("late");

  items.push("early");
  const putBack = memento([root]);
  for (let twice = 0; twice < 2; twice += 1) {
    waits();
    by.get("a")?.clear();
    by.set("b", new Set());
    outer.inside = new Box();
    Object.assign(root, { count: 2, more: true });
    putBack();
    expect(outer.inside).toBe(inner);
    expect(items).toEqual(["early"]);
    expect([...by]).toEqual([["a", new Set([inner])]]);
    expect(root).toEqual({ outer, by, count: 1 });
  }
});

test("what is excepted is not looked into", () => {
  const clock = { now: 1 };
  const putBack = memento([{ clock }], [clock]);
  clock.now = 2;
  putBack();
  expect(clock.now).toBe(2);
});
