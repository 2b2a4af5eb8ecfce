import { AsyncLocalStorage } from "node:async_hooks";
import { LeaseLost, type Lease } from "../core/journal.js";
import type { Store } from "./store/store.js";

const current = new AsyncLocalStorage<() => Promise<void>>();

/** Does the work with the lease as the condition of every write call in it. */
export function underLease<T>(store: Store, lease: Lease, ttlMs: number, work: () => Promise<T>): Promise<T> {
  const check = async (): Promise<void> => {
    if (!(await store.renewLease(lease, ttlMs))) throw new LeaseLost(lease.run);
  };
  return current.run(check, work);
}

/**
 * Renews the lease, or throws LeaseLost. Given to every client as its `beforeWrite`: a worker that was frozen and woke up after
 * another took over is stopped here,
 * before its next side effect. Outside any lease (there should be no writes there) it throws.
 */
export async function leaseCheck(): Promise<void> {
  const check = current.getStore();
  if (!check) throw new Error("a write was about to be sent outside any run");
  await check();
}
