/**
 * Remembers the state of everything that hangs on `roots`, and gives a function that puts it back: in place, so that whoever holds one
 * of the objects (a closure that waits for its time) sees it as it was. Objects that came later are let go of. Plain objects, instances
 * of classes without `#private` state, arrays, Maps and Sets are kept; functions, byte arrays, dates and promises only by reference.
 * `except`: objects that are not to be looked into.
 */
export function memento(roots: readonly object[], except: readonly object[] = []): () => void {
  const seen = new Set<object>(except);
  const ways: (() => void)[] = [];
  const open: object[] = [...roots];
  const meet = (value: unknown): void => {
    if (typeof value !== "object" || value === null || seen.has(value) || isLeaf(value)) return;
    seen.add(value);
    open.push(value);
  };
  for (const root of roots) seen.add(root);
  for (let next = open.pop(); next !== undefined; next = open.pop()) ways.push(keep(next, meet));
  return () => {
    for (const way of ways) way();
  };
}

const isLeaf = (value: object): boolean =>
  ArrayBuffer.isView(value) || value instanceof Date || value instanceof Promise || value instanceof WeakMap;

function keep(thing: object, meet: (value: unknown) => void): () => void {
  if (Array.isArray(thing)) {
    const items: readonly unknown[] = thing.map((each: unknown) => each);
    items.forEach(meet);
    return () => {
      thing.length = 0;
      for (const each of items) thing.push(each);
    };
  }
  if (thing instanceof Map) {
    const entries = [...(thing as Map<unknown, unknown>)];
    for (const [key, value] of entries) {
      meet(key);
      meet(value);
    }
    return () => {
      thing.clear();
      for (const [key, value] of entries) thing.set(key, value);
    };
  }
  if (thing instanceof Set) {
    const members = [...(thing as Set<unknown>)];
    members.forEach(meet);
    return () => {
      thing.clear();
      for (const each of members) thing.add(each);
    };
  }
  return keepMembers(thing as Record<string, unknown>, meet);
}

function keepMembers(thing: Record<string, unknown>, meet: (value: unknown) => void): () => void {
  const members = { ...thing };
  for (const value of Object.values(members)) meet(value);
  if (Object.isFrozen(thing)) return () => undefined;
  return () => {
    for (const name of Object.keys(thing)) if (!(name in members)) Reflect.deleteProperty(thing, name);
    Object.assign(thing, members);
  };
}
