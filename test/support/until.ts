/** Waits for a state instead of for a time; fails with the last thing seen when it does not come. */
export async function until(there: () => boolean | Promise<boolean>, withinMs = 20_000): Promise<void> {
  const end = Date.now() + withinMs;
  while (!(await there())) {
    if (Date.now() > end) throw new Error(`it did not come about within ${withinMs} ms: ${there.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
